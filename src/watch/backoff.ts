/** Names that failed rest for a while, longer after every failure in a row. */

export interface Backoff {
  readonly isResting: (name: string) => boolean;
  readonly fail: (name: string) => void;
  readonly succeed: (name: string) => void;
  /** Ends all timers. */
  readonly stop: () => void;
}

/** Calls `again` when a rest is over. */
export function createBackoff(again: () => void, delayMs: (failures: number) => number = doubling): Backoff {
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
