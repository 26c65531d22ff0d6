/** JSON that has not been checked yet. */

/** An object with fields: neither a list nor `null`. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` where the text is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields that have a value: in documents and comparisons, an absent value is a missing key. */
export function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const known: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  // Called for each record of a list. The names are our own, so none of them is `__proto__`.
  for (const key of Object.keys(value) as (keyof T)[]) {
    const field = value[key];
    if (field !== undefined) known[key] = field as Exclude<T[keyof T], undefined>;
  }
  return known;
}

/** All fields but these. */
export function omit<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Omit<T, K> {
  const left: readonly PropertyKey[] = keys;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !left.includes(key))) as Omit<T, K>;
}

/**
 * Far deeper than anything that people or Qlik write. Data from outside may nest without end, and recursive code would run
 * out of stack on it.
 */
export const deepestNesting = 100;

/** Whether the brackets of JSON text, including its comments, nest deeper than `deepestNesting`. */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (isOpening(code)) depth += 1;
    else if (isClosing(code)) depth -= 1;
    if (depth > deepestNesting) return true;
  }
  return false;
}

/** Most of a text is in its strings: searching for their ends takes a fifth of the time of examining each character. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (end - 1 - backslashes > start && text.charCodeAt(end - 1 - backslashes) === backslash)
      backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** The same for a parsed value; `JSON.parse` itself accepts any depth. */
export function valueNestsTooDeep(value: unknown, deepest = deepestNesting): boolean {
  if (!isNested(value)) return false;
  if (deepest === 0) return true;
  return Object.values(value).some((each) => valueNestsTooDeep(each, deepest - 1));
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const quote = 0x22;

const backslash = 0x5c;

function isOpening(code: number): boolean {
  return code === 0x5b || code === 0x7b;
}

function isClosing(code: number): boolean {
  return code === 0x5d || code === 0x7d;
}
