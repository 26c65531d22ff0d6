/** Does an approved plan: journaled, backed up, told as it happens. What the commands that write share. */

import { type ExitCode, worstExitCode } from '../core/errors.js';
import type { ActualState, DesiredState, Outcome, Plan } from '../core/model.js';
import { apply } from '../reconcile/apply.js';
import { countOutcomes } from '../reconcile/count-outcomes.js';
import type { Journal } from '../reconcile/means.js';
import { orderChanges } from '../reconcile/order.js';
import { openProgress } from '../report/progress.js';
import type { Packer } from '../source/pack.js';
import type { RunPlace } from './exclusive.js';
import type { Notices } from './notices.js';
import { exitCodesOf } from './outcome-codes.js';
import { defaultConcurrency } from './propose.js';
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
  /** Told the id of the run's journal before anything is written. */
  readonly onRun?: (id: string) => void;
}

export interface CarriedOut {
  readonly outcomes: readonly Outcome[];
  /** Milliseconds from the first write to the last answer. */
  readonly ms: number;
  readonly exitCode: ExitCode;
}

/** Without work nothing is written anywhere. @throws UserError where the journal cannot be written */
export async function carryOut(place: RunPlace, input: CarryOut): Promise<CarriedOut> {
  const { io } = place;
  const { plan, command, facts, undoes } = input;
  const { uploads, deletes } = orderChanges(plan);
  const planned = [...uploads, ...deletes].map(({ name, action }) => ({ name, action }));
  const exitCodeOf = (outcomes: readonly Outcome[]): ExitCode =>
    worstExitCode(exitCodesOf(plan, outcomes, io.interrupted));
  if (planned.length === 0) return { outcomes: [], ms: 0, exitCode: exitCodeOf([]) };
  const { openJournal, tidy } = await import('./recording.js');
  const run = { command, facts, plan: plan.digest, planned, ...(undoes !== undefined && { undoes }) };
  const journal = await openJournal(place, run);
  input.onRun?.(journal.id);
  const started = performance.now();
  const outcomes = await applyTold(place, input, journal, planned.length);
  const ms = Math.round(performance.now() - started);
  await journal.end(exitCodeOf(outcomes), countOutcomes(outcomes));
  await tidy(place);
  return { outcomes, ms, exitCode: exitCodeOf(outcomes) };
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
      concurrency: settings.flags.concurrency ?? defaultConcurrency,
      onOutcome: progress.outcome,
    });
  } finally {
    io.interrupted.removeEventListener('abort', onInterrupt);
    progress.end();
    restore();
  }
}
