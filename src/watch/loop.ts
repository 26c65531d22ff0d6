/**
 * When to run the pipeline, and for which names. Decides nothing about content: a wake only says that a name should
 * be looked at again, and every look re-reads everything.
 */

interface LoopOptions {
  /** One run of the pipeline; `retry` if it could not look at all. */
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

/**
 * At most one look or write at a time for each name; if it is woken meanwhile, it is looked at afterwards; others do not
 * wait.
 */
export function createLoop({ run, backoffMs }: LoopOptions): Loop {
  const names: Names = { pending: new Map(), busy: new Set() };
  const backoff = createBackoff(pump, backoffMs);
  let turns = 0;
  let scheduled = false;
  let stopped: (() => void) | undefined;

  /** Runs once per turn of the event loop, so that names that become ready together share one list request. */
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
    const turn = beginTurn(ready, { names, backoff, onFree: pump });
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

/** `retry`: look again soon, without a further wake. */
export type Settled = 'done' | 'retry';

/** One look at some names, or at everything. */
export interface Turn {
  /** What to look at; absent: everything. */
  readonly names: ReadonlySet<string> | undefined;
  /** `performance.now()` of the first change of a name, or of the wake that asked for everything. */
  readonly since: (name: string) => number;
  /** Takes the names that this turn goes on to write. All others may be looked at again from now on. */
  readonly hold: (names: readonly string[]) => void;
  /** To be called when a held name is written. */
  readonly release: (name: string, how: Settled) => void;
}

interface TurnOptions {
  readonly names: Names;
  readonly backoff: Pick<Backoff, 'succeed' | 'fail'>;
  /** Resolves when others may start. */
  readonly onFree: () => void;
}

/** @param ready what to look at, each name with `performance.now()` of its first change */
function beginTurn(
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

/** The names in the loop. */
interface Names {
  /** To be looked at, each with `performance.now()` of its first change. */
  readonly pending: Map<string, number>;
  /** Looked at or written. */
  readonly busy: Set<string>;
}

/** Stands for everything among the names; no extension has this name, since Qlik's names contain no `/`. */
const everything = '/';

/** One that is waiting already keeps the time of its first change. */
function addPending({ pending }: Names, name: string, since: number): void {
  if (!pending.has(name)) pending.set(name, since);
}

/**
 * Everything waits until nothing is busy, since it may write any name; and while it looks, nothing else starts.
 *
 * @returns what is to be looked at now, which no longer waits
 */
function takeReady(
  { pending, busy }: Names,
  isResting: (name: string) => boolean,
): ReadonlyMap<string, number> {
  const mustWait = (name: string): boolean => busy.has(name) || isResting(name);
  if (mustWait(everything)) return new Map();
  if (pending.has(everything)) return busy.size > 0 ? new Map() : take(pending, () => true);
  return take(pending, (name) => !mustWait(name));
}

function take(pending: Map<string, number>, isReady: (name: string) => boolean): ReadonlyMap<string, number> {
  const ready = new Map([...pending].filter(([name]) => isReady(name)));
  for (const name of ready.keys()) pending.delete(name);
  return ready;
}

/** Names that failed rest for a while, longer after every failure in a row. */
interface Backoff {
  readonly isResting: (name: string) => boolean;
  readonly fail: (name: string) => void;
  readonly succeed: (name: string) => void;
  /** Stops all timers. */
  readonly stop: () => void;
}

/** Calls `again` when a rest is over. */
function createBackoff(again: () => void, delayMs: (failures: number) => number = doubling): Backoff {
  const failures = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    isResting: (name) => timers.has(name),
    fail: (name) => {
      const count = (failures.get(name) ?? 0) + 1;
      failures.set(name, count);
      clearTimeout(timers.get(name));
      const wake = (): void => {
        timers.delete(name);
        again();
      };
      timers.set(name, setTimeout(wake, delayMs(count)));
    },
    succeed: (name) => {
      failures.delete(name);
    },
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** 0.5, 1, 2 … 15 s: soon after a blip, rarely during an outage. */
function doubling(failures: number): number {
  return Math.min(15_000, 500 * 2 ** (failures - 1));
}
