/** Requests that a fault holds up, and how they are let go: by time, or all at once. */

import { setTimeout as pause } from 'node:timers/promises';

export interface Holds {
  /** Ends after `ms` milliseconds or with `release`. @throws AbortError when the client has left */
  readonly pause: (ms: number, gone: AbortSignal) => Promise<void>;
  /** Does `effect` after `ms` milliseconds or with `release`, whether the client is still there or not. */
  readonly land: <T>(ms: number, effect: () => Promise<T>) => Promise<T>;
  /** Lets all go that is held, and waits for what then lands. */
  readonly release: () => Promise<void>;
}

export function createHolds(): Holds {
  let released = new AbortController();
  const landings = new Set<Promise<unknown>>();
  const hold = async (ms: number, gone?: AbortSignal): Promise<void> => {
    const { signal } = released;
    await pause(ms, undefined, { signal: gone ? AbortSignal.any([gone, signal]) : signal }).catch((error) => {
      if (!signal.aborted) throw error;
    });
  };
  return {
    pause: hold,
    land: (ms, effect) => {
      const landing = hold(ms).then(effect);
      landings.add(landing);
      const forget = (): void => void landings.delete(landing);
      landing.then(forget, forget);
      return landing;
    },
    release: async () => {
      released.abort();
      released = new AbortController();
      await Promise.allSettled(landings);
    },
  };
}
