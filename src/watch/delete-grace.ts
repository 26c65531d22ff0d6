/**
 * When `watch` may delete what is gone from the folders. A build cleans its output and writes it again, a checkout removes
 * folders and brings them back: a folder counts as removed by a person only if it stays away for a while, with nothing else
 * coming or going and git at rest.
 */

import { setTimeout } from 'node:timers/promises';
import type { GitMoment } from '../source/git/operation.js';

export interface DeleteGrace {
  /**
   * Why these deletes wait, for people; `undefined` if they may be done now. Other names, or a HEAD that moved, start the wait
   * again.
   *
   * @param names everything that a look at everything would delete
   */
  readonly review: (names: readonly string[]) => string | undefined;
  /** Takes the folders of the extensions that exist: if one is gone later, what git does there matters. Absolute. */
  readonly saw: (folders: readonly string[]) => void;
  /** Makes the deletes of a look wait once more. */
  readonly restart: () => void;
  readonly close: () => void;
}

/** Resolves after this many milliseconds; rejects when the signal is aborted. */
export type Rest = (ms: number, signal: AbortSignal) => Promise<unknown>;

interface DeleteGraceOptions {
  /** Milliseconds; default 10,000. */
  readonly waitMs?: number | undefined;
  /** Default: by the clock. */
  readonly rest?: Rest | undefined;
  /** @param folders every folder that was ever seen */
  readonly readMoment: (folders: readonly string[]) => GitMoment;
  /** Called when the wait is over: look again. */
  readonly onOver: () => void;
}

/**
 * `git checkout` takes 0.05 s for 400 files, 2 to 4 s for 4,000 and up to 29 s for 20,000 (measured, 2 busy cores), and
 * holds `index.lock` all that time. A build that cleans folder after folder pauses while it builds one package.
 */
const usualWaitMs = 10_000;

export const byTheClock: Rest = (ms, signal) => setTimeout(ms, undefined, { signal });

interface Wait {
  readonly names: string;
  readonly moment: GitMoment;
  readonly ending: AbortController;
  isOver: boolean;
}

export function createDeleteGrace(options: DeleteGraceOptions): DeleteGrace {
  const { waitMs = usualWaitMs, rest = byTheClock, onOver } = options;
  const seen = new Set<string>();
  const readMoment = (): GitMoment => options.readMoment([...seen]);
  let wait: Wait | undefined;

  function end(): void {
    wait?.ending.abort();
    wait = undefined;
  }

  function begin(names: string): Wait {
    end();
    const begun: Wait = { names, moment: readMoment(), ending: new AbortController(), isOver: false };
    wait = begun;
    rest(waitMs, begun.ending.signal).then(
      () => {
        if (wait === begun) finish(begun);
      },
      () => undefined,
    );
    return begun;
  }

  /** Once git is at rest, the whole wait follows. */
  function finish(over: Wait): void {
    if (!isAtRest(over)) {
      begin(over.names);
      return;
    }
    over.isOver = true;
    onOver();
  }

  function isAtRest({ moment }: Wait): boolean {
    const now = readMoment();
    return moment.operation === undefined && now.operation === undefined && now.head === moment.head;
  }

  return {
    review: (names) => {
      if (names.length === 0) {
        end();
        return undefined;
      }
      const key = JSON.stringify([...names].sort());
      const current = wait?.names === key && (!wait.isOver || isAtRest(wait)) ? wait : begin(key);
      if (current.isOver) return undefined;
      const { operation } = readMoment();
      return operation === undefined
        ? `gone from the folders; deleted in ${waitMs / 1000} s unless it comes back`
        : `gone from the folders, but git is in the middle of ${operation}; kept until that is over`;
    },
    saw: (folders) => {
      for (const folder of folders) seen.add(folder);
    },
    restart: () => {
      if (wait !== undefined) begin(wait.names);
    },
    close: end,
  };
}
