/** From a plan to its end: shown, checked by the rails, approved, written, reported. What the commands that write share. */

import { workOf } from '../core/change.js';
import { type ExitCode, exitCodes, exitCodesOf, worstExitCode } from '../core/exit-codes.js';
import { assertSafe } from '../core/guard.js';
import type { ActualState, DesiredState, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { countOutcomes } from '../core/past-run.js';
import { apply, orderChanges } from '../reconcile/apply.js';
import type { RunJournal } from '../reconcile/journal/journal.js';
import type { Journal } from '../reconcile/means.js';
import type { PlanReport } from '../report/plan.js';
import { openProgress } from '../report/progress.js';
import { renderPlan } from '../report/text.js';
import { protectedBy, type RunPlace } from '../run/connect.js';
import { describeError } from '../run/ending.js';
import { type RunFacts, tellGap } from '../run/facts.js';
import type { ApprovalOptions, SharedFlags } from '../run/flags.js';
import type { Io, Notices } from '../run/io.js';
import { print, textOptions } from '../run/reporting.js';
import { concurrencyOf } from '../run/settings.js';
import { type Packer, pack } from '../source/archive/pack.js';
import { type Answer, confirmPlan } from './approve.js';
import { type Proposal, reportOf } from './planned.js';
import { withPolicy } from './policy-command.js';
import type { Recording } from './recording.js';
import { findMadeWhole } from './unfinished.js';

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
  const asking = import('../run/facts.js').then(({ readRunFacts }) => readRunFacts(settings.config.root, io));
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

// Does an approved plan: journaled, backed up, told as it happens. What the commands that write share.

export interface CarryOut extends Pick<Recording, 'command' | 'facts' | 'undoes'> {
  readonly plan: Plan;
  readonly desired: DesiredState;
  readonly actual: ActualState;
  readonly pack: Packer;
  /** `none` is `--no-backup`. */
  readonly backup: 'keep' | 'none';
  /** Aborted by an interrupt, or by `--max-duration` with a `TimeoutError`. */
  readonly signal: AbortSignal;
  readonly notices: Notices;
  /** Whether the run before this one died: then this one is recorded, also where nothing is left to do. */
  readonly afterDeath: boolean;
  /** Told the id of the run's journal before anything is written. */
  readonly onRun?: (id: string) => void;
}

export interface CarriedOut {
  readonly outcomes: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms: number;
  readonly exitCode: ExitCode;
}

/** Without work nothing is written, but what earlier runs left open is closed. @throws UserError where it cannot be recorded */
export async function carryOut(place: RunPlace, input: CarryOut): Promise<CarriedOut> {
  const { uploads, deletes } = orderChanges(input.plan);
  const planned = [...uploads, ...deletes].map(({ name, action }) => ({ name, action }));
  const madeWhole = await findMadeWhole(input.actual, place);
  if (planned.length > 0) return writeRecorded(place, input, { planned, madeWhole });
  const exitCode = worstExitCode(exitCodesOf(input.plan, [], place.io.interrupted));
  if (input.afterDeath || madeWhole.length > 0)
    await recordNothing(place, input, exitCode, madeWhole).catch(() => undefined);
  return { outcomes: [], ms: 0, exitCode };
}

async function writeRecorded(place: RunPlace, input: CarryOut, beginning: Beginning): Promise<CarriedOut> {
  const { tidy } = await import('./recording.js');
  const journal = await beginRecord(place, input, beginning);
  input.onRun?.(journal.id);
  const started = performance.now();
  const outcomes = await applyTold(place, input, journal, beginning.planned.length);
  const ms = Math.round(performance.now() - started);
  const exitCode = worstExitCode(exitCodesOf(input.plan, outcomes, place.io.interrupted));
  const told = await endRecord(journal, exitCode, outcomes, place);
  await tidy(place);
  return { outcomes, ms, exitCode: told };
}

/** So that people are not told again and again of what died when nothing was left of it. */
async function recordNothing(
  place: RunPlace,
  input: CarryOut,
  exitCode: ExitCode,
  madeWhole: readonly string[],
): Promise<void> {
  const journal = await beginRecord(place, input, { planned: [], madeWhole });
  await journal.end(exitCode, countOutcomes([]));
}

type Beginning = Required<Pick<Recording, 'planned' | 'madeWhole'>>;

async function beginRecord(
  place: RunPlace,
  { command, facts, plan, undoes }: CarryOut,
  { planned, madeWhole }: Beginning,
): Promise<RunJournal> {
  const { openJournal } = await import('./recording.js');
  const run = { command, facts, plan: plan.digest, planned };
  const known = { ...(undoes !== undefined && { undoes }), ...(madeWhole.length > 0 && { madeWhole }) };
  return openJournal(place, { ...run, ...known });
}

/** What was written is told, whether or not the last word about it could be recorded. */
async function endRecord(
  journal: RunJournal,
  exitCode: ExitCode,
  outcomes: readonly Outcome[],
  { io }: RunPlace,
): Promise<ExitCode> {
  try {
    await journal.end(exitCode, countOutcomes(outcomes));
    return exitCode;
  } catch (error) {
    io.stderr.write(describeError(error, io));
    return worstExitCode([exitCode, exitCodes.incomplete]);
  }
}

/** Pauses are told among the progress while there is any. */
async function applyTold(
  place: RunPlace,
  { plan, desired, actual, pack, backup, signal, notices }: CarryOut,
  journal: Journal,
  total: number,
): Promise<readonly Outcome[]> {
  const { settings, connection, io } = place;
  const progress = openProgress(io.stderr, total);
  const restore = notices.redirect(progress.notice);
  const onInterrupt = (): void =>
    progress.notice('interrupted: finishing what is in flight; again stops at once');
  io.interrupted.addEventListener('abort', onInterrupt, { once: true });
  try {
    return await apply({
      ...{ plan, desired, actual, pack, signal, journal },
      tenant: connection.extensions,
      ...(backup === 'keep' && { backup: (await import('./recording.js')).openBackup(place) }),
      ...(io.patience && { patience: io.patience }),
      concurrency: concurrencyOf(settings),
      onOutcome: progress.outcome,
    });
  } finally {
    io.interrupted.removeEventListener('abort', onInterrupt);
    progress.end();
    restore();
  }
}
