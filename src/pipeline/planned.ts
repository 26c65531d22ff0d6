/** A plan with what it was made from and what is said about it: the one value that passes through the pipeline. */

import { forecastBackups, forecastRequests, type StoredArchives } from '../core/budget.js';
import { exitCodes } from '../core/exit-codes.js';
import { findRefusals, type GuardInput } from '../core/guard.js';
import type {
  ActualState,
  Blocked,
  Change,
  DesiredState,
  Finding,
  Plan,
  Policy,
  TenantIdentity,
} from '../core/model.js';
import { assertKnownApprovals, settleNames } from '../core/names.js';
import { type PlanInput, summarisePlan } from '../core/plan.js';
import { applySeverities } from '../core/rules.js';
import type { SeenChange } from '../core/seen.js';
import type { ArchiveReader } from '../reconcile/archives.js';
import { planWithRenames } from '../reconcile/rename.js';
import type { PlanReport } from '../report/plan.js';
import type { RunHeader } from '../report/run-header.js';
import type { Approvals } from '../run/flags.js';
import { headerOf } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import type { Packer } from '../source/archive/pack.js';
import type { SourceFiles } from '../source/git/state.js';
import { readStoredArchives } from './archives.js';
import { namesOf } from './observe.js';
import { limitsOf } from './policy.js';
import { configFiles } from './shared-reading.js';

/** Steps take one and return a fuller one. */
export interface PlannedRun {
  readonly plan: Plan;
  /** What takes the place of folders if none are read, as in a rollback. */
  readonly desired: DesiredState;
  readonly actual: ActualState;
  /** Archives that need no download; absent if costs do not matter. */
  readonly stored: StoredArchives | undefined;
  /** Packs what comes from no selected folder, and leaves everything else to the given packer. */
  readonly packWith: PackWith;
  /** What must not differ from a commit for it to say what is uploaded. */
  readonly sources: readonly SourceFiles[];
  /** What the rails of the whole run judge the plan by. */
  readonly rails: Rails;
  /** Errors for which `watch` left extensions out; empty for every other plan. */
  readonly broken: readonly Finding[];
  /** What the report says besides the plan itself. */
  readonly about: AboutPlan;
}

export type PackWith = (otherwise: Packer) => Packer;

type Rails = Omit<GuardInput, 'plan' | 'actual'>;

type AboutPlan = Omit<PlanReport, 'plan' | 'refusals'>;

/** The options of every plan. */
export interface Wanted {
  /** The command in its report; a plan of `watch` is shown as a plan. */
  readonly command: RunHeader['command'];
  readonly approvals: Approvals;
  /** The changes of the plan that is applied, whose knowledge of the tenant counts. */
  readonly reviewed?: readonly SeenChange[] | undefined;
  /** Whether stored archives are looked up, to know what backups will cost. */
  readonly forecasts: 'with-backups' | 'none';
}

/** Both sides, as one kind of plan sees them. */
export interface Sides extends Pick<PlannedRun, 'desired' | 'actual' | 'packWith'> {
  readonly policy: Policy;
  /** In place of those of the config. */
  readonly limits?: Rails['limits'];
  readonly archives: ArchiveReader;
  /** Known once it is decided. */
  readonly findings: (plan: Plan) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** What a decision is made from, besides what belongs to one kind of plan only. */
type Known = Pick<PlanInput, 'actual' | 'policy' | 'tenant' | 'stored' | 'reads' | 'renames'>;

/**
 * What folders, promotions and rollbacks share. Reads only.
 *
 * @throws TenantError, RefusedError, UserError
 */
export async function makePlan(
  run: Run,
  { command, approvals, reviewed, forecasts }: Wanted,
  sides: Sides,
  decide: (known: Known) => Plan,
): Promise<PlannedRun> {
  const { desired, actual, archives, packWith } = sides;
  // What is skipped, such as a theme in a project that wants none, has no change that an approval could apply to.
  const policy = settleNames(sides.policy, [
    ...namesOf({ ...desired, skipped: [] }),
    ...actual.extensions.map(({ name = '' }) => name),
  ]);
  const { config } = run.settings;
  const stored = forecasts === 'none' ? undefined : await readStoredArchives(run, approvals);
  const known = { actual, policy, tenant: run.tenant.identity, stored };
  const compared = { desired: desired.extensions, actual: actual.extensions, reviewed };
  const planFrom = (found: Pick<Known, 'reads' | 'renames'>): Plan =>
    decide({ ...known, ...found, reads: found.reads + furtherLists(actual) });
  const { decided, findings } = await planWithRenames({ ...compared, planFrom }, archives);
  assertKnownApprovals(decided, policy);
  return {
    plan: decided,
    ...{ desired, actual, stored, packWith, broken: [], sources: configFiles(config) },
    rails: { limits: sides.limits ?? limitsOf(config, approvals) },
    about: {
      kind: 'plan',
      header: planHeader(run, command),
      source: {},
      findings: [...(await sides.findings(decided)), ...applySeverities(findings, config.rules)],
      leftOut: [],
      exitCode: exitCodes.ok,
    },
  };
}

/** The first list is counted together with the archives. */
function furtherLists({ lists = 1 }: ActualState): number {
  return lists - 1;
}

/** A plan is bound to its tenant, so the tenant's address alone is not enough. */
function planHeader(run: Run, command: RunHeader['command']): RunHeader {
  const { header, identity } = run.tenant;
  return headerOf({ ...run, tenant: { header: { ...header, identity } } }, command);
}

/** What copies of everything that is overwritten or deleted will cost. */
export function addBackupForecast(planned: PlannedRun): PlannedRun {
  const { plan, stored } = planned;
  const { backups: _, ...about } = planned.about;
  const backups = forecastBackups(plan.changes, stored);
  return { ...planned, about: { ...about, ...(backups && { backups }) } };
}

/** @param reads requests made since to learn more about it */
export function addReads(planned: PlannedRun, reads: number): PlannedRun {
  const { requests } = planned.plan;
  const plan = { ...planned.plan, requests: { ...requests, tier1: requests.tier1 + reads } };
  return { ...planned, plan };
}

/** What is blocked costs nothing, and a review does not approve it. */
export function blockChanges(
  planned: PlannedRun,
  blocks: ReadonlyMap<string, Blocked>,
  tenant: TenantIdentity,
): PlannedRun {
  if (blocks.size === 0) return planned;
  return editChanges(planned, tenant, (change) => {
    const blocked = blocks.get(change.name);
    return blocked === undefined ? change : { ...change, blocked };
  });
}

/** Counted, costed and digested anew. @param edit keeps names and both sides as they are */
export function editChanges(
  planned: PlannedRun,
  tenant: TenantIdentity,
  edit: (change: Change) => Change,
): PlannedRun {
  const { plan, stored } = planned;
  const changes = plan.changes.map(edit);
  const named = plan.changes.filter(
    ({ action, reason, blocked }) => action === 'none' && reason === 'not-ours' && blocked === undefined,
  );
  const summarised = summarisePlan(changes, {
    project: plan.project,
    tenant,
    reads: plan.requests.tier1 - forecastRequests(plan.changes, 0, stored).tier1,
    nameless: plan.summary.unmanaged - named.length,
    stored,
  });
  const edited = { ...planned, plan: summarised };
  return planned.about.backups === undefined ? edited : addBackupForecast(edited);
}

/** What the rails of the whole run look at. */
export function guardOf({ plan, actual, rails }: PlannedRun): GuardInput {
  return { ...rails, plan, actual };
}

/** The plan as it is now, with what its rails say of it. */
export function reportOf(planned: PlannedRun): PlanReport {
  return { ...planned.about, plan: planned.plan, refusals: findRefusals(guardOf(planned)) };
}
