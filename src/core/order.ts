/** The order of names and texts: by code unit, so that it is the same on every machine and in every language. */

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function byName(a: Named, b: Named): number {
  return compareTexts(a.name, b.name);
}

interface Named {
  readonly name: string;
}
