/** Addresses that a theme's CSS names: fonts, images, other CSS. */

interface StyleReference {
  /** As CSS understands it, without quotes and escapes. */
  readonly given: string;
  /** UTF-16 offset in the CSS. */
  readonly at: number;
}

/** Without alternatives for one character, so that the pattern never backtracks. */
function insideQuotes(quote: '"' | "'"): string {
  const plain = String.raw`[^${quote}\\\n]*`;
  return String.raw`${plain}(?:\\(?:\r\n|[\s\S])${plain})*`;
}

const [double, single] = [insideQuotes('"'), insideQuotes("'")];

const quoted = `"(${double})"|'(${single})'`;

const bare = String.raw`((?:[^"'()\\\s]|\\[\s\S]){1,500})`;

/**
 * A string that is neither an address nor imported may contain text like one: it is matched so that its content is
 * skipped. An unclosed one ends with its line, and is not scanned again from each quote in it.
 */
const address = new RegExp(
  String.raw`url\(\s*(?:${quoted}|${bare})\s*\)|@import\s*(?:${quoted})|"${double}"?|'${single}'?`,
  'gi',
);

/** How many addresses of one file are read; more would say nothing new. */
const mostReferences = 500;

const marks = ['url(', 'Url(', 'URL(', '@import', '@Import', '@IMPORT'].map((mark) => Buffer.from(mark));

/** Most stylesheets hold none, and finding that out costs less than decoding them. */
export function holdsReference(sheet: Buffer): boolean {
  return marks.some((mark) => sheet.includes(mark));
}

/** Each address once, at its first place. */
export function findStyleReferences(text: string): readonly StyleReference[] {
  const found = new Map<string, number>();
  let seen = 0;
  for (const match of blankComments(text).matchAll(address)) {
    const written = match.slice(1).find((part) => part !== undefined);
    if (written === undefined) continue;
    const given = unescapeText(written);
    if (!found.has(given)) found.set(given, match.index);
    seen += 1;
    if (seen >= mostReferences) break;
  }
  return [...found].map(([given, at]) => ({ given, at }));
}

/** Of the same length, so that positions stay the same. */
function blankComments(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = text.indexOf('/*'); at !== -1; at = text.indexOf('/*', from)) {
    const end = text.indexOf('*/', at + 2);
    const next = end === -1 ? text.length : end + 2;
    parts.push(text.slice(from, at), ' '.repeat(next - at));
    from = next;
  }
  return parts.join('') + text.slice(from);
}

/** `\20 ` is a space, `\(` a bracket; an escaped newline disappears. https://www.w3.org/TR/css-syntax-3/#escaping */
function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:([\da-f]{1,6})\s?|(\r\n|[\s\S]))/gi,
    (_, digits: string | undefined, other: string) => {
      if (digits === undefined) return /[\r\n\f]/.test(other) ? '' : other;
      const code = Number.parseInt(digits, 16);
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}
