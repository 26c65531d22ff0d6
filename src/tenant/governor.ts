/** The rate limits of one user on one tenant: whoever opens a tenant makes one, or shares one with others. */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { TenantError } from '../core/errors.js';
import { createPace } from './pace.js';

/** Keeps every request of one user on one tenant below Qlik's rate limits; share one between clients. */
export interface Governor {
  /**
   * Sends in turn, and again after a refusal, which means that it was not executed.
   *
   * @throws TenantError with status 429 when refusals outlast `patienceMs`.
   */
  schedule<T>(tier: Tier, sending: Sending<T>): Promise<T>;
}

export function createGovernor(options: GovernorOptions = {}): Governor {
  const settings: GovernorSettings = {
    limits: options.limits ?? { 1: 1000, 2: 100 },
    windowMs: options.windowMs ?? 60_000,
    patienceMs: options.patienceMs ?? 300_000,
    onWait: options.onWait ?? (() => undefined),
    clock: options.clock ?? (() => performance.now()),
    sleep: options.sleep ?? ((ms, signal) => sleepFor(ms, undefined, { signal })),
  };
  const lanes = { 1: createLane(1, settings), 2: createLane(2, settings) };
  return { schedule: (tier, sending) => sendInTurn(lanes[tier], sending, settings) };
}

async function sendInTurn<T>(lane: Lane, sending: Sending<T>, settings: GovernorSettings): Promise<T> {
  let refusedFirst: number | undefined;
  for (;;) {
    await lane.turn(sending, refusedFirst === undefined ? 'last' : 'first');
    const { answer, waitMs } = await lane.count(sending);
    if (waitMs === undefined) return answer;
    const now = settings.clock();
    refusedFirst ??= now;
    if (now + waitMs - refusedFirst > settings.patienceMs) throw refusedTooLong(sending, waitMs);
  }
}

// One tier's queue: who may send next, as the pace allows. Only the governor calls it.

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

/** One timer at a time that can be taken back, so that nothing waits for a queue that is empty. */
export interface Alarm {
  isSet(): boolean;
  set(delay: number): void;
  cancel(): void;
}

/** Milliseconds of rest; may reject when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;

export function createAlarm(sleep: Sleep, ring: () => void): Alarm {
  let pending: AbortController | undefined;

  async function wake(controller: AbortController, delay: number): Promise<void> {
    await sleep(delay, controller.signal).catch(() => undefined);
    if (pending !== controller) return;
    pending = undefined;
    ring();
  }

  return {
    isSet: () => pending !== undefined,
    set(delay) {
      pending?.abort();
      pending = new AbortController();
      void wake(pending, delay);
    },
    cancel() {
      pending?.abort();
      pending = undefined;
    },
  };
}

// The words of the governor and its lanes: what waits for its turn, and by which limits.

/** Qlik's rate limit classes: 1 is reads, 2 is writes and token requests. */
export type Tier = 1 | 2;

/** A pause that a person may wonder about. */
export interface Wait {
  readonly tier: Tier;
  readonly seconds: number;
  /** `limit`: our own count is full · `refused`: the tenant answered 429 · `repeat`: before a failed read is sent again. */
  readonly reason: 'limit' | 'refused' | 'repeat';
}

export interface GovernorOptions {
  /** Requests a window, by tier. Default: Qlik's documented 1,000 (tier 1) and 100 (tier 2). */
  readonly limits?: Readonly<Record<Tier, number>>;
  /** Milliseconds; default 60,000. */
  readonly windowMs?: number;
  /** Milliseconds that one request is kept waiting by refusals before it fails; default 300,000. */
  readonly patienceMs?: number;
  /** Told of pauses of a second or more. */
  readonly onWait?: (wait: Wait) => void;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  readonly sleep?: Sleep;
}

export type GovernorSettings = Required<GovernorOptions>;

/** What is about to be sent, and how its answer says "not now". */
export interface Sending<T> {
  readonly method: string;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  send(): Promise<T>;
  /** Milliseconds that a refusing answer (429) asks to wait; `undefined` for every other answer. */
  refusal(answer: T): number | undefined;
}
