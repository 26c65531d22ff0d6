/** Names that the structure moved, gathered until they are told. */

import type { Roster } from './roster.js';

export interface Moved {
  readonly add: (names: Names) => void;
  /** Nobody, as long as an extension is new and still being written. */
  readonly take: () => Names;
}

type Names = ReadonlySet<string> | 'all';

export const nobody: ReadonlySet<string> = new Set();

export function gatherMoved(roster: Pick<Roster, 'extensions'>): Moved {
  let moved: Names = nobody;
  return {
    add: (names) => {
      moved = moved === 'all' || names === 'all' ? 'all' : new Set([...moved, ...names]);
    },
    take: () => {
      if (roster.extensions().some(({ told }) => told === undefined)) return nobody;
      const names = moved;
      moved = nobody;
      return names;
    },
  };
}
