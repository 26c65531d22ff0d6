/** `${VAR}`, `${VAR:-default}` and `$$` in the strings of a config file. */

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

interface Expansion {
  readonly text: string;
  /** Variables without a value and without a default. */
  readonly unset: readonly string[];
  /** A `${` that begins no reference. */
  readonly malformed: boolean;
}

const reference = /\$(?:\$|\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\{)/g;

/** As with a shell's `:-`, an empty variable counts as unset: CI systems pass missing secrets as empty strings. */
export function expand(text: string, variables: Variables): Expansion {
  const unset: string[] = [];
  let malformed = false;
  const expanded = text.replace(reference, (match: string, name?: string, fallback?: string) => {
    if (match === '$$') return '$';
    if (name === undefined) {
      malformed = true;
      return match;
    }
    const value = readVariable(variables, name) ?? fallback;
    if (value === undefined) unset.push(name);
    return value ?? match;
  });
  return { text: expanded, unset, malformed };
}

/** The value of a variable; `undefined` where it is unset or empty. */
export function readVariable(variables: Variables, name: string): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return value === '' ? undefined : value;
}

/** Whether the text's value depends on a variable. */
export function hasReference(text: string): boolean {
  return [...text.matchAll(reference)].some(([match]) => match !== '$$');
}

/** The variables that the text refers to, in its order. */
export function namesOf(text: string): readonly string[] {
  return [...text.matchAll(reference)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** Whether the text consists of references alone, none with a default. */
export function isReferenceOnly(text: string): boolean {
  const literal = text.replace(reference, (match: string, name?: string, fallback?: string) =>
    name === undefined ? match : (fallback ?? ''),
  );
  return literal === '' && hasReference(text);
}

/** A credential must never be written in the file, not even as a default. */
export type TextUse = 'setting' | 'credential';

/** Explains a failed expansion. */
export function explainUnset(
  name: string,
  use: TextUse,
): { readonly message: string; readonly hint: string } {
  const hints = {
    setting: `set ${name}, or give a default: \${${name}:-…}`,
    credential: `set ${name} where this runs; in a pipeline it is empty where the secret does not exist, or is not for this branch or job`,
  };
  return { message: `the environment variable ${name} is not set, or empty`, hint: hints[use] };
}

export const malformedReference = {
  message: '"${" does not begin a reference to a variable',
  hint: 'write ${NAME} or ${NAME:-default}, and $$ for a plain dollar',
} as const;
