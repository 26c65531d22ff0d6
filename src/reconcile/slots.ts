/** What `--concurrency` limits: how many changes have a request on its way to the tenant, or may send one now. */

/**
 * A change that waits for anything but the tenant gives up its slot meanwhile, so that a slow store does not slow down the
 * tenant's requests. A change that begins, or comes back to prepare more, goes before one that comes back to send: what
 * it waits for next is then under way while others use the slots, and none is idle later.
 */
export interface Slots {
  /** Waits for a slot, and keeps it as long as the work lasts. */
  inside<T>(work: () => Promise<T>): Promise<T>;
  /** To be called by work that is inside. @param then what it does next with its slot; `sends` by default */
  outside<T>(work: () => Promise<T>, then?: 'prepares' | 'sends'): Promise<T>;
}

export function createSlots(count: number): Slots {
  let free = count;
  const beginning: (() => void)[] = [];
  const returning: (() => void)[] = [];

  async function take(queue: (() => void)[]): Promise<void> {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }

  function give(): void {
    const next = beginning.shift() ?? returning.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    inside: async (work) => {
      await take(beginning);
      try {
        return await work();
      } finally {
        give();
      }
    },
    outside: async (work, then = 'sends') => {
      give();
      try {
        return await work();
      } finally {
        await take(then === 'sends' ? returning : beginning);
      }
    },
  };
}
