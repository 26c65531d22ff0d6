/** `qlik-sync plan`: show what apply would do, and write nothing. */

import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Finding } from '../core/model.js';
import { applySeverities, finding } from '../core/rules.js';
import { shellWord } from '../core/shell-word.js';
import { openArchiveReader } from '../pipeline/archives.js';
import { withImpact } from '../pipeline/impact.js';
import { forPeople, propose } from '../pipeline/plan-folders.js';
import { type Judged, type Proposal, reportOf, withReads } from '../pipeline/planned.js';
import { loneNumber } from '../pipeline/policy.js';
import { withPolicy } from '../pipeline/policy-command.js';
import type { PlanReport } from '../report/plan.js';
import { type RunPlace, type Site, withConnection } from '../run/connect.js';
import type { ApprovalOptions, ShardedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments } from '../run/on-tenant.js';
import { print } from '../run/reporting.js';
import { createSelector } from '../run/selection.js';
import type { Settings } from '../run/settings.js';
import type { Finish } from './command.js';
import {
  addApprovals,
  addChangedSince,
  addExamples,
  addImpactGate,
  addNames,
  addShard,
  addShared,
} from './options.js';

export type PlanFlags = ShardedFlags &
  ApprovalOptions & {
    readonly detailedExitcode?: true;
    readonly diff?: true;
    readonly out?: string;
    readonly changedSince?: string;
  };

export function showPlan(names: readonly string[], given: PlanFlags, io: Io): Promise<ExitCode> {
  const lone = [given.out && '--out', loneNumber(given)];
  const work = (site: Site): Promise<ExitCode> => planAt(names, given, site);
  return onEnvironments({ command: 'plan', given, lone, io, work });
}

async function planAt(names: readonly string[], given: PlanFlags, site: Site): Promise<ExitCode> {
  const { settings, io } = site;
  const write = given.out === undefined ? undefined : await openOut(given.out, settings);
  return withConnection(site, async (place) => {
    const planned = reportOf(await makePlan(names, given, place));
    const report = { ...planned, exitCode: exitCodeOf(planned, given) };
    await write?.(report);
    print(report, settings.flags, io);
    return report.exitCode;
  });
}

async function openOut(out: string, settings: Settings): Promise<(report: PlanReport) => Promise<void>> {
  const { openPlanFile } = await import('../pipeline/plan-file.js');
  return openPlanFile(out, settings);
}

async function makePlan(names: readonly string[], given: PlanFlags, place: RunPlace): Promise<Judged> {
  const proposed = await propose({
    ...forPeople,
    ...(given.out !== undefined && { origin: 'always' }),
    command: 'plan',
    selector: await createSelector(names),
    changedSince: given.changedSince,
    approvals: given,
    ...place,
  });
  const looked = withUngated(await withImpact(proposed, place, given), place, given.out);
  const proposal = await withPolicy(looked, place);
  return given.diff === true ? withComparisons(proposal, place) : proposal;
}

/** Blocked changes are changes: the tenant is not as the folders say. */
function exitCodeOf({ plan }: PlanReport, { detailedExitcode }: PlanFlags): ExitCode {
  const changes = plan.changes.some(({ action }) => action !== 'none');
  return detailedExitcode === true && changes ? exitCodes.changes : exitCodes.ok;
}

export function addPlan(program: Command, io: Io, finish: Finish): void {
  const command = addNames(addShared(program.command('plan'))).description('show what apply would do');
  addChangedSince(addShard(addImpactGate(addApprovals(command))))
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--diff', 'show what changes in each extension, file by file')
    .addOption(new Option('--detailed-exitcode', 'exit with 2 when there are changes'))
    .action(async (names: string[], flags: PlanFlags) => {
      finish(await showPlan(names, flags, io));
    });
  addExamples(command, [
    ['qlik-sync plan --env prod', 'all that apply would do'],
    ["qlik-sync plan 'kpi-*' --diff", 'of these, file by file'],
    ['qlik-sync plan --env prod --out plan.json', 'for a review, then apply plan.json'],
  ]);
}

// `--diff`: what each change of a plan would change, in its report.

/** The archives that are downloaded for it count as reads of the plan. */
export async function withComparisons<T extends Proposal>(
  proposal: T,
  { settings, connection, io }: RunPlace,
): Promise<T> {
  const { compareChanges } = await import('../reconcile/compare.js');
  const { readArchive, downloads } = openArchiveReader(settings, connection, io);
  const { guard, folders, about } = proposal;
  const comparisons = await compareChanges({
    changes: guard.plan.changes,
    desired: folders.desired.extensions,
    actual: guard.actual.extensions,
    readArchive,
  });
  return withReads({ ...proposal, about: { ...about, comparisons } }, downloads());
}

// A plan that was asked for apps where the config does not: what it holds up, an apply that is not asked does.

/** @param out the plan's file, which carries its options to an apply */
export function withUngated<T extends Judged>(
  judged: T,
  { settings, io }: RunPlace,
  out: string | undefined,
): T {
  const { plan } = judged.guard;
  const held = plan.changes.filter(({ blocked }) => blocked?.rail === 'impact').map(({ name }) => name);
  if (settings.config.impact !== 'off' || held.length === 0) return judged;
  const told = describeUngated(held, out === undefined ? applyLike(io.argv) : ['apply', out]);
  const { findings, ...about } = judged.about;
  return {
    ...judged,
    about: { ...about, findings: [...findings, ...applySeverities([told], settings.config.rules)] },
  };
}

function describeUngated(held: readonly string[], command: readonly string[]): Finding {
  return finding('impact-not-held', {
    message: `apply holds up ${held.join(', ')} only where it looks for apps as well: with --impact, --accept-impact, or "impact" in the config.`,
    hint: `Use ${['qlik-sync', ...command].map(shellWord).join(' ')}, or set "impact": "deletes" in the config.`,
  });
}

/** The command line of a plan as that of an apply. */
function applyLike(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('plan');
  const lookOnly: readonly string[] = ['--diff', '--detailed-exitcode'];
  return argv
    .map((word, index) => (index === at ? 'apply' : word))
    .filter((word) => !lookOnly.includes(word));
}
