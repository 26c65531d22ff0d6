/** Reads the impact from the connected tenant: items, engine and cache put together, and progress shown. */

import type { AppQuery } from '../../reconcile/impact/app-filters.js';
import type { Assessment } from '../../reconcile/impact/assess.js';
import type { Budget } from '../../reconcile/impact/budget.js';
import type { AppCache } from '../../reconcile/impact/cache.js';
import { openScanProgress } from '../../report/impact/progress.js';
import type { Engine } from '../../tenant/engine/engine.js';
import type { TenantHttp } from '../../tenant/http.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { RunPlace } from '../run-place.js';

export interface ImpactWanted {
  readonly query: AppQuery;
  readonly names: readonly string[];
  readonly isWanted: (type: string) => boolean;
  readonly maxApps?: number | undefined;
  /** Milliseconds, for messages: what `until` stands for. */
  readonly maxDuration?: number | undefined;
  /** Aborted when time is up. */
  readonly until?: AbortSignal | undefined;
}

/** Enough to hide the engine's latency, few enough for Qlik's limits of sessions (2 to 4). */
const mostSessions = 4;

export interface ReadImpact extends Assessment {
  /** Requests of the Items API; the engine counts none. */
  readonly requests: number;
}

/** @throws TenantError, UserError; the reason of an interrupt, with what was read so far kept for the next run */
export async function readImpact(place: RunPlace, wanted: ImpactWanted): Promise<ReadImpact> {
  const { io, settings } = place;
  const { assessImpact } = await import('../../reconcile/impact/assess.js');
  const progress = openScanProgress(io.stderr);
  const latest = { done: 0, total: 0 };
  try {
    const { requests, ...means } = await openMeans(place);
    const assessment = await assessImpact({
      ...means,
      query: wanted.query,
      names: wanted.names,
      isWanted: wanted.isWanted,
      sessions: Math.min(mostSessions, settings.flags.concurrency ?? mostSessions),
      budget: budgetOf(wanted),
      signal: io.interrupted,
      onProgress: (now) => {
        Object.assign(latest, now);
        progress.update(now);
      },
    });
    return { ...assessment, requests: requests() };
  } catch (error) {
    progress.end();
    if (io.interrupted.aborted)
      io.stderr.write(`${describeInterrupt(latest, settings.flags.cache === false ? 'lost' : 'kept')}\n`);
    throw error;
  } finally {
    progress.end();
  }
}

interface Means {
  readonly items: ItemsClient;
  readonly engine: Engine;
  readonly cache: AppCache;
  readonly requests: () => number;
}

async function openMeans({ connection, settings, io }: RunPlace): Promise<Means> {
  const [{ createItemsClient }, { createEngine }, { openAppCache, noAppCache }] = await Promise.all([
    import('../../tenant/items.js'),
    import('../../tenant/engine/engine.js'),
    import('../../reconcile/impact/cache.js'),
  ]);
  const { flags, config } = settings;
  const { account } = connection.http;
  let requests = 0;
  const http: TenantHttp = {
    ...connection.http,
    request: (request) => {
      requests += 1;
      return connection.http.request(request);
    },
  };
  return {
    items: createItemsClient(http),
    engine: createEngine({
      tenant: http,
      userAgent: io.tool,
      proxies: io.env,
      ...(io.patience && { pauseMs: io.patience.pauseMs(1) }),
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout }),
    }),
    cache:
      flags.cache === false || account === undefined
        ? noAppCache
        : openAppCache({ root: config.root, tenant: connection.identity, account }),
    requests: () => requests,
  };
}

function budgetOf({ maxApps, maxDuration, until }: ImpactWanted): Budget {
  return {
    left: maxApps ?? Number.POSITIVE_INFINITY,
    time: until ?? new AbortController().signal,
    apps: `--max-apps ${maxApps}`,
    duration: maxDuration === undefined ? '--max-duration is over' : `--max-duration ${maxDuration / 1000} s`,
  };
}

function describeInterrupt(
  { done, total }: { done: number; total: number },
  cached: 'kept' | 'lost',
): string {
  const goOn = cached === 'kept' ? '; the next run goes on from there' : '';
  return `${done} of ${total} apps were dealt with${goOn}.`;
}
