/** Sends a message in its turn, and again where that can do no harm. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from './answers.js';
import type { Governor } from './governor.js';
import type { Method, TenantOptions, TenantRequest } from './request.js';
import { pauseBeforeRetry, refusalOf, type Try } from './retry.js';
import type { Tier } from './sending.js';
import { type Signature, type Transport, withoutQuery } from './transport.js';

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
