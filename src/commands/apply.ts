/** `qlik-sync apply`: plan, show, approve, write, tell the truth. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import { assertSafe } from '../core/guard.js';
import type { Plan } from '../core/model.js';
import type { PlanReport } from '../report/report.js';
import { renderPlan } from '../report/text.js';
import { pack } from '../source/pack.js';
import { carryOut } from './carry-out.js';
import { type Answer, confirmPlan } from './confirm.js';
import { connect, protectedBy } from './connect.js';
import { type RunPlace, tellInterrupted, withLock } from './exclusive.js';
import type { Io } from './io.js';
import { type Notices, openNotices } from './notices.js';
import type { ApprovalOptions, SharedFlags } from './options.js';
import { print, textOptions } from './print.js';
import { propose } from './propose.js';
import type { RunFacts } from './run-facts.js';
import { createSelector } from './selection.js';
import { readSettings } from './settings.js';

export type ApplyFlags = SharedFlags &
  ApprovalOptions & {
    readonly confirm?: string;
    /** Milliseconds from the start of the command. */
    readonly maxDuration?: number;
  };

export async function applyPlan(names: readonly string[], given: ApplyFlags, io: Io): Promise<ExitCode> {
  const signal = stopSignal(given, io);
  const settings = await readSettings(given, io);
  const notices = openNotices(io.stderr);
  const connection = await connect(settings, io, { onWait: notices.say });
  const place = { settings, connection, io };
  try {
    return await withLock(place, { command: 'apply', say: notices.say }, () =>
      planAndApply(names, given, place, { signal, notices }),
    );
  } finally {
    await connection.close();
  }
}

/** What ends the starting of anything new. */
function stopSignal({ maxDuration }: ApplyFlags, { interrupted }: Io): AbortSignal {
  if (maxDuration === undefined) return interrupted;
  return AbortSignal.any([interrupted, AbortSignal.timeout(maxDuration)]);
}

interface Running {
  readonly signal: AbortSignal;
  readonly notices: Notices;
}

async function planAndApply(
  names: readonly string[],
  given: ApplyFlags,
  place: RunPlace,
  running: Running,
): Promise<ExitCode> {
  const { settings, io } = place;
  await tellInterrupted(place);
  const proposal = await propose({
    broken: 'refuse',
    selector: await createSelector(names),
    approvals: given,
    ...place,
  });
  const { folders, guard } = proposal;
  show(proposal.report, settings.flags, io);
  assertSafe(proposal.guard);
  const facts = countWork(guard.plan) === 0 ? undefined : beginFacts(place);
  const answer = await approve(guard.plan, given, place);
  if (answer !== 'approved') return decline(answer, io);
  const written = await carryOut(place, {
    command: 'apply',
    plan: guard.plan,
    desired: folders.desired,
    actual: guard.actual,
    pack: proposal.packWith(pack),
    backup: given.backup === false ? 'none' : 'keep',
    facts,
    ...running,
  });
  const header = { ...proposal.report.header, command: 'apply' } as const;
  print({ ...proposal.report, ...written, kind: 'apply', header }, settings.flags, io);
  return written.exitCode;
}

/** Where stdout is one document, what is about to happen is said on stderr. */
function show(report: PlanReport, flags: SharedFlags, io: Io): void {
  const sink = flags.json === true ? io.stderr : io.stdout;
  const header = { ...report.header, command: 'apply' } as const;
  sink.write(renderPlan({ ...report, header, refusals: [] }, textOptions(flags, sink)));
}

/** Asked of git while a person reads the plan. */
function beginFacts({ settings, io }: RunPlace): Promise<RunFacts> {
  const asking = import('./run-facts.js').then(({ readRunFacts }) => readRunFacts(settings.config.root, io));
  asking.catch(() => undefined);
  return asking;
}

async function approve(plan: Plan, given: ApplyFlags, { settings, connection, io }: RunPlace): Promise<Answer> {
  if (countWork(plan) === 0) return 'approved';
  return confirmPlan(
    {
      yes: settings.flags.yes === true,
      confirm: given.confirm,
      protectedEnvironment: protectedBy(settings.config, connection),
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
