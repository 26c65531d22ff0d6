/**
 * The origins that the config declares against the tenant's Content Security Policy. Requests nothing if none are
 * declared.
 */

import { TenantError } from '../core/errors.js';
import type { DeclaredOrigins } from '../core/origins/csp.js';
import type { OriginsPlan } from '../core/origins/model.js';
import { needsOf, planOrigins } from '../core/origins/plan-origins.js';
import { type OriginEffect, planOriginRollback } from '../core/origins/rollback-origins.js';
import { withOrigins } from '../core/plan.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';
import type { Settings } from '../run/settings.js';
import { createCspOriginsClient, requestsToList } from '../tenant/csp-origins.js';
import type { TenantHttp } from '../tenant/http/http.js';
import { readDeclared } from './declared-origins.js';
import type { PlannedRun } from './planned.js';

interface Look {
  /** Extensions whose declarations count; absent: every declaration does. */
  readonly names?: readonly string[];
  readonly removal: 'prune' | 'keep';
  readonly manage: 'write' | 'tell';
  /** What to do if the entries cannot be read; by default the plan says so. */
  readonly unread?: 'told' | 'thrown';
}

/** `plan` shows what `apply` writes; `tell` shows what is missing. */
export type OriginGoal = 'plan' | 'apply' | 'tell';

export interface Looked {
  readonly origins: OriginsPlan;
  /** How many requests it took. */
  readonly reads: number;
}

/** @throws TenantError if that is chosen */
export async function lookAtOrigins(
  {
    settings,
    http,
    signal,
  }: Pick<Run, 'settings'> & { readonly http: TenantHttp; readonly signal: AbortSignal },
  { names, removal, manage, unread = 'told' }: Look,
): Promise<Looked> {
  const { config } = settings;
  const client = createCspOriginsClient(http);
  const needs = needsOf(await declarationsOf(config, names));
  const of = { needs, setting: config.origins, project: config.project, manage, removal };
  try {
    const entries = await client.list({ signal });
    const reads = requestsToList(entries);
    const known = planOrigins({ ...of, entries });
    if (known.missing.length + known.changes.length === 0) return { origins: known, reads };
    const header = await client.header({ signal }).catch(orUnknown);
    return { origins: planOrigins({ ...of, entries, header }), reads: reads + 1 };
  } catch (error) {
    if (!(error instanceof TenantError) || unread === 'thrown') throw error;
    const notLookedAt = describeUnread(error);
    return { origins: { notLookedAt, declared: needs.length, missing: [], changes: [], kept: [] }, reads: 1 };
  }
}

/** Only for the room that is left, so a failure does not matter. */
function orUnknown(error: unknown): undefined {
  if (!(error instanceof TenantError)) throw error;
}

/** By the name of the extension, or by key of the config. */
async function declarationsOf(
  config: Settings['config'],
  names: readonly string[] | undefined,
): Promise<ReadonlyMap<string, DeclaredOrigins>> {
  if (names === undefined) return new Map(Object.entries(config.origins));
  const declared = await readDeclared(config);
  return new Map(names.map((name) => [name, declared.of(name)]));
}

function describeUnread({ status, message }: TenantError): string {
  if (status !== 403) return message;
  return 'this key may not list the entries of the Content Security Policy (Tenant Admin, or a role with Admin CSP), so it is unknown whether the declared hosts are open';
}

/** @throws TenantError */
export async function addOrigins(run: Run, planned: PlannedRun, goal: OriginGoal): Promise<PlannedRun> {
  const { settings, tenant, io } = run;
  const { plan, desired, about } = planned;
  const prunes = about.request?.approvals.prune ?? settings.config.prune;
  const writes = settings.config.manageOrigins && goal !== 'tell';
  const isWhole = about.request !== undefined && about.request.selected === undefined;
  const { origins, reads } = await lookAtOrigins(
    { settings, http: tenant.http, signal: io.interrupted },
    {
      names: desired.extensions.map(({ name }) => name),
      removal: prunes && isWhole ? 'prune' : 'keep',
      manage: writes ? 'write' : 'tell',
      unread: writes && goal === 'apply' ? 'thrown' : 'told',
    },
  );
  return { ...planned, plan: withOrigins(plan, origins, tenant.identity, reads) };
}

/** The plan of a rollback, with what undoes the entries that its runs wrote. @throws TenantError */
export async function undoOrigins(
  { settings, tenant, io }: Run,
  planned: PlannedRun,
  effects: readonly OriginEffect[],
  approvals: Pick<Approvals, 'prune'>,
): Promise<PlannedRun> {
  const { config } = settings;
  const client = createCspOriginsClient(tenant.http);
  const entries = await client.list({ signal: io.interrupted });
  const prune = approvals.prune ?? config.prune;
  const changes = planOriginRollback(effects, { entries, project: config.project, prune });
  const origins = { declared: 0, missing: [], changes, kept: [] };
  const reads = requestsToList(entries);
  return { ...planned, plan: withOrigins(planned.plan, origins, tenant.identity, reads) };
}
