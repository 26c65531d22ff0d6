/** From a plan to its end: shown, checked by the rails, approved, written, reported. What the commands that write share. */

import { type ExitCode, exitCodes } from '../../core/errors.js';
import { assertSafe } from '../../core/guard.js';
import type { Plan } from '../../core/model.js';
import { workOf } from '../../core/work.js';
import type { PlanReport } from '../../report/plan/report.js';
import { renderPlan } from '../../report/text.js';
import { pack } from '../../source/pack.js';
import { protectedBy } from '../connect.js';
import type { Io } from '../io.js';
import type { ApprovalOptions } from '../options/approvals.js';
import type { SharedFlags } from '../options/shared.js';
import { type Proposal, reportOf } from '../proposal/judged.js';
import { withPolicy } from '../proposal/with-policy.js';
import { print, textOptions } from '../reporting/print.js';
import type { RunPlace } from '../run-place.js';
import { tellGap } from '../source-state.js';
import { type CarryOut, carryOut } from './carry-out.js';
import { type Answer, confirmPlan } from './confirm.js';
import type { RunFacts } from './run-facts.js';

export interface Approving extends ApprovalOptions {
  /** `--confirm <env>`, each. */
  readonly confirm?: readonly string[];
}

export interface Planned
  extends Pick<CarryOut, 'command' | 'undoes' | 'onRun' | 'signal' | 'notices' | 'afterDeath'> {
  readonly proposal: Proposal;
}

/** @throws RefusedError where a rail of the whole run refuses, UserError where nobody can be asked */
export async function settle(
  place: RunPlace,
  { proposal, ...run }: Planned,
  given: Approving,
): Promise<ExitCode> {
  const { settings, io } = place;
  const judged = await withPolicy(proposal, place);
  const report = reportOf(judged);
  show(report, settings.flags, io);
  assertSafe(judged.guard);
  const { plan, actual } = judged.guard;
  const facts = workOf(plan).length === 0 ? undefined : beginFacts(place);
  const answer = await approve(plan, given, place);
  if (answer !== 'approved') return decline(answer, io);
  await tellGap(facts, place);
  const backup = given.backup === false ? 'none' : 'keep';
  const means = { desired: judged.folders.desired, pack: judged.packWith(pack), backup, facts } as const;
  const written = await carryOut(place, { ...run, plan, actual, ...means });
  print({ ...report, ...written, kind: 'apply' }, settings.flags, io);
  return written.exitCode;
}

/** Where stdout is one document, what is about to happen is said on stderr. */
function show(report: PlanReport, flags: SharedFlags, io: Io): void {
  const sink = flags.json === true ? io.stderr : io.stdout;
  io.record?.(report);
  sink.write(renderPlan({ ...report, refusals: [] }, textOptions(flags, sink)));
}

/** Asked of git while a person reads the plan. */
function beginFacts({ settings, io }: RunPlace): Promise<RunFacts> {
  const asking = import('./run-facts.js').then(({ readRunFacts }) => readRunFacts(settings.config.root, io));
  asking.catch(() => undefined);
  return asking;
}

async function approve(
  plan: Plan,
  given: Approving,
  { settings, connection, io }: RunPlace,
): Promise<Answer> {
  if (workOf(plan).length === 0) return 'approved';
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
