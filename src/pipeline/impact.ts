/** Which apps a plan touches, and the changes that wait until somebody says how many. */

import { forecastBackups, forecastRequests } from '../core/budget.js';
import { gateChanges, type ImpactMode, namesAtStake } from '../core/impact/gate.js';
import type { Blocked, Plan } from '../core/model.js';
import { summarisePlan } from '../core/plan.js';
import type { AppQuery } from '../reconcile/impact/apps.js';
import type { Assessment } from '../reconcile/impact/assess.js';
import type { Budget } from '../reconcile/impact/budget.js';
import type { AppCache } from '../reconcile/impact/cache.js';
import { openScanProgress } from '../report/progress.js';
import type { RunPlace } from '../run/connect.js';
import type { ApprovalOptions } from '../run/flags.js';
import type { Engine } from '../tenant/engine/engine.js';
import type { TenantHttp } from '../tenant/http/http.js';
import type { ItemsClient } from '../tenant/items.js';
import { readStoredArchives } from './archives.js';
import { type Judged, withPlan, withReads } from './planned.js';

export interface ImpactReading {
  /** The most that is looked at, whatever config and options ask for. */
  readonly most?: ImpactMode;
  /** Aborted when no more apps are to be opened; what was not read by then holds changes up. */
  readonly until?: AbortSignal;
  /** What the accepted number was reviewed for, also where a run before this one did it already. */
  readonly broken?: readonly string[] | undefined;
}

/** The same where nobody asks, or nothing that is there changes. @throws TenantError, UserError */
export async function withImpact<T extends Judged>(
  judged: T,
  place: RunPlace,
  approvals: ApprovalOptions,
  { most, until, broken = [] }: ImpactReading = {},
): Promise<T> {
  const mode = modeOf(place, approvals);
  const names = mode === undefined ? [] : namesAtStake(judged.guard.plan.changes, most ?? mode);
  if (names.length === 0) return judged;
  const wanted = {
    query: { spaces: [], apps: [] },
    names: [...new Set([...names, ...broken])],
    isWanted: () => false,
    ...(until && { until }),
  };
  const { impact, requests } = await readImpact(place, wanted);
  const blocks = gateChanges(judged.guard.plan.changes, impact, approvals.acceptImpact, broken);
  const told = impact.extensions.filter(({ extension }) => names.includes(extension));
  const gated = await gate(judged, place, approvals, blocks);
  const about = { ...gated.about, impact: { ...impact, extensions: told } };
  return withReads({ ...gated, about }, requests);
}

/** An accepted number is checked, whatever the config says. */
function modeOf({ settings }: RunPlace, { impact, acceptImpact }: ApprovalOptions): ImpactMode | undefined {
  if (impact === true || settings.config.impact === 'always') return 'always';
  return settings.config.impact === 'deletes' || acceptImpact !== undefined ? 'deletes' : undefined;
}

async function gate<T extends Judged>(
  judged: T,
  { settings, connection }: RunPlace,
  approvals: ApprovalOptions,
  blocks: ReadonlyMap<string, Blocked>,
): Promise<T> {
  const stored = await readStoredArchives(settings, connection, approvals);
  const plan = blockChanges(judged.guard.plan, blocks, connection.identity, stored);
  const { backups: before, ...about } = judged.about;
  const backups = before && forecastBackups(plan.changes, stored);
  return withPlan({ ...judged, about: { ...about, ...(backups && { backups }) } }, plan);
}

/** Counted, costed and digested anew: what is blocked costs nothing and is not what a review approves. */
export function blockChanges(
  plan: Plan,
  blocks: ReadonlyMap<string, Blocked>,
  tenant: string,
  stored: Awaited<ReturnType<typeof readStoredArchives>>,
): Plan {
  if (blocks.size === 0) return plan;
  const changes = plan.changes.map((change) => {
    const blocked = blocks.get(change.name);
    return blocked === undefined ? change : { ...change, blocked };
  });
  const strangers = plan.changes.filter(
    ({ action, reason, blocked }) => action === 'none' && reason === 'not-ours' && blocked === undefined,
  );
  return summarisePlan(changes, {
    project: plan.project,
    tenant,
    reads: plan.requests.tier1 - forecastRequests(plan.changes, 0, stored).tier1,
    nameless: plan.summary.unmanaged - strangers.length,
    stored,
  });
}

// Reads the impact from the connected tenant: items, engine and cache put together, and progress shown.

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
  const { assessImpact } = await import('../reconcile/impact/assess.js');
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
  const [{ createItemsClient }, { createEngine }, { createAppCache, noAppCache }] = await Promise.all([
    import('../tenant/items.js'),
    import('../tenant/engine/engine.js'),
    import('../reconcile/impact/cache.js'),
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
        : createAppCache({ root: config.root, tenant: connection.identity, account }),
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
