/** What `--concurrency` limits: how many changes have a request on its way to the tenant, or may send one now. */

/**
 * A change that waits for something else than the tenant gives its slot up meanwhile, so that a slow store does not slow
 * the tenant's requests down. First come, first served: if those that come back went first, the lines of those that begin
 * would be written too late, and slots would be idle until the store has them.
 */
export interface Slots {
  /** Waits for a slot, and keeps it as long as the work lasts. */
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** To be called by work that is inside. */
  outside<T>(work: () => Promise<T>): Promise<T>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const queue: (() => void)[] = [];

  async function take(): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function give(): void {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    inside: async (work) => {
      await take();
      try {
        return await work();
      } finally {
        give();
      }
    },
    outside: async (work) => {
      give();
      try {
        return await work();
      } finally {
        await take();
      }
    },
  };
}
