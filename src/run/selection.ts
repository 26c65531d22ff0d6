/** The names and globs after a command: which extensions it is about. */

import { didYouMean } from '../config/suggest.js';
import { UserError } from '../core/errors.js';
import { kindOf, statedKind, stemOf } from '../core/kind.js';

export interface Selector {
  readonly matches: (name: string) => boolean;
  /** Equal for equal names and globs; absent if they come from somewhere else. */
  readonly key?: string;
  /** The names and globs that match none of the known names. */
  readonly unused: (known: readonly string[]) => readonly string[];
  /** Said before the hint where one is unused. */
  readonly sentence?: string;
}

/** `undefined` if nothing is selected, which means everything. */
export async function createSelector(patterns: readonly string[]): Promise<Selector | undefined> {
  if (patterns.length === 0) return undefined;
  const matchers = await Promise.all(patterns.map(compile));
  return {
    key: JSON.stringify(patterns),
    matches: (name) => matchers.some((matches) => matches(name)),
    unused: (known) => patterns.filter((_pattern, index) => !known.some((name) => matchers[index]?.(name))),
  };
}

/**
 * A typo must not look like success.
 *
 * @param where the known names are, ` on the tenant`; absent: in the folders
 * @throws UserError where a name or glob matches none of the known names
 */
export function assertUsed(selector: Selector | undefined, known: readonly string[], where = ''): void {
  const [unused] = selector?.unused(known) ?? [];
  if (unused === undefined) return;
  const { sentence } = selector ?? {};
  const names = ofStatedKind(unused, known);
  const choice = didYouMean(unused, names);
  const hint = sentence === undefined ? choice : [sentence, ...(names.length === 0 ? [] : [choice])];
  const what = statedKind(unused) === 'theme' ? 'theme' : 'extension';
  throw new UserError(`${unused} matches no ${what}${where}.`, { hint });
}

/** Of what nothing matches yet, and may before long. */
export function describeAwaited(pattern: string, known: readonly string[]): string {
  return `no folder has ${statedKind(pattern) === 'theme' ? 'a theme' : 'an extension'} of this name (${didYouMean(pattern, ofStatedKind(pattern, known))})`;
}

/** Which names may have been meant: where the kind is stated, no other kind. */
function ofStatedKind(pattern: string, known: readonly string[]): readonly string[] {
  const kind = statedKind(pattern);
  return kind === undefined ? known : known.filter((name) => kindOf(name) === kind);
}

/** By names that were found before: one that is gone since is not a mistake on the command line. */
export function selectExactly(names: ReadonlySet<string>): Selector {
  return { matches: (name) => names.has(name), unused: () => [] };
}

/** `corporate` and `*` match either kind, `theme:corporate` and `extension:*` only their own. */
async function compile(given: string): Promise<(name: string) => boolean> {
  const pattern = given.normalize('NFC');
  const kind = statedKind(pattern);
  const matches = await compileStem(stemOf(pattern));
  return (name) => (kind === undefined || kindOf(name) === kind) && matches(stemOf(name));
}

async function compileStem(pattern: string): Promise<(stem: string) => boolean> {
  if (!/[*?[\]{}()!]/.test(pattern)) return (stem) => stem === pattern;
  const { default: picomatch } = await import('picomatch');
  const matches = picomatch(pattern, { dot: true });
  return (stem) => stem === pattern || matches(stem);
}
