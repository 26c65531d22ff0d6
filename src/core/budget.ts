/** What a plan costs before it is applied: requests by Qlik's rate tiers, and about how long the limits make it take. */

import type { Action, Change, RequestForecast } from './model.js';

/** Requests a minute, per user and tenant (Qlik's documents: tier 1 reads, tier 2 writes). */
export const tierLimits = { tier1: 1000, tier2: 100 } as const;

/** A guess at one answer's latency; it only serves the forecast. */
const secondsPerRequest = 0.4;
const usualConcurrency = 8;

const writesOf: Readonly<Record<Action, number>> = { none: 0, create: 1, update: 1, delete: 1, replace: 2 };

/** `reads` counts the requests made so far to plan: the list, and archives downloaded to resolve their content. */
export function forecastRequests(changes: readonly Change[], reads: number): RequestForecast {
  const writes = changes
    .filter((change) => change.blocked === undefined)
    .reduce((sum, change) => sum + writesOf[change.action], 0);
  return { tier1: reads, tier2: writes, estimatedSeconds: estimateSeconds(writes) };
}

/** Every full hundred of writes waits for a new minute. */
function estimateSeconds(writes: number): number {
  if (writes === 0) return 0;
  const fullWindows = Math.floor((writes - 1) / tierLimits.tier2);
  const inLastWindow = writes - fullWindows * tierLimits.tier2;
  return fullWindows * 60 + Math.max(1, Math.ceil((inLastWindow / usualConcurrency) * secondsPerRequest));
}
