/** One lock for several who work side by side in this process: taken by the first of them, given back by the last. */

import type { Release } from '../../reconcile/lock/lock.js';

export function shareLock(take: () => Promise<Release>): () => Promise<Release> {
  let holders = 0;
  let taken: Promise<Release> | undefined;
  let givenBack = Promise.resolve();

  async function leave(): Promise<void> {
    holders -= 1;
    if (holders > 0 || taken === undefined) return;
    const held = taken;
    taken = undefined;
    givenBack = held.then((release) => release()).catch(() => undefined);
    await givenBack;
  }

  return async () => {
    holders += 1;
    taken ??= givenBack.then(take);
    try {
      await taken;
    } catch (error) {
      await leave();
      throw error;
    }
    return leave;
  };
}
