/** The apps that a plan touches, and the changes that wait until their number is accepted. */

import type { Config } from '../config/resolve.js';
import { isWritten } from '../core/change.js';
import { count } from '../core/format.js';
import { gateChanges, type ImpactMode, namesAtStake } from '../core/impact/gate.js';
import type { Blocked, Change } from '../core/model.js';
import type { SeenChange } from '../core/seen.js';
import type { AppQuery } from '../reconcile/impact/apps.js';
import type { Assessment } from '../reconcile/impact/assess.js';
import type { Budget } from '../reconcile/impact/budget.js';
import type { AppCache } from '../reconcile/impact/cache.js';
import { openScanProgress } from '../report/progress.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';
import type { Engine } from '../tenant/engine/engine.js';
import type { TenantHttp } from '../tenant/http/http.js';
import type { ItemsClient } from '../tenant/items.js';
import type { ReviewedScope } from './plan-file.js';
import { addReads, blockChanges, type PlannedRun } from './planned.js';

interface Reading {
  /** The most apps that are looked at, whatever config and options ask for. */
  readonly most?: ImpactMode;
  /** The plan that is applied. */
  readonly reviewed?: Pick<ReviewedScope, 'changes' | 'broken'> | undefined;
}

/**
 * Adds the apps that use what changes, and blocks changes until a number of apps is accepted. Changes nothing if neither
 * config nor options ask for it, or nothing on the tenant changes.
 *
 * @throws TenantError, UserError
 */
export async function addImpact(
  run: Run,
  planned: PlannedRun,
  approvals: Approvals,
  { most, reviewed = unreviewed }: Reading = {},
): Promise<PlannedRun> {
  const mode = modeOf(run.settings.config.impact, approvals);
  const { changes } = planned.plan;
  const { broken } = reviewed;
  const names = mode === undefined ? [] : namesAtStake(changes, most ?? mode);
  if (names.length === 0) return planned;
  const wanted = {
    query: { spaces: [], apps: [] },
    names: [...new Set([...names, ...broken])],
    isWanted: () => false,
  };
  const { impact, requests } = await readImpact(run, wanted);
  const blocks = new Map([
    ...holdReviewed(changes, reviewed.changes),
    ...gateChanges(changes, impact, approvals.acceptImpact, broken),
  ]);
  const extensions = impact.extensions.filter(({ extension }) => names.includes(extension));
  const gated = blockChanges(planned, blocks, run.tenant.identity);
  return addReads({ ...gated, about: { ...gated.about, impact: { ...impact, extensions } } }, requests);
}

/** The names for which the number was reviewed, even if an earlier run has dealt with them. */
const unreviewed: Pick<ReviewedScope, 'changes' | 'broken'> = { changes: [], broken: [] };

/** What the reviewed plan blocked stays blocked if this key sees other apps than the key of that plan. */
function holdReviewed(
  changes: readonly Change[],
  reviewed: readonly SeenChange[],
): ReadonlyMap<string, Blocked> {
  const held = new Map(
    reviewed.flatMap(({ name, blocked }) => (blocked?.rail === 'impact' ? [[name, blocked] as const] : [])),
  );
  return new Map(
    changes.filter(isWritten).flatMap(({ name }) => {
      const then = held.get(name);
      if (then === undefined) return [];
      const why = then.message === undefined ? '' : `: ${then.message}`;
      return [[name, { rail: 'impact', message: `as in the reviewed plan${why}` }] as const];
    }),
  );
}

/** An accepted number is checked, whatever the config says. */
function modeOf(configured: Config['impact'], { impact, acceptImpact }: Approvals): ImpactMode | undefined {
  if (impact === true || configured === 'always') return 'always';
  return configured === 'deletes' || acceptImpact !== undefined ? 'deletes' : undefined;
}

/** What is requested about the tenant's apps. */
export interface ImpactWanted {
  readonly query: AppQuery;
  readonly names: readonly string[];
  readonly isWanted: (type: string) => boolean;
  readonly maxApps?: number | undefined;
  /** Milliseconds, for messages about the end of the run's time. */
  readonly maxDuration?: number | undefined;
}

/** Enough to hide the engine's latency, and within Qlik's limits of sessions (2 to 4). */
const mostSessions = 4;

interface ReadImpact extends Assessment {
  /** Requests of the Items API; the engine counts none. */
  readonly requests: number;
}

/**
 * Once the run's time is up no more apps are opened, and what has not been read by then is reported as missing.
 *
 * @throws TenantError, UserError; the reason of an interrupt, with what was read so far kept for the next run
 */
export async function readImpact(run: Run, wanted: ImpactWanted): Promise<ReadImpact> {
  const { io, settings } = run;
  const { assessImpact } = await import('../reconcile/impact/assess.js');
  const progress = openScanProgress(io.stderr);
  const latest = { done: 0, total: 0 };
  try {
    const { requests, ...dependencies } = await createDependencies(run);
    const assessment = await assessImpact({
      ...dependencies,
      query: wanted.query,
      names: wanted.names,
      isWanted: wanted.isWanted,
      sessions: Math.min(mostSessions, settings.flags.concurrency ?? mostSessions),
      budget: budgetOf(wanted, run.signal),
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

interface ImpactDependencies {
  readonly items: ItemsClient;
  readonly engine: Engine;
  readonly cache: AppCache;
  readonly requests: () => number;
}

/** The engine of the run's tenant. */
export async function engineOf({
  tenant,
  settings,
  io,
}: Pick<Run, 'tenant' | 'settings' | 'io'>): Promise<Engine> {
  const { createEngine } = await import('../tenant/engine/engine.js');
  const { timeout } = settings.flags;
  return createEngine({
    tenant: tenant.http,
    userAgent: io.tool,
    proxies: io.env,
    ...(io.patience && { pauseMs: io.patience.pauseMs(1) }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
  });
}

async function createDependencies(run: Run): Promise<ImpactDependencies> {
  const { tenant, settings } = run;
  const [{ createItemsClient }, engine, { createAppCache, noAppCache }] = await Promise.all([
    import('../tenant/items.js'),
    engineOf(run),
    import('../reconcile/impact/cache.js'),
  ]);
  const { flags, config } = settings;
  const { account } = tenant.http;
  let requests = 0;
  const http: TenantHttp = {
    ...tenant.http,
    request: (request) => {
      requests += 1;
      return tenant.http.request(request);
    },
  };
  return {
    items: createItemsClient(http),
    engine,
    cache:
      flags.cache === false || account === undefined
        ? noAppCache
        : createAppCache({ root: config.root, tenant: tenant.identity, account }),
    requests: () => requests,
  };
}

function budgetOf({ maxApps, maxDuration }: ImpactWanted, time: AbortSignal): Budget {
  return {
    left: maxApps ?? Number.POSITIVE_INFINITY,
    time,
    apps: `--max-apps ${maxApps}`,
    duration: maxDuration === undefined ? '--max-duration is over' : `--max-duration ${maxDuration / 1000} s`,
  };
}

function describeInterrupt(
  { done, total }: { done: number; total: number },
  cached: 'kept' | 'lost',
): string {
  const goOn = cached === 'kept' ? '; the next run goes on from there' : '';
  return `${done} of ${count(total, 'app')} ${total === 1 ? 'was' : 'were'} dealt with${goOn}.`;
}
