/**
 * Plans that travel between runs: written by `plan --out`, compared with the present by `apply plan.json` and `--expect`.
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { hasWork, workOf } from '../core/change.js';
import { RefusedError, UserError } from '../core/errors.js';
import { exitCodes } from '../core/exit-codes.js';
import { count, listNames } from '../core/format.js';
import { numbersOf, type PlannedNumbers } from '../core/guard.js';
import type { Plan } from '../core/model.js';
import { digestPlan } from '../core/plan.js';
import type { SeenChange } from '../core/seen.js';
import { shellOption } from '../core/shell-word.js';
import { findMoved, findMovedOrigins } from '../core/stale.js';
import { renderJson } from '../report/json.js';
import type { PlanReport } from '../report/plan.js';
import type { ReviewedPlan } from '../report/reviewed-plan.js';
import type { Approvals } from '../run/flags.js';
import { assertWritable, readDocumentText, writeReportFile } from '../run/report-files.js';
import type { Run } from '../run/run.js';
import type { Settings } from '../run/settings.js';
import type { PlannedRun } from './planned.js';
import { flagOf, pickApprovals, shapingApprovals } from './policy.js';

/** What the plan knew, and what the approvals by number are bound to. */
export interface ReviewedScope {
  readonly changes: readonly SeenChange[];
  readonly numbers: PlannedNumbers;
  /** The names whose apps were counted: those it deletes or replaces. */
  readonly broken: readonly string[];
}

interface PlanFile {
  /** As it was given. */
  readonly file: string;
  readonly plan: ReviewedPlan;
}

/** Checked before anything is planned, since a plan that cannot be handed on is useless. @throws UserError */
export async function preparePlanFile(
  out: string,
  { cwd, flags }: Pick<Settings, 'cwd' | 'flags'>,
): Promise<(report: PlanReport) => Promise<void>> {
  const path = resolve(cwd, out);
  const report = flags.report?.find(({ file }) => file !== undefined && resolve(cwd, file) === path);
  if (report !== undefined) throw new UserError(`--out and --report ${report.kind} go to one file, ${out}.`);
  await assertWritable(path, `--out: ${out}`);
  return (report) => writeReportFile(path, renderJson(report));
}

/**
 * The one argument of `apply` that ends in `.json` and is a file; `undefined` if the arguments are names.
 *
 * @throws UserError if the file is not a plan
 */
export async function readPlanFile(args: readonly string[], cwd: string): Promise<PlanFile | undefined> {
  const file = args.find((arg) => arg.endsWith('.json'));
  const size = file === undefined ? undefined : sizeOf(resolve(cwd, file));
  if (file === undefined || size === undefined) return undefined;
  if (args.length > 1) {
    throw new UserError(`${file} is a plan, so no names can be given beside it.`, {
      hint: 'A plan keeps its own selection: plan again with the names that are meant.',
    });
  }
  if (size > mostBytes) throw new UserError(`${file} is larger than any plan.`);
  const { parseReviewedPlan } = await import('../report/reviewed-plan.js');
  const hint = `qlik-sync plan ${shellOption('--out', file)} writes one.`;
  return { file, plan: parseReviewedPlan(file, readDocumentText(resolve(cwd, file), { name: file, hint })) };
}

const mostBytes = 2 ** 28;

/** `undefined` if there is no such file: an extension may have this name. */
function sizeOf(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}

/** The plan's approvals and this run's own. @throws UserError for one that would make another plan */
export function approvalsOf({ file, plan }: PlanFile, given: Approvals): Approvals {
  const planned = plan.request.approvals as Approvals;
  const extra = shapingApprovals.find(
    (key) => given[key] !== undefined && JSON.stringify(given[key]) !== JSON.stringify(planned[key]),
  );
  if (extra !== undefined) {
    const without = planned[extra] === undefined ? 'without' : 'with another';
    throw new UserError(
      `${file} was planned ${without} ${flagOf(extra)}, and a reviewed plan stays as it is.`,
      { hint: `Plan again with ${flagOf(extra)}, and have that plan reviewed.` },
    );
  }
  return { ...planned, ...given };
}

/**
 * The digest covers what is written, not what permits it, so the person who applies is told. `undefined` without
 * approvals.
 */
export function describeApprovals({ file, plan }: PlanFile): string | undefined {
  const given = Object.entries(pickApprovals(plan.request.approvals as Approvals));
  const words = given.flatMap(([option, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.map((one) => (one === true ? flagOf(option) : `${flagOf(option)} ${one}`));
  });
  return words.length === 0 ? undefined : `${file} brings its approvals: ${words.join(', ')}`;
}

/** @throws RefusedError (exit 6) for a plan of another tenant or project, or one that was changed by hand */
export function assertMeantFor({ file, plan }: PlanFile, { settings, tenant }: Run): void {
  if (plan.tenant.identity !== tenant.identity) {
    const hint =
      plan.environment === undefined ? 'Choose that tenant.' : `Choose it with --env ${plan.environment}.`;
    throw new RefusedError(
      `${file} is a plan for ${plan.tenant.identity}, and this run is on ${tenant.identity}.`,
      { hint },
    );
  }
  if (plan.project !== settings.config.project) {
    throw new RefusedError(
      `${file} is a plan of project ${plan.project}, and this one is ${settings.config.project}.`,
      { hint: 'Apply it where it was planned.' },
    );
  }
  const planned = digestPlan(plan.tenant.identity, plan.project, plan.changes, plan.origins?.changes);
  if (planned !== plan.digest) {
    throw new RefusedError(`${file} was changed after it was planned: its changes and its digest disagree.`, {
      hint: 'Plan again; approvals belong on the command line of plan.',
    });
  }
}

/**
 * Changes that were made since the review do not count, so that a failed run can be repeated.
 *
 * @throws RefusedError (exit 7)
 */
export function assertUnmoved({ file, plan }: PlanFile, { plan: now, about }: PlannedRun): void {
  const moved = [...findMoved(workOf(plan), now), ...findMovedOrigins(plan.origins, now.origins)];
  if (moved.length === 0) return;
  const otherKey = describeOtherKey(plan, now, about.impact?.apps.listed);
  throw new RefusedError(['The reviewed plan is stale; nothing was written.', ...moved], {
    exitCode: exitCodes.conflict,
    hint: otherKey ?? [`${file} no longer says what would happen. Plan again and have it reviewed.`],
  });
}

/** A key counts the apps that its user sees, so another key may count others. */
function describeOtherKey(
  { changes, impact }: ReviewedPlan,
  now: Plan,
  listed: number | undefined,
): readonly string[] | undefined {
  const reviewed = new Set(workOf({ changes }).map(({ name }) => name));
  const isHeld = now.changes.some(({ name, blocked }) => blocked?.rail === 'impact' && reviewed.has(name));
  if (!isHeld || listed === undefined) return undefined;
  const then = impact?.apps.listed;
  const differs = then !== undefined && then !== listed;
  return [
    ...(differs
      ? [`The plan was made when its key saw ${count(then, 'app')}; this one sees ${listed}.`]
      : []),
    'Every key counts the apps that it sees: plan again with this key, or with one that sees all apps, and have that plan reviewed.',
  ];
}

/** What this plan leaves blocked, whatever the key of this run may find out. `undefined` if there is none. */
export function describeUnseen({ file }: PlanFile, { changes }: Plan): string | undefined {
  const unseen = changes.filter(
    ({ blocked, notLookedAt }) => blocked !== undefined && notLookedAt !== undefined,
  );
  if (unseen.length === 0) return undefined;
  const names = listNames(
    unseen.map(({ name }) => name),
    10,
  );
  return `${file} was planned without looking at what the tenant holds, so these stay blocked: ${names}. To decide on them, plan with a key that may download archives (tenant and analytics admins), or with the option that each names`;
}

/** What stays approved if an earlier run did a part of it. */
export function rememberReviewed({ plan }: PlanFile): ReviewedScope {
  const broken = workOf(plan).filter(({ action }) => action === 'delete' || action === 'replace');
  return { changes: plan.changes, numbers: numbersOf(plan), broken: broken.map(({ name }) => name) };
}

/**
 * If nothing is left to write, a different digest is only mentioned: an interrupted job is being repeated.
 *
 * @throws RefusedError (exit 7) if a plan other than the expected one would be applied
 */
export function assertExpected(expected: string, now: Plan, say: (notice: string) => void): void {
  if (now.digest === expected) return;
  if (!hasWork(now)) {
    say(
      `--expect says ${expected}, and the plan is ${now.digest}: nothing is left to write, or something else was planned.`,
    );
    return;
  }
  throw new RefusedError(`The plan is ${now.digest}, and --expect says ${expected}; nothing was written.`, {
    exitCode: exitCodes.conflict,
    hint: [
      'The folders, the tenant or the options are not those of the reviewed plan. Plan again and have it reviewed.',
      'A key that may download archives can make another plan than one that may not: use one key for both, or apply the plan as a file (plan --out).',
    ],
  });
}
