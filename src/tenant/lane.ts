/** One tier's queue: who may send next, as the pace allows. Only the governor calls it. */

import { TenantError } from '../core/errors.js';
import { createAlarm } from './alarm.js';
import { createPace } from './pace.js';
import type { GovernorSettings, Sending, Tier } from './sending.js';

/** The queue of one tier. */
export interface Lane {
  /** Resolves when the request may be sent. A refused one was there before the others: it goes first. */
  turn(sending: Sending<unknown>, place: 'first' | 'last'): Promise<void>;
  count<T>(sending: Sending<T>): Promise<{ readonly answer: T; readonly waitMs: number | undefined }>;
}

interface Waiter {
  readonly sending: Sending<unknown>;
  go(): void;
  fail(reason: unknown): void;
}

/** Lets requests go as the tier's pace allows, in the order they came. */
export function createLane(tier: Tier, settings: GovernorSettings): Lane {
  const { clock, onWait } = settings;
  const pace = createPace(settings.limits[tier], settings.windowMs);
  const queue: Waiter[] = [];
  const alarm = createAlarm(settings.sleep, pump);

  function pump(): void {
    const silence = pace.silence(clock());
    if (silence > settings.patienceMs) failAll(queue, silence);
    while (queue.length > 0) {
      const delay = pace.delay(clock());
      if (delay === undefined) return;
      if (delay > 0) {
        rest(delay);
        return;
      }
      pace.sent(clock());
      queue.shift()?.go();
    }
    alarm.cancel();
  }

  function rest(delay: number): void {
    if (alarm.isSet()) return;
    const announced = pace.silence(clock()) > 0;
    if (delay >= 1000 && !announced) onWait({ tier, seconds: Math.ceil(delay / 1000), reason: 'limit' });
    alarm.set(delay);
  }

  function refuse(waitMs: number): void {
    const now = clock();
    const before = pace.silence(now);
    pace.refused(now, waitMs);
    const added = Math.round(pace.silence(now) - before);
    if (added < 1000) return;
    onWait({ tier, seconds: Math.ceil(waitMs / 1000), reason: 'refused' });
  }

  return {
    turn: (sending, place) => enqueue(queue, sending, place, pump),
    async count(sending) {
      try {
        const answer = await sending.send();
        const waitMs = sending.refusal(answer);
        if (waitMs !== undefined) refuse(waitMs);
        return { answer, waitMs };
      } finally {
        pace.answered(clock());
        pump();
      }
    },
  };
}

function enqueue(
  queue: Waiter[],
  sending: Sending<unknown>,
  place: 'first' | 'last',
  pump: () => void,
): Promise<void> {
  const { signal } = sending;
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      sending,
      go: () => settle(resolve),
      fail: (reason) => settle(() => reject(reason)),
    };
    function settle(done: () => void): void {
      signal?.removeEventListener('abort', leave);
      done();
    }
    function leave(): void {
      queue.splice(queue.indexOf(waiter), 1);
      waiter.fail(signal?.reason);
      pump();
    }
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', leave);
    if (place === 'first') queue.unshift(waiter);
    else queue.push(waiter);
    pump();
  });
}

function failAll(queue: Waiter[], silence: number): void {
  for (const waiter of queue.splice(0)) waiter.fail(refusedTooLong(waiter.sending, silence));
}

export function refusedTooLong(sending: Sending<unknown>, waitMs: number): TenantError {
  const seconds = Math.ceil(waitMs / 1000);
  return new TenantError(
    `${sending.method} ${sending.path}: 429 the tenant's rate limit refuses this user's requests for another ${seconds} s`,
    {
      method: sending.method,
      path: sending.path,
      status: 429,
      code: 'HTTP-429',
      hint: `Something else uses up the same user's limit; run again in ${seconds} s, or with a user of its own.`,
    },
  );
}
