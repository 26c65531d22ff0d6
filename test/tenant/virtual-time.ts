/** A clock that jumps from timer to timer, so that minutes of waiting take no time. */
export interface VirtualTime {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Runs timers in order until `work` settles. */
  run<T>(work: Promise<T>): Promise<T>;
}

export function createVirtualTime(): VirtualTime {
  let now = 0;
  const timers: { at: number; ring: () => void }[] = [];

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = { at: now + ms, ring: resolve };
      timers.push(timer);
      signal?.addEventListener('abort', () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
        reject(signal.reason);
      });
    });
  }

  async function run<T>(work: Promise<T>): Promise<T> {
    const pending = Symbol();
    work.catch(() => undefined);
    for (;;) {
      await new Promise(setImmediate);
      const settled = await Promise.race([work, Promise.resolve(pending)]);
      if (settled !== pending) return settled as T;
      const next = timers.sort((a, b) => a.at - b.at).shift();
      if (next === undefined) throw new Error('nothing is left that could settle the work');
      now = next.at;
      next.ring();
    }
  }

  return { now: () => now, sleep, run };
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
