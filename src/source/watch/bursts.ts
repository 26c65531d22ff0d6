/** Groups events that belong together: a burst ends when it has been quiet for a while, or has gone on for too long. */

export interface Burst<K> {
  readonly key: K;
  /** `performance.now()` of its first change. */
  readonly firstAt: number;
  /** What it began with, for debugging. */
  readonly cause: string;
}

export interface Bursts<K> {
  /** An event: the burst of this key continues for at least the quiet period. */
  readonly extend: (key: K, cause: string) => void;
  /** A change that is already known: its burst ends in this or the next turn of the event loop, unless extended. */
  readonly finish: (key: K, cause: string, firstAt?: number) => void;
  /** Continues a burst that ended too early. */
  readonly resume: (burst: Burst<K>, ms: number) => void;
  /** Whether it has lasted for the longest wait. */
  readonly isOverdue: (burst: Burst<K>) => boolean;
  readonly close: () => void;
}

interface BurstOptions<K> {
  readonly quietMs: number;
  readonly maxWaitMs: number;
  readonly onEnd: (bursts: readonly Burst<K>[]) => void;
}

interface Open<K> extends Burst<K> {
  dueAt: number;
}

/** Milliseconds. Bursts that end this close to each other are passed on together. */
const together = 2;

export function openBursts<K>({ quietMs, maxWaitMs, onEnd }: BurstOptions<K>): Bursts<K> {
  const open = new Map<K, Open<K>>();
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let isClosed = false;

  function add(burst: Burst<K>, ms: number): void {
    if (isClosed) return;
    const now = performance.now();
    const known = open.get(burst.key) ?? { ...burst, dueAt: now };
    open.set(burst.key, known);
    known.dueAt = Math.min(now + ms, Math.max(now, known.firstAt + maxWaitMs));
    schedule(known.dueAt);
  }

  /** A due time that moves on does not touch the timer, which then finds nothing due and looks for the next. */
  function schedule(at: number): void {
    if (at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(end, Math.max(0, at - performance.now()));
  }

  function end(): void {
    timerAt = Number.POSITIVE_INFINITY;
    const until = performance.now() + together;
    const due = [...open.values()].filter(({ dueAt }) => dueAt <= until);
    for (const { key } of due) open.delete(key);
    if (open.size > 0) schedule(Math.min(...[...open.values()].map(({ dueAt }) => dueAt)));
    if (due.length > 0) onEnd(due);
  }

  return {
    extend: (key, cause) => add({ key, cause, firstAt: performance.now() }, quietMs),
    finish: (key, cause, firstAt = performance.now()) => {
      if (!open.has(key)) add({ key, cause, firstAt }, 0);
    },
    resume: (burst, ms) => add(burst, ms),
    isOverdue: ({ firstAt }) => performance.now() - firstAt >= maxWaitMs - together,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      open.clear();
    },
  };
}
