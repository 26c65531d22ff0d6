/** Runs with a limit of time that has to end in the middle of a request: a busy machine needs a longer one to get there. */

import type { LoggedRequest, TestTenant } from './tenant.js';

/** In milliseconds, as an option takes it, and as messages say it. */
export interface Limit {
  readonly ms: number;
  readonly option: string;
  readonly words: string;
}

const limits: readonly Limit[] = [1.5, 6, 24, 96].map((seconds) => ({
  ms: seconds * 1000,
  option: `${seconds * 1000}ms`,
  words: `${seconds} s`,
}));

/**
 * The result of the first run that got to the request within its limit.
 *
 * @param isIt the request; `count`: how many like it the limit has to see, the last of them held up by a fault
 * @param run holds the request up, by a fault of its own, and runs; nothing is changed by a run that does not get there
 */
export async function runLongEnough<T>(
  tenant: TestTenant,
  isIt: (request: LoggedRequest) => boolean,
  run: (limit: Limit) => Promise<T>,
  count = 1,
): Promise<readonly [T, Limit]> {
  for (const limit of limits) {
    await tenant.clearFaults();
    await tenant.takeRequests();
    const result = await run(limit);
    if ((await tenant.takeRequests()).filter(isIt).length >= count) return [result, limit];
  }
  throw new Error('no run got to the request in time');
}
