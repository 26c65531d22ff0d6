/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import { type ExitCode, exitCodeOfRail, exitCodes, worstExitCode } from '../core/errors.js';
import { assertSafe } from '../core/guard.js';
import type { Outcome, Plan } from '../core/model.js';
import { apply } from '../reconcile/apply.js';
import { openProgress } from '../report/progress.js';
import type { ApplyReport, PlanReport } from '../report/report.js';
import { renderPlan } from '../report/text.js';
import { pack } from '../source/pack.js';
import { type Answer, confirmPlan } from './confirm.js';
import { type Connection, connect, protectedBy } from './connect.js';
import type { Io } from './io.js';
import type { ApprovalOptions, SharedFlags } from './options.js';
import { print, textOptions } from './print.js';
import { defaultConcurrency, type Proposal, propose } from './propose.js';
import { createSelector } from './selection.js';
import { readSettings, type Settings } from './settings.js';

export type ApplyFlags = SharedFlags &
  ApprovalOptions & {
    readonly confirm?: string;
    /** Milliseconds. */
    readonly maxDuration?: number;
  };

export async function applyPlan(names: readonly string[], given: ApplyFlags, io: Io): Promise<ExitCode> {
  const settings = await readSettings(given, io);
  const notices = { say: (notice: string): void => io.stderr.write(`${notice}\n`) };
  const connection = await connect(settings, io, { onWait: (notice) => notices.say(notice) });
  try {
    const proposal = await propose({
      broken: 'refuse',
      selector: await createSelector(names),
      settings,
      approvals: given,
      connection,
      io,
    });
    show(proposal.report, settings.flags, io);
    assertSafe(proposal.guard);
    const answer = await approve(proposal.report.plan, given, connection, settings, io);
    if (answer !== 'approved') return decline(answer, io);
    const report = await write(proposal, connection, settings, io, notices);
    print(report, settings.flags, io);
    return report.exitCode;
  } finally {
    await connection.close();
  }
}

/** Where stdout is one document, what is about to happen is said on stderr. */
function show(report: PlanReport, flags: SharedFlags, io: Io): void {
  const sink = flags.json === true ? io.stderr : io.stdout;
  const header = { ...report.header, command: 'apply' } as const;
  sink.write(renderPlan({ ...report, header, refusals: [] }, textOptions(flags, sink)));
}

async function approve(
  plan: Plan,
  given: ApplyFlags,
  connection: Connection,
  { config, flags }: Settings,
  io: Io,
): Promise<Answer> {
  if (countWork(plan) === 0) return 'approved';
  return confirmPlan(
    {
      yes: flags.yes === true,
      confirm: given.confirm,
      protectedEnvironment: protectedBy(config, connection),
    },
    io,
  );
}

function decline(answer: 'declined' | 'cancelled', io: Io): ExitCode {
  io.stderr.write('Nothing was applied.\n');
  return answer === 'cancelled' ? exitCodes.interrupted : exitCodes.incomplete;
}

function countWork({ changes }: Plan): number {
  return changes.filter(({ action, blocked }) => action !== 'none' && blocked === undefined).length;
}

async function write(
  { folders, guard, report }: Proposal,
  connection: Connection,
  { flags }: Settings,
  io: Io,
  notices: { say: (notice: string) => void },
): Promise<ApplyReport> {
  const { plan, actual } = guard;
  const started = performance.now();
  const progress = openProgress(io.stderr, countWork(plan));
  notices.say = progress.notice;
  const onInterrupt = (): void =>
    progress.notice('interrupted: finishing what is in flight; again stops at once');
  io.interrupted.addEventListener('abort', onInterrupt, { once: true });
  const outcomes = await apply({
    plan,
    desired: folders.desired,
    actual,
    tenant: connection.extensions,
    pack,
    concurrency: flags.concurrency ?? defaultConcurrency,
    signal: io.interrupted,
    onOutcome: progress.outcome,
  }).finally(progress.end);
  const exitCode = worstExitCode(exitCodesOf(plan, outcomes, io));
  const header = { ...report.header, command: 'apply' } as const;
  return {
    ...report,
    kind: 'apply',
    header,
    outcomes,
    ms: Math.round(performance.now() - started),
    exitCode,
  };
}

function exitCodesOf(plan: Plan, outcomes: readonly Outcome[], io: Io): readonly ExitCode[] {
  const blocked = plan.changes.flatMap((change) =>
    change.blocked === undefined ? [] : [exitCodeOfRail(change.blocked.rail)],
  );
  const interrupted = io.interrupted.aborted;
  return [...blocked, ...outcomes.map(exitCodeOfOutcome), ...(interrupted ? [exitCodes.interrupted] : [])];
}

/** A taken name (409) means that the tenant moved since it was read: a conflict, not a mere failure. */
function exitCodeOfOutcome({ status, error }: Outcome): ExitCode {
  if (status === 'done') return exitCodes.ok;
  if (error?.status === 401 || error?.status === 403 || error?.code === 'login-page') return exitCodes.auth;
  return error?.status === 409 ? exitCodes.conflict : exitCodes.incomplete;
}
