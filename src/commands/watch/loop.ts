/**
 * When to run the pipeline, and for which names. Holds no decision about content: a wake only says that a name
 * should be looked at again, and every look re-reads everything.
 */

/** What became of one name in one run of the pipeline. */
export type Settled =
  | 'done'
  /** The tenant could not be reached, failed or refused for now: try again by itself. */
  | 'retry';

export interface LoopOptions {
  /**
   * One run of the pipeline for these names; `everything` when the whole project is to be planned. Calls `settle`
   * for a name as soon as it may run again; names that are not settled when the promise resolves are done.
   */
  readonly run: (
    names: ReadonlySet<string>,
    since: Since,
    settle: (name: string, how: Settled) => void,
  ) => Promise<void>;
  /** Waits before the n-th retry in a row, milliseconds. */
  readonly backoffMs?: (failures: number) => number;
  readonly setTimer?: (callback: () => void, ms: number) => { unref?: () => void };
}

/** `performance.now()` of the first change of each name. */
export type Since = ReadonlyMap<string, number>;

/** Stands for the whole project in `run` and `wake`. */
export const everything = '*';

export interface Loop {
  readonly wake: (names: Iterable<string>, at: number) => void;
  /** Starts nothing further; resolves when nothing is in flight. */
  readonly stop: () => Promise<void>;
  /** Resolves when nothing is pending or in flight. */
  readonly idle: () => Promise<void>;
}

/** At most one run in flight per name; other names are not held up; a name woken meanwhile runs again. */
export function createLoop(options: LoopOptions): Loop {
  const { run, backoffMs = defaultBackoffMs, setTimer = setTimeout } = options;
  const pending = new Map<string, number>();
  const inFlight = new Set<string>();
  let running = 0;
  let failures = 0;
  let backingOff = false;
  let stopped = false;
  let waiters: (() => void)[] = [];

  function wake(names: Iterable<string>, at: number): void {
    for (const name of names) if (!pending.has(name)) pending.set(name, at);
    pump();
  }

  function pump(): void {
    const ready = stopped || backingOff ? [] : takeReady();
    if (ready.length > 0) void start(new Map(ready));
    else tellWaiters();
  }

  /** A run of everything goes alone: it may write any name. */
  function takeReady(): [string, number][] {
    if (inFlight.has(everything)) return [];
    const all = pending.get(everything);
    if (all !== undefined && inFlight.size > 0) return [];
    const ready =
      all === undefined
        ? [...pending].filter(([name]) => !inFlight.has(name))
        : [[everything, earliest()] as [string, number]];
    if (all === undefined) for (const [name] of ready) pending.delete(name);
    else pending.clear();
    return ready;
  }

  function earliest(): number {
    return Math.min(...pending.values());
  }

  async function start(since: Since): Promise<void> {
    const names = new Set(since.keys());
    for (const name of names) inFlight.add(name);
    running += 1;
    const settle = (name: string, how: Settled): void => {
      if (!inFlight.delete(name)) return;
      if (how === 'retry') retryLater(name, since.get(name) ?? performance.now());
      else failures = 0;
      pump();
    };
    try {
      await run(names, since, settle);
    } finally {
      running -= 1;
      for (const name of names) settle(name, 'done');
      pump();
    }
  }

  function retryLater(name: string, at: number): void {
    if (!pending.has(name)) pending.set(name, at);
    if (backingOff || stopped) return;
    failures += 1;
    backingOff = true;
    setTimer(() => {
      backingOff = false;
      pump();
    }, backoffMs(failures)).unref?.();
  }

  function tellWaiters(): void {
    if (running > 0 || (!stopped && pending.size > 0)) return;
    const told = waiters;
    waiters = [];
    for (const tell of told) tell();
  }

  function idle(): Promise<void> {
    return new Promise((resolve) => {
      waiters.push(resolve);
      tellWaiters();
    });
  }

  return {
    wake,
    idle,
    stop: () => {
      stopped = true;
      return idle();
    },
  };
}

/** 1, 2, 4 … 30 s: soon after a blip, rarely during an outage. */
function defaultBackoffMs(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1));
}
