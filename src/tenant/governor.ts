import { setTimeout as sleepFor } from 'node:timers/promises';
import type { Sleep } from './alarm.js';
import { createLane, type Lane, refusedTooLong } from './lane.js';

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

/** What is about to be sent, and how its answer says "not now". */
export interface Sending<T> {
  readonly method: string;
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  send(): Promise<T>;
  /** Milliseconds that a refusing answer (429) asks to wait; `undefined` for every other answer. */
  refusal(answer: T): number | undefined;
}

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
  const settings: Settings = {
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

export type Settings = Required<GovernorOptions>;

async function sendInTurn<T>(lane: Lane, sending: Sending<T>, settings: Settings): Promise<T> {
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
