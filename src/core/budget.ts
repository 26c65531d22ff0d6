/** What applying a plan costs: requests by Qlik's rate tiers, and about how long the limits make it take. */

import type { Action, Change, RequestForecast } from './model.js';

/** Requests a minute, per user and tenant (Qlik's documents: tier 1 reads, tier 2 writes). */
const tierLimits = { tier1: 1000, tier2: 100 } as const;

/** The assumed latency of an answer; only the forecast uses it. */
const secondsPerRequest = 0.4;

/** Requests at once, unless the config or an option says otherwise. */
export const usualConcurrency = 8;

/**
 * The same for the tenants whose only list is requested at once. Qlik's limits are per tenant, and one list is far below
 * them; here a list needs a socket and little memory. Where a run reads more of a tenant (archives) or writes to it, eight
 * at once are enough to fill a processor.
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

/** `reads` counts the requests that planning has made so far: the list, and archives downloaded to resolve content. */
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
 * Before an overwrite the record is read again, and its archive unless a backup of it is stored (law 8: at most two
 * reads). A delete also reads the record afterwards, because a 204 proves nothing (law 8: at most three reads). The
 * forecast leaves out the archive of a delete, as it is usually stored.
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
