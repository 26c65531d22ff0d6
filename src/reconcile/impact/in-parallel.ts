/** Works through apps with several hands. */

import type { Budget } from './budget.js';
import type { ListedApp } from './listed-app.js';

export interface Hands {
  readonly sessions: number;
  readonly budget: Budget;
  readonly signal: AbortSignal;
}

/**
 * One failure that ends the run ends all of the work, and none outlives this function.
 *
 * @param deal gets the signal that cuts its work short: the run's end, the end of its time, or such a failure
 */
export async function inParallel(
  apps: Iterable<ListedApp>,
  { sessions, signal, budget }: Hands,
  deal: (app: ListedApp, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const either = AbortSignal.any([signal, budget.time, broken.signal]);
  const queue = apps[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      signal.throwIfAborted();
      broken.signal.throwIfAborted();
      await deal(next.value, either);
    }
  };
  const workers = Array.from({ length: sessions }, () =>
    work().catch((error: unknown) => {
      broken.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers);
}
