/** Removes the records of old runs over a fleet while the run goes on, since each has thousands of objects. */

import pLimit from 'p-limit';
import type { Store } from '../store/store.js';

export interface Forgetting {
  /** What is not removed by then stays for the next run. */
  readonly end: () => Promise<void>;
}

/** Names in a store. */
interface OldRecord {
  readonly start: string;
  /** What the names of its other objects begin with. */
  readonly progress: string;
}

const removalsAtOnce = 8;

/**
 * Begins to remove them. What cannot be removed stays for the next time.
 *
 * @param records those too old to be resumed
 */
export function forgetRecords(stores: readonly Store[], records: readonly OldRecord[]): Forgetting {
  const limit = pLimit(removalsAtOnce);
  let isOver = false;
  const forget = async (store: Store, { start, progress }: OldRecord): Promise<void> => {
    if (isOver) return;
    const { objects } = await store.list(progress);
    const removals = objects.map(({ name }) => limit(async () => (isOver ? undefined : store.remove(name))));
    await Promise.all(removals);
    // Removed last: as long as it exists, the next run finds what is left.
    if (!isOver) await store.remove(start);
  };
  const all = stores.flatMap((store) => records.map((record) => ({ store, record })));
  const removals = Promise.all(all.map(({ store, record }) => forget(store, record).catch(() => undefined)));
  return {
    end: async () => {
      isOver = true;
      await removals;
    },
  };
}
