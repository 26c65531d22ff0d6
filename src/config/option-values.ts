/** Values that the command line and the environment both take, read alike. Loaded at every start: it imports nothing. */

/** Of any case; `undefined` for anything else. */
export function readWhether(text: string): boolean | undefined {
  const value = text.trim().toLowerCase();
  if (value === '1' || value === 'true') return true;
  return value === '0' || value === 'false' ? false : undefined;
}

/** A variable that other programs set to anything, such as `CI` to the name of the system. */
export function isSet(value = ''): boolean {
  return value !== '' && readWhether(value) !== false;
}

export const whetherForm = '1, true, 0 or false';

/** Requests in flight; `undefined` for anything else. */
export function readConcurrency(text: string): number | undefined {
  const concurrency = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return concurrency >= 1 && concurrency <= 64 ? concurrency : undefined;
}

export const concurrencyForm = 'a whole number from 1 to 64';

// Times as people write them: `90s`, `5m`, `1h`.

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** What a timer takes; one that is set for longer is over at once. Almost 25 days. */
const longestMs = 2 ** 31 - 1;

/** Milliseconds, from 1 to what a timer takes; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const duration = Number(amount) * unitMs[unit as keyof typeof unitMs];
  return duration > 0 && duration <= longestMs ? duration : undefined;
}

export const durationForm = 'a time such as 90s, 5m or 1h, of 24 days at most';
