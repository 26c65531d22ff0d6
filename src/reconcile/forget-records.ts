/** Removes the records of old runs over a fleet beside the run, since each has thousands of objects. */

import pLimit from 'p-limit';
import type { Store, StoredObject } from '../store/store.js';

export interface Forgetting {
  /** What is not removed by then stays for the next run. */
  readonly end: () => Promise<void>;
}

const removalsAtOnce = 8;

/**
 * Begins to remove. What cannot be removed stays for the next time.
 *
 * @param objects all that are there
 * @param prefixes of the records that are too old
 */
export function forgetRecords(
  stores: readonly Store[],
  objects: readonly StoredObject[],
  prefixes: readonly string[],
): Forgetting {
  const leaving = objects.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  const isStart = ({ name }: StoredObject): boolean => name.endsWith('/start.json');
  // The start goes first, so that nobody goes on with half a record.
  const inOrder = [...leaving.filter(isStart), ...leaving.filter((object) => !isStart(object))];
  const limit = pLimit(removalsAtOnce);
  let isOver = false;
  const remove = async (name: string): Promise<void> => {
    if (isOver) return;
    await Promise.all(stores.map((store) => store.remove(name).catch(() => undefined)));
  };
  const removals = Promise.all(inOrder.map(({ name }) => limit(() => remove(name))));
  return {
    end: async () => {
      isOver = true;
      await removals;
    },
  };
}
