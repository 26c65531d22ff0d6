/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import type { ExitCode } from '../core/errors.js';
import { pack } from '../source/pack.js';
import type { Io } from './io.js';
import { onEnvironments } from './on-environments.js';
import type { ShardedFlags } from './options/shard.js';
import { withImpact } from './plan-impact.js';
import { propose } from './propose.js';
import { openReview, type Review } from './review.js';
import { type Approving, settle } from './settle.js';
import type { Site } from './site.js';
import { type RunFlags, runAt, stopSignal } from './tenant-run.js';

export type ApplyFlags = RunFlags &
  ShardedFlags &
  Approving & {
    /** The digest of the plan that was reviewed. */
    readonly expect?: string;
    readonly changedSince?: string;
  };

/** @param args names or globs, or the one file that `plan --out` wrote */
export async function applyPlan(args: readonly string[], given: ApplyFlags, io: Io): Promise<ExitCode> {
  const signal = stopSignal(given, io);
  const review = await openReview(args, given, io);
  const lone = [review.file, given.expect && '--expect'];
  const work = (site: Site): Promise<ExitCode> => applyAt(review, given, site, signal);
  return onEnvironments({ command: 'apply', given, lone, confirm: given.confirm, io, work });
}

function applyAt(review: Review, given: ApplyFlags, site: Site, signal: AbortSignal): Promise<ExitCode> {
  const { selector, approvals, notice, assertMeantFor, assertUnmoved } = review;
  return runAt('apply', site, signal, async (place, running) => {
    assertMeantFor(place);
    if (notice !== undefined) running.notices.say(notice);
    const { changedSince } = given;
    const proposed = await propose({ broken: 'refuse', selector, changedSince, approvals, ...place });
    const looked = await withImpact(proposed, place, approvals, { until: signal });
    const { report, guard, folders, packWith } = looked;
    assertUnmoved(guard.plan);
    const header = { ...report.header, command: 'apply' } as const;
    const planned = { report: { ...report, header }, guard, desired: folders.desired, pack: packWith(pack) };
    return settle(place, { command: 'apply', ...planned, ...running }, approvals);
  });
}
