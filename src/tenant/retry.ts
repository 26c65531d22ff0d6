/** What the end of one try means for the next: a pause, the tenant's refusal, or nothing. For the sender. */

import type { Answer } from './answers.js';
import type { Failure } from './failures.js';

/** How one try of a request ended. */
export type Try =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly failure: Failure };

/** Milliseconds. Who asks for more does not expect the same run to come back. */
export const longestWait = 60_000;

/**
 * Milliseconds before the same is sent again; `undefined` when its end is final. Whether it may go again at all the
 * sender decides: a write may have been done although its answer was lost. `tries` counts those made so far; `chance`
 * is a random number in [0, 1).
 */
export function pauseBeforeRetry(ended: Try, tries: number, chance: number): number | undefined {
  const backoff = Math.min(longestWait, 200 * 3 ** (tries - 1) * (1 + chance));
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

function retryAfter({ headers }: Answer): number | undefined {
  return readRetryAfter(headers['retry-after']);
}

/** `Retry-After` in milliseconds, from its seconds or its date. */
export function readRetryAfter(header: string | undefined): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  const date = value.endsWith('GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
