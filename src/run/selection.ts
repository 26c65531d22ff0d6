/** The names and globs after a command: which extensions it is about. */

import { didYouMean } from '../config/suggest.js';
import { UserError } from '../core/errors.js';
import { kindOf, statedKind, stemOf } from '../core/kind.js';

export interface Selector {
  readonly matches: (name: string) => boolean;
  /** The same for the same names and globs; absent where they come from somewhere else. */
  readonly key?: string;
  /** @throws UserError where a name or glob matches none of the known names: a typo must not look like success. */
  readonly assertUsed: (known: readonly string[]) => void;
}

/** `undefined` where nothing is selected, which means everything. */
export async function createSelector(patterns: readonly string[]): Promise<Selector | undefined> {
  if (patterns.length === 0) return undefined;
  const matchers = await Promise.all(patterns.map(compile));
  return {
    key: JSON.stringify(patterns),
    matches: (name) => matchers.some((matches) => matches(name)),
    assertUsed: (known) => {
      const unused = patterns.find((_pattern, index) => !known.some((name) => matchers[index]?.(name)));
      if (unused === undefined) return;
      const what = statedKind(unused) === 'theme' ? 'theme' : 'extension';
      throw new UserError(`${unused} matches no ${what}.`, { hint: didYouMean(unused, known) });
    },
  };
}

/** The same selector, with a sentence before the hint where it matches nothing. */
export function explainingUnused(selector: Selector, sentence: string): Selector {
  const assertUsed = (known: readonly string[]): void => {
    try {
      selector.assertUsed(known);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const hint = known.length === 0 ? [] : [error.hint ?? ''];
      throw new UserError(error.message, { hint: [sentence, ...hint], cause: error });
    }
  };
  return { ...selector, assertUsed };
}

/** By names that were found before: one that is gone since is no mistake of the command line. */
export function selectExactly(names: ReadonlySet<string>): Selector {
  return { matches: (name) => names.has(name), assertUsed: () => undefined };
}

/** `corporate` and `*` match either kind, `theme:corporate` and `extension:*` only theirs. */
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
