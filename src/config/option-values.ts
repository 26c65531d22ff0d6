/** Parses values that both the command line and the environment accept. Loaded at every start, so it imports nothing. */

/** In any case; `undefined` for any other text. */
export function readBoolean(text: string): boolean | undefined {
  const value = text.trim().toLowerCase();
  if (value === '1' || value === 'true') return true;
  return value === '0' || value === 'false' ? false : undefined;
}

/** Whether a variable is on that other programs may set to anything, as some set `CI` to the name of the system. */
export function isTurnedOn(value = ''): boolean {
  return value !== '' && readBoolean(value) !== false;
}

export const booleanForm = '1, true, 0 or false';

/** A whole number of at most nine digits; `undefined` for any other text. */
export function readCount(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Requests at the same time, 1 to 64; `undefined` for any other text. */
export function readConcurrency(text: string): number | undefined {
  const concurrency = readCount(text) ?? 0;
  return concurrency >= 1 && concurrency <= 64 ? concurrency : undefined;
}

export const concurrencyForm = 'a whole number from 1 to 64';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** The longest time of a timer, almost 25 days; a longer one would fire at once. */
const longestMs = 2 ** 31 - 1;

/** Milliseconds of a text such as `90s`, `5m` or `1h`; `undefined` for any other text. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(text) ?? [];
  const duration = Number(amount) * unitMs[unit as keyof typeof unitMs];
  return duration > 0 && duration <= longestMs ? duration : undefined;
}

/** In the form that `readDuration` reads, in the largest unit that is whole: `24h`. */
export function formatDuration(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const [unit, size] = units.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

export const durationForm = 'a time such as 90s, 5m or 1h, at most 24 days';
