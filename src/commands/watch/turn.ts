/** One look at some names, or at everything: what it keeps busy, and what becomes of each name. */

import type { Backoff } from './backoff.js';
import { addPending, everything, type Names } from './names.js';

/** `retry`: look again soon, without a further wake. */
export type Settled = 'done' | 'retry';

export interface Turn {
  /** What to look at; absent: everything. */
  readonly names: ReadonlySet<string> | undefined;
  /** `performance.now()` of the first change of a name, or of the wake that asked for everything. */
  readonly since: (name: string) => number;
  /** Names that this turn goes on to write. All others may be looked at again from now on. */
  readonly hold: (names: readonly string[]) => void;
  /** A held name was written. */
  readonly release: (name: string, how: Settled) => void;
}

export interface TurnOptions {
  readonly names: Names;
  readonly backoff: Pick<Backoff, 'succeed' | 'fail'>;
  /** Others may start. */
  readonly onFree: () => void;
}

/** @param ready what to look at, each name with `performance.now()` of its first change */
export function openTurn(
  ready: ReadonlyMap<string, number>,
  { names, backoff, onFree }: TurnOptions,
): Turn & { readonly end: (how: Settled) => void } {
  const held = new Set<string>();
  const started = ready.get(everything) ?? performance.now();
  const since = (name: string): number => ready.get(name) ?? started;

  function keep(name: string): void {
    held.add(name);
    names.busy.add(name);
  }

  function free(name: string, how: Settled): void {
    if (!held.delete(name)) return;
    names.busy.delete(name);
    if (how === 'done') backoff.succeed(name);
    else {
      addPending(names, name, since(name));
      backoff.fail(name);
    }
  }

  function freeAll(how: Settled, but: ReadonlySet<string>): void {
    for (const name of [...held]) if (!but.has(name)) free(name, how);
  }

  for (const name of ready.keys()) keep(name);
  return {
    names: ready.has(everything) ? undefined : new Set(held),
    since,
    hold: (written) => {
      freeAll('done', new Set(written));
      for (const name of written) keep(name);
      onFree();
    },
    release: (name, how) => {
      free(name, how);
      onFree();
    },
    end: (how) => {
      freeAll(how, new Set());
      onFree();
    },
  };
}
