/** Keeps requests below Qlik's rate limits, which apply to each user of a tenant; clients of one user share a governor. */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { TenantError } from '../core/errors.js';
import { createPace } from './pace.js';

export interface Governor {
  /**
   * Sends the request when its turn comes, and again after each 429, which says that it was not executed.
   *
   * @throws TenantError with status 429 when refusals last longer than `patienceMs`.
   */
  schedule<T>(tier: Tier, request: ScheduledRequest<T>): Promise<T>;
}

/** A request that waits for its turn, and how its answer says "not now". */
interface ScheduledRequest<T> {
  readonly method: string;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  send(): Promise<T>;
  /** How many milliseconds a refusing answer (429) asks to wait; `undefined` for every other answer. */
  refusal(answer: T): number | undefined;
}

/** Qlik's rate limit tiers: 1 is reads, 2 is writes and token requests. */
export type Tier = 1 | 2;

/** A pause long enough to tell the user about. */
export interface Wait {
  readonly tier: Tier;
  readonly seconds: number;
  /**
   * `limit`: the next request would exceed the limit · `refused`: the tenant answered 429 · `repeat`: a failed request is
   * sent again.
   */
  readonly reason: 'limit' | 'refused' | 'repeat';
}

export interface GovernorOptions {
  /** Requests per window, by tier. Default: Qlik's documented 1,000 (tier 1) and 100 (tier 2). */
  readonly limits?: Readonly<Record<Tier, number>>;
  /** Milliseconds; default 60,000. */
  readonly windowMs?: number;
  /** How many milliseconds refusals may delay one request before it fails; default 300,000. */
  readonly patienceMs?: number;
  /** Called for pauses of a second or more. */
  readonly onWait?: (wait: Wait) => void;
  /** Monotonic milliseconds. */
  readonly clock?: () => number;
  readonly sleep?: Sleep;
}

/** Waits this many milliseconds; may reject when the signal aborts. */
type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;

type GovernorSettings = Required<GovernorOptions>;

/** For one user of one tenant. It sends nothing by itself, and there is nothing to close. */
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
  return { schedule: (tier, request) => sendInTurn(lanes[tier], request, settings) };
}

async function sendInTurn<T>(
  lane: Lane,
  request: ScheduledRequest<T>,
  settings: GovernorSettings,
): Promise<T> {
  let refusedFirst: number | undefined;
  for (;;) {
    await lane.turn(request, refusedFirst === undefined ? 'last' : 'first');
    const { answer, waitMs } = await lane.send(request);
    if (waitMs === undefined) return answer;
    const now = settings.clock();
    refusedFirst ??= now;
    if (now + waitMs - refusedFirst > settings.patienceMs) throw refusedTooLong(request, waitMs);
  }
}

/** The queue of one tier. */
interface Lane {
  /** Resolves when the request may be sent. A refused one goes first, as it came before the others. */
  turn(request: ScheduledRequest<unknown>, place: 'first' | 'last'): Promise<void>;
  /** Sends the request and counts it, whatever its result. */
  send<T>(request: ScheduledRequest<T>): Promise<{ readonly answer: T; readonly waitMs: number | undefined }>;
}

interface Waiter {
  readonly request: ScheduledRequest<unknown>;
  go(): void;
  fail(reason: unknown): void;
}

/** Releases requests in the order they came, as fast as the tier's pace allows. */
function createLane(tier: Tier, settings: GovernorSettings): Lane {
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
        wait(delay);
        return;
      }
      pace.sent(clock());
      queue.shift()?.go();
    }
    alarm.cancel();
  }

  function wait(delay: number): void {
    if (alarm.isSet()) return;
    const now = clock();
    const announced = pace.silence(now) > 0 || pace.held(now) >= delay;
    if (delay >= 1000 && !announced) onWait({ tier, seconds: Math.ceil(delay / 1000), reason: 'limit' });
    alarm.set(delay);
  }

  function refuse(waitMs: number, sentAt: number): void {
    const now = clock();
    const before = pace.silence(now);
    pace.refused(now, waitMs, sentAt);
    const added = Math.round(pace.silence(now) - before);
    if (added < 1000) return;
    onWait({ tier, seconds: Math.ceil(waitMs / 1000), reason: 'refused' });
  }

  return {
    turn: (request, place) => enqueue(queue, request, place, pump),
    async send(request) {
      const sentAt = clock();
      try {
        const answer = await request.send();
        const waitMs = request.refusal(answer);
        if (waitMs !== undefined) refuse(waitMs, sentAt);
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
  request: ScheduledRequest<unknown>,
  place: 'first' | 'last',
  pump: () => void,
): Promise<void> {
  const { signal } = request;
  return new Promise((resolve, reject) => {
    const waiter: Waiter = {
      request,
      go: () => finish(resolve),
      fail: (reason) => finish(() => reject(reason)),
    };
    function finish(done: () => void): void {
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
  for (const waiter of queue.splice(0)) waiter.fail(refusedTooLong(waiter.request, silence));
}

function refusedTooLong(request: ScheduledRequest<unknown>, waitMs: number): TenantError {
  const seconds = Math.ceil(waitMs / 1000);
  return new TenantError(
    `${request.method} ${request.path}: 429 the tenant's rate limit refuses this user's requests for another ${seconds} s`,
    {
      method: request.method,
      path: request.path,
      status: 429,
      code: 'HTTP-429',
      hint: `Something else is using up this user's limit; run again in ${seconds} s, or give this tool a user of its own.`,
    },
  );
}

/** One timer at a time, cancelled when the queue is empty, so that it does not keep the process running. */
interface Alarm {
  isSet(): boolean;
  set(delay: number): void;
  cancel(): void;
}

function createAlarm(sleep: Sleep, ring: () => void): Alarm {
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
