/** Does an approved plan: journaled, backed up, told as it happens. What the commands that write share. */

import { countOutcomes } from '../../core/count-outcomes.js';
import { type ExitCode, exitCodes, worstExitCode } from '../../core/errors.js';
import type { ActualState, DesiredState, Outcome, Plan } from '../../core/model.js';
import { apply } from '../../reconcile/apply.js';
import type { RunJournal } from '../../reconcile/journal/journal.js';
import type { Journal } from '../../reconcile/means.js';
import { orderChanges } from '../../reconcile/write/order.js';
import { openProgress } from '../../report/progress.js';
import type { Packer } from '../../source/pack.js';
import { describeError } from '../describe-error.js';
import type { Notices } from '../notices.js';
import { findMadeWhole } from '../proposal/open-replaces.js';
import type { RunPlace } from '../run-place.js';
import { concurrencyOf } from '../settings.js';
import { exitCodesOf } from './outcome-codes.js';
import type { Recording } from './recording.js';

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
