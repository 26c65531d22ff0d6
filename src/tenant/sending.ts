/** The words of the governor and its lanes: what waits for its turn, and by which limits. */

import type { Sleep } from './alarm.js';

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
