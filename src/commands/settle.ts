/** From a plan to its end: shown, checked by the rails, approved, written, reported. What the commands that write share. */

import { type ExitCode, exitCodes } from '../core/errors.js';
import { assertSafe, type GuardInput } from '../core/guard.js';
import type { DesiredState, Plan } from '../core/model.js';
import type { PlanReport } from '../report/report.js';
import { renderPlan } from '../report/text.js';
import type { Packer } from '../source/pack.js';
import { type CarryOut, carryOut } from './carry-out.js';
import { type Answer, confirmPlan } from './confirm.js';
import { protectedBy } from './connect.js';
import type { RunPlace } from './exclusive.js';
import type { Io } from './io.js';
import type { ApprovalOptions } from './options/approvals.js';
import type { SharedFlags } from './options/shared.js';
import { print, textOptions } from './print.js';
import type { RunFacts } from './run-facts.js';
import { withPolicy } from './with-policy.js';

export interface Approving extends ApprovalOptions {
  /** `--confirm <env>`, each. */
  readonly confirm?: readonly string[];
}

export interface Planned
  extends Pick<CarryOut, 'command' | 'undoes' | 'onRun' | 'signal' | 'notices' | 'afterDeath'> {
  /** With the header of the command. */
  readonly report: PlanReport;
  readonly guard: GuardInput;
  readonly desired: DesiredState;
  readonly pack: Packer;
}

/** @throws RefusedError where a rail of the whole run refuses, UserError where nobody can be asked */
export async function settle(place: RunPlace, asked: Planned, given: Approving): Promise<ExitCode> {
  const { settings, io } = place;
  const { report, guard, ...rest } = await withPolicy(asked, place);
  show(report, settings.flags, io);
  assertSafe(guard);
  const facts = countWork(guard.plan) === 0 ? undefined : beginFacts(place);
  const answer = await approve(guard.plan, given, place);
  if (answer !== 'approved') return decline(answer, io);
  const backup = given.backup === false ? 'none' : 'keep';
  const { plan, actual } = guard;
  const written = await carryOut(place, { ...rest, plan, actual, backup, facts });
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
