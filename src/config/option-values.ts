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
