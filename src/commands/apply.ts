/** `qlik-sync apply`: plan, show, approve, write, report. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import { addDeclaredOrigins } from '../pipeline/add-origins.js';
import { applyPlanned, type Recorded } from '../pipeline/apply.js';
import { addImpact } from '../pipeline/impact.js';
import type { ReviewedScope } from '../pipeline/plan-file.js';
import { interactive, type PlanWanted, planFolders } from '../pipeline/plan-folders.js';
import type { PlannedRun } from '../pipeline/planned.js';
import { singleTenantApproval } from '../pipeline/policy.js';
import type { SeveralEnvironments } from '../run/environments.js';
import { type Approvals, type RunFlags, type ShardedFlags, usesWaves, type WaveFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments, runOn, stopSignal } from '../run/on-tenant.js';
import type { Run } from '../run/run.js';
import { createSelector, type Selector, selectExactly } from '../run/selection.js';
import { loadSettings, meantByWaves, workingFolder } from '../run/settings.js';
import {
  addApprovals,
  addChangedSince,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShard,
  addShared,
  addWaves,
  type Finish,
  parsePlanDigest,
} from './options.js';
import { addOriginApprovals } from './origin-options.js';
import type { WaveWork } from './waves/run-waves.js';

type ApplyFlags = RunFlags &
  ShardedFlags &
  WaveFlags &
  Approvals & {
    /** The digest of the plan that was reviewed. */
    readonly expect?: string;
    readonly changedSince?: string;
  };

/** @param args names or globs, or the one file that `plan --out` wrote */
async function applyPlan(args: readonly string[], flags: ApplyFlags, io: Io): Promise<ExitCode> {
  const review = await readReview(args, flags, io);
  const singleTenantOptions = [review.file, flags.expect && '--expect', singleTenantApproval(flags)];
  const several = { command: 'apply', flags, io, singleTenantOptions } as const;
  if (usesWaves(flags)) return applyWaves(args, several, review, flags);
  return onEnvironments(several, (run) => applyTo(run, review, flags));
}

async function applyTo(
  run: Run,
  review: Review,
  flags: ApplyFlags,
  onJournal: NonNullable<Recorded['onJournal']> = async () => undefined,
): Promise<ExitCode> {
  const { approvals, reviewed } = review;
  review.assertMeantFor(run);
  const planned = await planFolders(run, wantedOf(review, flags));
  const withApps = await addImpact(run, planned, approvals, { reviewed });
  const whole = await addDeclaredOrigins(run, withApps, 'apply');
  review.assertUnmoved(run, whole);
  return applyPlanned(run, addReviewed(whole, reviewed), approvals, { command: 'apply', onJournal });
}

function wantedOf({ selector, approvals, reviewed }: Review, { changedSince }: ApplyFlags): PlanWanted {
  return {
    ...interactive,
    ...{ command: 'apply', selector, approvals, changedSince },
    reviewed: reviewed?.changes,
  };
}

async function applyWaves(
  names: readonly string[],
  several: SeveralEnvironments,
  review: Review,
  flags: ApplyFlags,
): Promise<ExitCode> {
  const { io } = several;
  const signal = stopSignal(flags, io);
  const settings = await loadSettings(flags, io, meantByWaves(flags));
  const [{ assertForSeveral }, { assertWaves, readScope }, { runWaves }, { contentOfFolders, verify }] =
    await Promise.all([
      import('../run/environments.js'),
      import('./waves/goal.js'),
      import('./waves/run-waves.js'),
      import('./waves/content.js'),
    ]);
  assertWaves(flags);
  assertForSeveral(several, settings);
  const selected = settings.asked.length === 0 ? undefined : settings.asked;
  const scope = readScope({ command: 'apply', names, settings, flags, selected, io });
  const work = {
    content: (environments: readonly string[]) =>
      contentOfFolders(environments, review.selector, settings, io),
    apply: (target, onJournal) => runOn('apply', target, (run) => applyTo(run, review, flags, onJournal)),
    verify: (target) =>
      verify('apply', target, async (run) =>
        addDeclaredOrigins(run, await planFolders(run, wantedOf(review, flags)), 'apply'),
      ),
  } satisfies WaveWork;
  return runWaves({ ...scope, flags }, work, { io, signal });
}

/** The rest of a reviewed plan is approved by the numbers of the whole. */
function addReviewed(planned: PlannedRun, reviewed: ReviewedScope | undefined): PlannedRun {
  if (reviewed === undefined) return planned;
  return { ...planned, rails: { ...planned.rails, reviewed: reviewed.numbers } };
}

/** What `apply` is to apply: the current folders, or exactly a plan that was reviewed. */
interface Review {
  /** The plan file, which belongs to one tenant; absent if the arguments are names. */
  readonly file?: string;
  readonly selector: Selector | undefined;
  /** This run's, and those that the reviewed plan was made with. */
  readonly approvals: Approvals;
  /** Absent without a plan file. */
  readonly reviewed?: ReviewedScope;
  /** Prints what the plan file permits. @throws RefusedError (exit 6) if the plan is for another tenant or project */
  readonly assertMeantFor: (run: Run) => void;
  /** @throws RefusedError (exit 7) if something else would be written than what was reviewed */
  readonly assertUnmoved: (run: Run, now: PlannedRun) => void;
}

/** @throws UserError if the file is not a plan, or other options ask for another plan */
async function readReview(args: readonly string[], flags: ApplyFlags, io: Io): Promise<Review> {
  const { assertExpected, readPlanFile, ...files } = await import('../pipeline/plan-file.js');
  const reviewed = await readPlanFile(args, workingFolder(flags, io));
  const assertDigest: Review['assertUnmoved'] = ({ notices }, { plan }) => {
    if (flags.expect !== undefined) assertExpected(flags.expect, plan, notices.say);
  };
  if (reviewed === undefined) {
    const selector = await selectNames(args);
    return { selector, approvals: flags, assertMeantFor: () => undefined, assertUnmoved: assertDigest };
  }
  if (flags.changedSince !== undefined) {
    throw new UserError(
      `--changed-since cannot be combined with ${reviewed.file}, which holds its selection.`,
    );
  }
  const { selected } = reviewed.plan.request;
  const notice = files.describeApprovals(reviewed);
  return {
    file: reviewed.file,
    selector: selected && selectExactly(new Set(selected)),
    approvals: { ...flags, ...files.approvalsOf(reviewed, flags) },
    reviewed: files.rememberReviewed(reviewed),
    assertMeantFor: (run) => {
      files.assertMeantFor(reviewed, run);
      if (notice !== undefined) run.notices.say(notice);
    },
    assertUnmoved: (run, now) => {
      files.assertUnmoved(reviewed, now);
      assertDigest(run, now);
      const unseen = files.describeUnseen(reviewed, now.plan);
      if (unseen !== undefined) run.notices.say(unseen);
    },
  };
}

async function selectNames(args: readonly string[]): Promise<Selector | undefined> {
  const selector = await createSelector(args);
  const file = args.find((arg) => arg.endsWith('.json'));
  if (selector === undefined || file === undefined) return selector;
  return { ...selector, sentence: `No plan file ${file} exists either.` };
}

export function addApply(program: Command, io: Io, finish: Finish): void {
  const command = addOriginApprovals(addApprovals(addShared(program.command('apply'))))
    .argument('[plan.json | name...]', 'a reviewed plan, or names or globs')
    .addOption(new Option('--expect <digest>', 'write only if this is the plan').argParser(parsePlanDigest));
  addChangedSince(
    addWaves(addShard(addImpactGate(addMaxDuration(addConfirm(command), 'start nothing')))),
  ).action(async (names: string[], flags: ApplyFlags) => {
    finish(await applyPlan(names, flags, io));
  });
  addExamples(command, [
    ['qlik-sync apply --sandbox', 'to the embedded tenant'],
    ['qlik-sync apply kpi-card --env dev', 'one extension'],
    ['qlik-sync apply plan.json --confirm prod --yes', 'exactly a reviewed plan'],
    ['qlik-sync apply --env all --waves 10%/rest --yes', 'a fleet, in two waves'],
  ]);
}
