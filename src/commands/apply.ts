/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import type { ExitCode } from '../core/errors.js';
import { openReview, type Review, type Reviewing } from './apply/review.js';
import type { Io } from './io.js';
import { onEnvironments } from './on-environments.js';
import type { ShardedFlags } from './options/shard.js';
import { loneNumber } from './proposal/approvals.js';
import type { Proposal } from './proposal/judged.js';
import { withImpact } from './proposal/plan-impact.js';
import { propose } from './proposal/propose.js';
import { forPeople } from './proposal/proposing.js';
import { settle } from './settle/settle.js';
import type { Site } from './site.js';
import { type RunFlags, runAt, stopSignal } from './tenant-run.js';

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
