/** What applying a plan will cost: requests by Qlik's rate tiers, and about how long the limits make it take. */

import type { Action, Change, RequestForecast } from './model.js';

/** Requests a minute, per user and tenant (Qlik's documents: tier 1 reads, tier 2 writes). */
const tierLimits = { tier1: 1000, tier2: 100 } as const;

/** A guess at one answer's latency; it only serves the forecast. */
const secondsPerRequest = 0.4;

/** Requests at once, unless the config or an option says otherwise. */
export const usualConcurrency = 8;

/**
 * Tenants that are asked for their one list at once, likewise. Qlik's limits are each tenant's own and one list is far below
 * them, and what a list needs here is a socket and little memory. Where more is read of a tenant (archives) or anything is
 * written, eight at once are enough to fill a processor.
 */
export const usualListsAtOnce = 32;

const writesOf: Readonly<Record<Action, number>> = { none: 0, create: 1, update: 1, delete: 1, replace: 2 };

/** MD5s of the archives in the local store, or `off` with `--no-backup`. */
export type StoredArchives = ReadonlySet<string> | 'off';

/** How many archives that would be overwritten or deleted are stored already, and how many are downloaded first. */
export interface BackupForecast {
  readonly stored: number;
  /** Whole archives are for tenant and analytics admins only (since 2024-10). */
  readonly download: number;
}

/** `reads` counts the requests made so far to plan: the list, and archives downloaded to resolve their content. */
export function forecastRequests(
  changes: readonly Change[],
  reads: number,
  stored: StoredArchives = new Set(),
): RequestForecast {
  const work = changes.filter(({ blocked }) => blocked === undefined);
  const writes = work.reduce((sum, change) => sum + writesOf[change.action], 0);
  const more = work.reduce((sum, change) => sum + readsFor(change, stored), 0);
  return { tier1: reads + more, tier2: writes, estimatedSeconds: estimateSeconds(writes) };
}

/** `undefined` where nothing is overwritten or deleted, or `stored` is unknown. */
export function forecastBackups(
  changes: readonly Change[],
  stored: StoredArchives | undefined,
): BackupForecast | 'off' | undefined {
  const lost = changes.filter((change) => change.blocked === undefined && losesArchive(change));
  if (stored === undefined || lost.length === 0) return undefined;
  if (stored === 'off') return 'off';
  const download = lost.filter((change) => !isStored(change, stored)).length;
  return { stored: lost.length - download, download };
}

/**
 * Before an overwrite the record is read again, and its archive where no backup of it is stored (law 8: at most two
 * reads). A delete also asks for the record afterwards, because a 204 proves nothing (law 8: at most three reads). Its
 * archive is left out of the forecast, as it is usually stored.
 */
function readsFor(change: Change, stored: StoredArchives): number {
  switch (change.action) {
    case 'none':
    case 'create':
      return 0;
    case 'delete':
      return 2;
    case 'update':
    case 'replace':
      return losesArchive(change) && stored !== 'off' && !isStored(change, stored) ? 2 : 1;
  }
}

/** A write of tags alone leaves the archive as it is. */
function losesArchive({ action, write }: Change): boolean {
  return action === 'delete' || action === 'replace' || (action === 'update' && write?.carries !== 'data');
}

function isStored({ actual }: Change, stored: ReadonlySet<string>): boolean {
  return actual?.md5 !== undefined && stored.has(actual.md5);
}

/** Every full hundred of writes waits for the next minute. */
function estimateSeconds(writes: number): number {
  if (writes === 0) return 0;
  const fullWindows = Math.floor((writes - 1) / tierLimits.tier2);
  const inLastWindow = writes - fullWindows * tierLimits.tier2;
  return fullWindows * 60 + Math.max(1, Math.ceil((inLastWindow / usualConcurrency) * secondsPerRequest));
}
