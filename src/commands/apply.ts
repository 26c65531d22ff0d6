/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import { type Command, Option } from 'commander';
import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Plan } from '../core/model.js';
import { type Approving, settle } from '../pipeline/apply.js';
import { withImpact } from '../pipeline/impact.js';
import type { ReviewedScope } from '../pipeline/plan-file.js';
import { forPeople, propose } from '../pipeline/plan-folders.js';
import type { Proposal } from '../pipeline/planned.js';
import { loneNumber } from '../pipeline/policy.js';
import type { RunPlace, Site } from '../run/connect.js';
import type { ShardedFlags, SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onEnvironments, type RunFlags, runAt, stopSignal } from '../run/on-tenant.js';
import { createSelector, explainingUnused, type Selector, selectExactly } from '../run/selection.js';
import { mergeFlags, workingFolder } from '../run/settings.js';
import type { Finish } from './command.js';
import {
  addApprovals,
  addChangedSince,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShard,
  addShared,
  parsePlanDigest,
} from './options.js';

export type ApplyFlags = RunFlags & ShardedFlags & Reviewing;

/** @param args names or globs, or the one file that `plan --out` wrote */
export async function applyPlan(args: readonly string[], given: ApplyFlags, io: Io): Promise<ExitCode> {
  const signal = stopSignal(given, io);
  const review = await openReview(args, given, io);
  const lone = [review.file, given.expect && '--expect', loneNumber(given)];
  const work = (site: Site): Promise<ExitCode> => applyAt(review, given, site, signal);
  return onEnvironments({ command: 'apply', given, lone, confirm: given.confirm, io, work });
}

function applyAt(review: Review, given: ApplyFlags, site: Site, signal: AbortSignal): Promise<ExitCode> {
  const { selector, approvals, notice, reviewed, assertMeantFor, assertUnmoved } = review;
  return runAt('apply', site, signal, async (place, running) => {
    assertMeantFor(place);
    if (notice !== undefined) running.notices.say(notice);
    const { changedSince } = given;
    const command = 'apply';
    const proposed = await propose({ ...forPeople, command, selector, changedSince, approvals, ...place });
    const reading = { until: signal, broken: reviewed?.broken };
    const proposal = await withImpact(proposed, place, approvals, reading);
    assertUnmoved(proposal.guard.plan, running.notices.say);
    return settle(place, { command, proposal: withNumbers(proposal, reviewed), ...running }, approvals);
  });
}

/** The rest of a reviewed plan is approved by the numbers of the whole. */
function withNumbers(proposal: Proposal, reviewed: Review['reviewed']): Proposal {
  if (reviewed === undefined) return proposal;
  return { ...proposal, guard: { ...proposal.guard, reviewed: reviewed.numbers } };
}

export function addApply(program: Command, io: Io, finish: Finish): void {
  const command = addApprovals(addShared(program.command('apply')))
    .argument('[plan.json | name...]', 'a reviewed plan, or names or globs')
    .description('make the tenant match the folders')
    .addOption(new Option('--expect <digest>', 'write only if this is the plan').argParser(parsePlanDigest));
  addChangedSince(addShard(addImpactGate(addMaxDuration(addConfirm(command), 'start nothing')))).action(
    async (names: string[], flags: ApplyFlags) => {
      finish(await applyPlan(names, flags, io));
    },
  );
  addExamples(command, [
    ['qlik-sync apply --sandbox', 'to the embedded tenant'],
    ['qlik-sync apply kpi-card --env dev', 'one extension'],
    ['qlik-sync apply plan.json --confirm prod --yes', 'exactly a reviewed plan'],
  ]);
}

// What `apply` was asked to apply: what the folders say now, or exactly a plan that somebody reviewed.

export interface Reviewing extends SharedFlags, Approving {
  /** The digest of the plan that was reviewed. */
  readonly expect?: string;
  readonly changedSince?: string;
}

export interface Review {
  /** The plan file, which is one tenant's; absent where the arguments are names. */
  readonly file?: string;
  readonly selector: Selector | undefined;
  /** This run's, with those that the reviewed plan was made with. */
  readonly approvals: Approving;
  /** For whoever applies: what the plan file permits. */
  readonly notice?: string | undefined;
  /** @throws RefusedError (exit 6) where the plan is for another tenant or project */
  readonly assertMeantFor: (place: RunPlace) => void;
  /** Absent where no plan file says what was reviewed. */
  readonly reviewed?: ReviewedScope;
  /**
   * @param say for whoever applies
   * @throws RefusedError (exit 7) where something else would be written than what was reviewed
   */
  readonly assertUnmoved: (now: Plan, say: (notice: string) => void) => void;
}

/**
 * @param args names or globs, or the one file that `plan --out` wrote
 * @throws UserError where the file is no plan, or options beside it ask for another one
 */
export async function openReview(args: readonly string[], given: Reviewing, io: Io): Promise<Review> {
  const { assertExpected, readPlanFile, ...files } = await import('../pipeline/plan-file.js');
  const reviewed = await readPlanFile(args, workingFolder(mergeFlags(given, io), io));
  const assertDigest: Review['assertUnmoved'] = (now, say) => {
    if (given.expect !== undefined) assertExpected(given.expect, now, say);
  };
  if (reviewed === undefined) {
    const selector = await selectNames(args);
    return { selector, approvals: given, assertMeantFor: () => undefined, assertUnmoved: assertDigest };
  }
  if (given.changedSince !== undefined) {
    throw new UserError(`${reviewed.file} holds its selection, so --changed-since has no say.`);
  }
  const { selected } = reviewed.plan.request;
  return {
    file: reviewed.file,
    selector: selected && selectExactly(new Set(selected)),
    approvals: { ...given, ...files.approvalsOf(reviewed, given) },
    notice: files.describeApprovals(reviewed),
    assertMeantFor: (place) => files.assertMeantFor(reviewed, place),
    reviewed: files.rememberReviewed(reviewed),
    assertUnmoved: (now, say) => {
      files.assertUnmoved(reviewed, now);
      assertDigest(now, say);
    },
  };
}

async function selectNames(args: readonly string[]): Promise<Selector | undefined> {
  const selector = await createSelector(args);
  const file = args.find((arg) => arg.endsWith('.json'));
  if (selector === undefined || file === undefined) return selector;
  return explainingUnused(selector, `There is no file ${file} either, which could be a plan.`);
}
