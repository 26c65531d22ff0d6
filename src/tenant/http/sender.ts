/** Sends a message when its turn comes, and repeats it if that does no harm. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Governor, Tier } from '../governor.js';
import { type Answer, readRetryAfter } from './answers.js';
import type { Method, TenantOptions, TenantRequest } from './request.js';
import { type Signature, type Transport, type Try, withoutQuery } from './transport.js';

/** One request, and how it is signed each time it is sent. */
export interface Message {
  readonly request: TenantRequest<unknown>;
  readonly repeat: 'after-failure' | 'never';
  sign(signal: AbortSignal | undefined): Promise<Signature>;
}

export type Send = (message: Message) => Promise<Answer>;

/** Messages are signed before they queue, as signing may itself take a request of the same tier. */
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
      const mayRepeat = (repeat === 'after-failure' || isUnsent(ended)) && tries <= repeats;
      const pause = mayRepeat ? pauseBeforeRetry(ended, tries, Math.random()) : undefined;
      if (pause === undefined) return answerOf(ended);
      if (pause >= 1000) onWait?.({ tier, seconds: Math.ceil(pause / 1000), reason: 'repeat' });
      await waitFor(pause, signal);
    }
  };
}

/** Qlik counts reads and all other requests separately. */
function tierOf(method: Method): Tier {
  return method === 'GET' ? 1 : 2;
}

/** No connection was made, so even a write may be sent again. */
function isUnsent(ended: Try): boolean {
  return ended.kind === 'failure' && ended.failure.sent === 'no';
}

function answerOf(ended: Try): Answer {
  if (ended.kind === 'failure') throw ended.failure.error;
  return ended.answer;
}

async function waitFor(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  // A run's own signal is often both.
  const given = [...new Set(signals)].filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}

/** In milliseconds. A server that asks for a longer pause does not expect the same run to wait for it. */
export const longestWait = 60_000;

/**
 * Milliseconds until another try; `undefined` if another try would not help. Does not know whether repeating is safe: a
 * write may have been done although its answer was lost.
 *
 * @param tries the number of tries so far
 * @param chance a random number in [0, 1)
 */
export function pauseBeforeRetry(ended: Try, tries: number, chance: number): number | undefined {
  const backoff = Math.min(longestWait, 200 * 3 ** (tries - 1) * (1 + chance));
  if (!isTransient(ended)) return undefined;
  const asked = ended.kind === 'failure' ? ended.failure.waitMs : readRetryAfter(ended.answer.headers);
  if (asked === undefined) return backoff;
  return asked > longestWait ? undefined : Math.max(asked, backoff);
}

function isTransient(ended: Try): boolean {
  if (ended.kind === 'failure') return ended.failure.transient;
  return [408, 502, 503, 504].includes(ended.answer.status);
}

/** How many milliseconds a 429 asks to wait; `undefined` for other answers. */
export function refusalOf(answer: Answer): number | undefined {
  return answer.status === 429 ? (readRetryAfter(answer.headers) ?? waitWithoutRetryAfter) : undefined;
}

/** Qlik always sends Retry-After with a 429; without it, something in between refused. */
const waitWithoutRetryAfter = 10_000;
