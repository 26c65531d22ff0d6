/** Requests that a fault delays, until their time is up or all are released. */

import { setTimeout as pause } from 'node:timers/promises';

export interface Holds {
  /** Ends after `ms` milliseconds or on `release`. @throws AbortError when the client has left */
  readonly pause: (ms: number, gone: AbortSignal) => Promise<void>;
  /** Runs `effect` after `ms` milliseconds or on `release`, whether or not the client is still there. */
  readonly land: <T>(ms: number, effect: () => Promise<T>) => Promise<T>;
  /** Releases everything that is held, and waits for the effects that follow. */
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
