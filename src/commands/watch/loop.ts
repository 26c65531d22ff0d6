/**
 * When to run the pipeline, and for which names. Decides nothing about content: a wake only says that a name should
 * be looked at again, and every look re-reads everything.
 */

import { createBackoff } from './backoff.js';
import { addPending, everything, type Names, takeReady } from './names.js';
import { openTurn, type Settled, type Turn } from './turn.js';

export interface LoopOptions {
  /** One run of the pipeline; `retry` when it could not look at all. */
  readonly run: (turn: Turn) => Promise<Settled>;
  /** Milliseconds before the n-th retry of a name in a row; default 0.5 s, doubling to 15 s. */
  readonly backoffMs?: (failures: number) => number;
}

export interface Loop {
  /** Looks at these names, or at everything. */
  readonly wake: (names: Iterable<string> | 'all', at: number) => void;
  /** Starts nothing further; resolves when nothing is in flight. */
  readonly stop: () => Promise<void>;
  /** Names that are being written. */
  readonly inFlight: () => readonly string[];
}

/** At most one look or write at a time per name; what is woken meanwhile is looked at afterwards; others do not wait. */
export function createLoop({ run, backoffMs }: LoopOptions): Loop {
  const names: Names = { pending: new Map(), busy: new Set() };
  const backoff = createBackoff(pump, backoffMs);
  let turns = 0;
  let scheduled = false;
  let stopped: (() => void) | undefined;

  /** Once a round of the event loop, so that names that become ready together share one list request. */
  function pump(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (stopped === undefined) startReady();
      else if (turns === 0) stopped();
    });
  }

  function startReady(): void {
    const ready = takeReady(names, backoff.isResting);
    if (ready.size > 0) void take(ready);
  }

  async function take(ready: ReadonlyMap<string, number>): Promise<void> {
    const turn = openTurn(ready, { names, backoff, onFree: pump });
    turns += 1;
    let how: Settled = 'retry';
    try {
      how = await run(turn);
    } finally {
      turns -= 1;
      turn.end(how);
    }
  }

  return {
    wake: (woken, at) => {
      for (const name of woken === 'all' ? [everything] : woken) addPending(names, name, at);
      pump();
    },
    stop: () =>
      new Promise((resolve) => {
        backoff.stop();
        stopped = resolve;
        pump();
      }),
    inFlight: () => [...names.busy].filter((name) => name !== everything),
  };
}
