import type { Answer } from './answers.js';
import type { Failure } from './failures.js';

/** How one try of a request ended. */
export type Try =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly failure: Failure };

const retries = 2;
const longestWait = 60_000;

/**
 * Milliseconds before a read is sent again; `undefined` when its end is final. Only GET: a write may have been
 * done although its answer was lost. `tries` counts those made so far; `chance` is a random number in [0, 1).
 */
export function pauseBeforeRetry(ended: Try, tries: number, chance: number): number | undefined {
  if (tries > retries) return undefined;
  const backoff = 200 * 3 ** (tries - 1) * (1 + chance);
  if (ended.kind === 'failure') return ended.failure.passing ? backoff : undefined;
  if (![502, 503, 504].includes(ended.answer.status)) return undefined;
  const asked = retryAfter(ended.answer);
  if (asked === undefined) return backoff;
  return asked > longestWait ? undefined : Math.max(asked, backoff);
}

/** Milliseconds that a 429 asks to wait; `undefined` for other answers. */
export function refusalOf(answer: Answer): number | undefined {
  return answer.status === 429 ? (retryAfter(answer) ?? waitWithoutRetryAfter) : undefined;
}

/** Qlik always sends Retry-After with a 429 (qlik-facts); without one, something between refused. */
const waitWithoutRetryAfter = 10_000;

/** `Retry-After` in milliseconds, from its seconds or its date. */
function retryAfter(answer: Answer): number | undefined {
  const value = answer.headers['retry-after']?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = value.endsWith('GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
