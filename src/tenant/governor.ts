/** The rate limits of one user on one tenant: whoever opens a tenant makes one, or shares one with others. */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { createLane, type Lane, refusedTooLong } from './lane.js';
import type { GovernorOptions, GovernorSettings, Sending, Tier } from './sending.js';

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
