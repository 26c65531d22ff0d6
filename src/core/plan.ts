/** plan(): exactly one change for every name that either side has. Pure: data in, data out. */

import { createHash } from 'node:crypto';
import { forecastRequests, type StoredArchives } from './budget.js';
import { isWritten } from './change.js';
import {
  decideMissing,
  decideShared,
  decideUndesired,
  decideUnlisted,
  decideUnread,
  type Ignored,
  type UnfinishedReplace,
} from './decide.js';
import { findHalfBuilt } from './half-built.js';
import { kindOf } from './kind.js';
import type {
  ActualExtension,
  ActualState,
  Change,
  DesiredState,
  Plan,
  PlanSummary,
  Policy,
  TenantIdentity,
} from './model.js';
import { assertDistinctNames, spellOutKinds } from './names.js';
import { type DecidedOrigin, type OriginsPlan, originDecisions, originWorkOf } from './origins/model.js';
import { markRenames, type RenameSearch } from './rename.js';
import type { ReviewedChange } from './stale.js';

/** Both sides, what is permitted, and how many requests it took to read them. */
export interface PlanInput {
  readonly desired: DesiredState;
  readonly actual: ActualState;
  readonly policy: Policy;
  /** The tenant that the plan is for. Part of its digest. */
  readonly tenant: TenantIdentity;
  /** Requests sent so far to read both sides. */
  readonly reads: number;
  /** By name; only names that the tenant does not hold. */
  readonly unfinished?: ReadonlyMap<string, UnfinishedReplace>;
  /** Found by comparing the contents of deletes and creates. */
  readonly renames?: RenameSearch;
  /** Archives whose backup needs no download; absent: none. */
  readonly stored?: StoredArchives | undefined;
}

/** @throws RefusedError if names on the two sides differ only in case */
export function plan(input: PlanInput): Plan {
  const { desired, actual, policy, tenant, reads, stored, renames = noRenames } = input;
  assertDistinctNames(desired, actual, policy.project);
  const changes = spellOutKinds(markRenames(decideAll(input), renames, policy));
  const nameless = actual.extensions.length - namedRecords(actual).size;
  return summarisePlan(changes, { project: policy.project, tenant, reads, nameless, stored });
}

export const noRenames: RenameSearch = { renames: [], uncompared: [] };

interface PlanFacts {
  readonly project: string;
  readonly tenant: TenantIdentity;
  readonly reads: number;
  /** Records that have no change of their own. */
  readonly nameless: number;
  readonly stored?: StoredArchives | undefined;
}

/** Decided changes as a plan: counted, with their cost in requests and the digest that an approval is bound to. */
export function summarisePlan(changes: readonly Change[], facts: PlanFacts): Plan {
  const { project, tenant, reads, nameless, stored } = facts;
  return {
    project,
    changes,
    summary: summarise(changes, nameless),
    requests: forecastRequests(changes, reads, stored),
    digest: digestPlan(tenant, project, changes),
  };
}

function decideAll({ desired, actual, policy, unfinished }: PlanInput): readonly Change[] {
  const records = namedRecords(actual);
  const wanted = new Map(desired.extensions.map((extension) => [extension.name, extension]));
  const ignored = findIgnored(desired);
  const names = [...new Set([...wanted.keys(), ...records.keys(), ...desired.notSelected])].sort();
  return names.map((name) => {
    const [extension, record] = [wanted.get(name), records.get(name)];
    const why = actual.unlisted?.get(kindOf(name));
    if (why !== undefined && extension !== undefined) return decideUnlisted(extension, why);
    if (extension !== undefined && record !== undefined) return decideShared(extension, record, policy);
    if (extension !== undefined) return decideMissing(extension, policy, unfinished?.get(name));
    if (record !== undefined) return decideUndesired(record, name, policy, ignored(name));
    return decideUnread(name);
  });
}

function findIgnored({ notSelected, skipped, unread }: DesiredState): (name: string) => Ignored | undefined {
  const [left, other] = [new Set(notSelected), new Set(skipped.map(({ name }) => name))];
  const halfBuilt = findHalfBuilt(unread);
  return (name) => {
    if (other.has(name)) return { because: 'not-deployable' };
    if (left.has(name)) return { because: 'not-selected' };
    const folder = halfBuilt(name);
    return folder === undefined ? undefined : { because: 'unread', folder };
  };
}

/** The first of several unmanaged records with one name represents them all; `names.ts` refuses those that concern us. */
function namedRecords(actual: ActualState): Map<string, ActualExtension> {
  const records = new Map<string, ActualExtension>();
  for (const record of actual.extensions) {
    if (record.name !== undefined && !records.has(record.name)) records.set(record.name, record);
  }
  return records;
}

type Bucket = keyof PlanSummary;

/** Each change is counted once. */
function bucketOf(change: Change): Bucket {
  if (change.blocked !== undefined) return 'blocked';
  if (change.action !== 'none') return change.action;
  switch (change.reason) {
    case 'in-sync':
      return 'unchanged';
    case 'not-selected':
      return 'notSelected';
    case 'not-ours':
      return 'unmanaged';
    default:
      return 'kept';
  }
}

function summarise(changes: readonly Change[], nameless: number): PlanSummary {
  const summary: Record<Bucket, number> = {
    create: 0,
    update: 0,
    replace: 0,
    delete: 0,
    blocked: 0,
    unchanged: 0,
    kept: 0,
    notSelected: 0,
    unmanaged: nameless,
  };
  for (const change of changes) summary[bucketOf(change)] += 1;
  return summary;
}

/** The plan with its part about origins, included in its digest and cost. @param reads requests that read the entries */
export function withOrigins(plan: Plan, origins: OriginsPlan, tenant: TenantIdentity, reads: number): Plan {
  const { tier1, tier2, estimatedSeconds } = plan.requests;
  const writes = originWorkOf(origins).length;
  return {
    ...plan,
    origins,
    // Each write is preceded by a read of what is there.
    requests: { tier1: tier1 + reads + writes, tier2: tier2 + writes, estimatedSeconds },
    digest: digestPlan(tenant, plan.project, plan.changes, origins.changes),
  };
}

type PlannedChange = ReviewedChange & { readonly blocked?: unknown };

/**
 * What an approval is bound to: tenant, project and what would be written where. Unchanged names are left out, so that
 * an unmanaged extension does not make a reviewed plan stale.
 */
export function digestPlan(
  tenant: TenantIdentity,
  project: string,
  changes: readonly PlannedChange[],
  origins: readonly DecidedOrigin[] = [],
): string {
  const decisions = changes
    .filter(isWritten)
    .map(({ name, action, desired, actual }) => [name, action, desired?.digest, actual?.id, actual?.md5]);
  const opened = originDecisions(origins);
  // A plan that writes no entry keeps the digest that it had before plans included origins.
  const text = JSON.stringify([tenant, project, decisions, ...(opened.length === 0 ? [] : [opened])]);
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
