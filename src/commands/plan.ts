/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Finding } from '../core/model.js';
import { applySeverities, finding } from '../core/rules.js';
import { shellWord } from '../core/shell-word.js';
import { addDeclaredOrigins } from '../pipeline/add-origins.js';
import { archivesOf } from '../pipeline/archives.js';
import { addImpact } from '../pipeline/impact.js';
import { interactive, type PlanWanted, planFolders } from '../pipeline/plan-folders.js';
import { addReads, type PlannedRun, reportOf } from '../pipeline/planned.js';
import { singleTenantApproval } from '../pipeline/policy.js';
import { askPolicyCommand } from '../pipeline/policy-command.js';
import type { PlanReport } from '../report/plan.js';
import { commandLine } from '../report/resume-command.js';
import type { Approvals, ShardedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments } from '../run/on-tenant.js';
import { isReading, print } from '../run/reporting.js';
import type { Run } from '../run/run.js';
import { createSelector } from '../run/selection.js';
import {
  addApprovals,
  addChangedSince,
  addExamples,
  addImpactGate,
  addNames,
  addShard,
  addShared,
  type Finish,
} from './options.js';
import { addOriginApprovals } from './origin-options.js';

type PlanFlags = ShardedFlags &
  Approvals & {
    readonly detailedExitcode?: true;
    readonly diff?: true;
    readonly out?: string;
    readonly changedSince?: string;
  };

export function plan(names: readonly string[], flags: PlanFlags, io: Io): Promise<ExitCode> {
  const singleTenantOptions = [flags.out && '--out', singleTenantApproval(flags)];
  return onEnvironments({ command: 'plan', flags, io, singleTenantOptions }, async (run) => {
    const save = await preparePlanFile(run, flags.out);
    const planned = await addImpact(run, await planFolders(run, await wantedOf(names, flags)), flags);
    const whole = await addDeclaredOrigins(run, planned, 'plan');
    const judged = await askPolicyCommand(run, warnNotHeldByApply(run, whole, flags.out));
    const shown = flags.diff === true ? await addComparisons(run, judged) : judged;
    return finishPlan(run, reportOf(shown), flags, save);
  });
}

async function wantedOf(names: readonly string[], flags: PlanFlags): Promise<PlanWanted> {
  const { out, changedSince } = flags;
  const selector = await createSelector(names);
  const origin = out === undefined ? interactive.origin : 'always';
  return { ...interactive, origin, command: 'plan', selector, changedSince, approvals: flags };
}

type Save = (report: PlanReport) => Promise<void>;

async function preparePlanFile({ settings }: Run, out: string | undefined): Promise<Save> {
  if (out === undefined) return async () => undefined;
  return (await import('../pipeline/plan-file.js')).preparePlanFile(out, settings);
}

async function finishPlan(
  { settings, io, notices }: Run,
  planned: PlanReport,
  flags: PlanFlags,
  save: Save,
): Promise<ExitCode> {
  const report = { ...planned, exitCode: exitCodeOf(planned, flags) };
  await save(report);
  print(report, settings.flags, io);
  if (flags.out !== undefined && isReading(settings, io)) notices.say(describeSaved(flags.out, planned));
  return report.exitCode;
}

function describeSaved(out: string, { header }: PlanReport): string {
  const command = commandLine(['apply', shellWord(out)], header.tenant ?? {});
  return `Wrote the plan to ${out}. To apply exactly this plan: ${command}`;
}

/** Blocked changes are changes too: the tenant does not match the folders. */
function exitCodeOf({ plan: { changes, origins } }: PlanReport, { detailedExitcode }: PlanFlags): ExitCode {
  // A plan that could not read the tenant is not a plan.
  if (changes.some(({ state }) => state === 'unlisted')) return exitCodes.auth;
  const hasChanges = changes.some(({ action }) => action !== 'none') || (origins?.changes.length ?? 0) > 0;
  return detailedExitcode === true && hasChanges ? exitCodes.changes : exitCodes.ok;
}

/** Adds what each change would change, file by file; archives that are downloaded for it count as reads. */
async function addComparisons(run: Run, planned: PlannedRun): Promise<PlannedRun> {
  const { compareChanges } = await import('../reconcile/compare.js');
  const { read, downloads } = archivesOf(run);
  const { plan, desired, actual, about } = planned;
  const comparisons = await compareChanges({
    changes: plan.changes,
    desired: desired.extensions,
    actual: actual.extensions,
    readArchive: read,
  });
  return addReads({ ...planned, about: { ...about, comparisons } }, downloads());
}

/**
 * Changes that a plan with `--impact` blocks would not be blocked in an apply without it, if the config does not ask for
 * apps.
 *
 * @param out the plan's file, which brings its options to an apply
 */
function warnNotHeldByApply({ settings, io }: Run, planned: PlannedRun, out: string | undefined): PlannedRun {
  const { plan, about } = planned;
  const held = plan.changes.filter(({ blocked }) => blocked?.rail === 'impact').map(({ name }) => name);
  if (settings.config.impact !== 'off' || held.length === 0) return planned;
  const warning = describeNotHeld(held, out === undefined ? applyLike(io.argv) : ['apply', out]);
  const findings = [...about.findings, ...applySeverities([warning], settings.config.rules)];
  return { ...planned, about: { ...about, findings } };
}

function describeNotHeld(held: readonly string[], command: readonly string[]): Finding {
  return finding('impact-not-held', {
    message: `apply blocks ${held.join(', ')} only where it looks for apps as well: with --impact, --accept-impact, or "impact" in the config.`,
    hint: `Use ${['qlik-sync', ...command].map(shellWord).join(' ')}, or set "impact": "deletes" in the config.`,
  });
}

/** The command line of a plan as that of an apply. */
function applyLike(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('plan');
  const planOnly: readonly string[] = ['--diff', '--detailed-exitcode'];
  return argv
    .map((word, index) => (index === at ? 'apply' : word))
    .filter((word) => !planOnly.includes(word));
}

export function addPlan(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addShared(program.command('plan')));
  addChangedSince(addShard(addImpactGate(addOriginApprovals(addApprovals(command)))))
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--diff', 'show what changes in each extension, file by file')
    .addOption(new Option('--detailed-exitcode', 'exit with 2 when there are changes'))
    .action(async (names: string[], flags: PlanFlags) => {
      finish(await plan(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync plan --env prod', 'all that apply would do'],
    ["qlik-sync plan 'kpi-*' --diff", 'of these, file by file'],
    ['qlik-sync plan --env prod --out plan.json', 'for a review, then apply plan.json'],
  ]);
}
