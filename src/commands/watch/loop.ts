/**
 * When to run the pipeline, and for which names. Decides nothing about content: a wake only says that a name should
 * be looked at again, and every look re-reads everything.
 */

import { createBackoff } from './backoff.js';

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

/** Stands for everything among the names; no extension is called so, since Qlik's names hold no `/`. */
const all = '/';

/** At most one look or write at a time per name; what is woken meanwhile is looked at afterwards; others do not wait. */
export function createLoop({ run, backoffMs }: LoopOptions): Loop {
  const pending = new Map<string, number>();
  const busy = new Set<string>();
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
    const ready = takeReady(pending, (name) => busy.has(name) || backoff.isResting(name), busy.size);
    if (ready.size > 0) void take(ready);
  }

  async function take(since: ReadonlyMap<string, number>): Promise<void> {
    const turn = openTurn(since);
    turns += 1;
    let how: Settled = 'retry';
    try {
      how = await run(turn);
    } finally {
      turns -= 1;
      turn.end(how);
    }
  }

  function openTurn(since: ReadonlyMap<string, number>): Turn & { readonly end: (how: Settled) => void } {
    const held = new Set(since.keys());
    const started = since.get(all) ?? performance.now();
    const sinceOf = (name: string): number => since.get(name) ?? started;
    for (const name of held) busy.add(name);

    function free(name: string, how: Settled): void {
      if (!held.delete(name)) return;
      busy.delete(name);
      if (how === 'done') {
        backoff.succeed(name);
        return;
      }
      if (!pending.has(name)) pending.set(name, sinceOf(name));
      backoff.fail(name);
    }

    return {
      names: since.has(all) ? undefined : new Set(held),
      since: sinceOf,
      hold: (names) => {
        for (const name of names) busy.add(name);
        const kept = new Set(names);
        for (const name of [...held]) if (!kept.has(name)) free(name, 'done');
        for (const name of kept) held.add(name);
        pump();
      },
      release: (name, how) => {
        free(name, how);
        pump();
      },
      end: (how) => {
        for (const name of [...held]) free(name, how);
        pump();
      },
    };
  }

  return {
    wake: (names, at) => {
      for (const name of names === 'all' ? [all] : names) if (!pending.has(name)) pending.set(name, at);
      pump();
    },
    stop: () =>
      new Promise((resolve) => {
        backoff.stop();
        stopped = resolve;
        pump();
      }),
    inFlight: () => [...busy].filter((name) => name !== all),
  };
}

/** Everything waits until nothing is busy, since it may write any name; and while it looks, nothing else starts. */
function takeReady(
  pending: Map<string, number>,
  mustWait: (name: string) => boolean,
  busy: number,
): ReadonlyMap<string, number> {
  if (mustWait(all)) return new Map();
  if (pending.has(all)) return busy > 0 ? new Map() : takeAll(pending);
  const ready = new Map([...pending].filter(([name]) => !mustWait(name)));
  for (const name of ready.keys()) pending.delete(name);
  return ready;
}

function takeAll(pending: Map<string, number>): ReadonlyMap<string, number> {
  const everything = new Map(pending);
  pending.clear();
  return everything;
}
