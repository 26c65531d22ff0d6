/** Sends a message in its turn, and again where that can do no harm. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Governor, Tier } from '../governor.js';
import type { Answer } from './answers.js';
import type { Method, TenantOptions, TenantRequest } from './request.js';
import { type Signature, type Transport, type Try, withoutQuery } from './transport.js';

/** One request, and how it is signed each time it is sent. */
export interface Message {
  readonly request: TenantRequest<unknown>;
  readonly repeat: 'when-it-fails' | 'never';
  sign(signal: AbortSignal | undefined): Promise<Signature>;
}

export type Send = (message: Message) => Promise<Answer>;

/** Signed before its turn is asked for: a signature may itself take a request of the same tier. */
export function createSender(transport: Transport, governor: Governor, options: TenantOptions): Send {
  const { onWait, repeats = 2 } = options;
  return async ({ request, repeat, sign }) => {
    const signal = anySignal(options.signal, request.signal);
    const untilSent = anySignal(signal, request.unlessSent);
    const tier = tierOf(request.method);
    for (let tries = 1; ; tries += 1) {
      const signature = await sign(untilSent);
      const ended = await governor.schedule(tier, {
        method: request.method,
        path: withoutQuery(request.path),
        signal: untilSent,
        send: async () => {
          await request.beforeSend?.();
          return transport.tryOnce(request, signature, signal);
        },
        refusal: (end: Try) => (end.kind === 'answer' ? refusalOf(end.answer) : undefined),
      });
      const mayRepeat = repeat === 'when-it-fails' && tries <= repeats;
      const pause = mayRepeat ? pauseBeforeRetry(ended, tries, Math.random()) : undefined;
      if (pause === undefined) return answerOf(ended);
      if (pause >= 1000) onWait?.({ tier, seconds: Math.ceil(pause / 1000), reason: 'repeat' });
      await rest(pause, signal);
    }
  };
}

/** Qlik counts reads and everything else apart (qlik-facts, "Rate limits"). */
function tierOf(method: Method): Tier {
  return method === 'GET' ? 1 : 2;
}

function answerOf(ended: Try): Answer {
  if (ended.kind === 'failure') throw ended.failure.error;
  return ended.answer;
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

// What the end of one try means for the next: a pause, the tenant's refusal, or nothing. For the sender.

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
