/** The run that a rollback without words undoes: the newest, or none where that may not be what is meant. */

import { UserError } from '../../core/errors.js';
import { onDay } from '../../core/format.js';
import { idTime, isRunId } from '../../reconcile/journal/run-id.js';
import type { Run } from '../../reconcile/journal/run-record.js';
import { effectsOf } from '../../reconcile/journal/undo.js';
import { listLost } from '../../reconcile/journal/unfinished.js';

export interface History {
  /** Newest first. */
  readonly runs: readonly Run[];
  /** Ids of the journals that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Command lines for people to go on with. */
export interface Naming {
  /** The one that was given, with this run named. */
  readonly sameOf: (runId: string) => string;
  /** That undoes this run, in the same environment. */
  readonly rollback: (runId: string) => string;
  /** That lists the runs there. */
  readonly history: string;
}

/** `undefined` where no run wrote anything. @throws UserError where a person has to name the run */
export function chooseLast({ runs, unreadable }: History, naming: Naming): Run | undefined {
  // What planned nothing is no event, and tells only of the run before it.
  const last = runs.find(({ start }) => start.planned?.length !== 0);
  assertRead(unreadable, last, naming);
  if (last === undefined || !runs.some(hasEffect)) return undefined;
  if (last.start.command === 'rollback') throw explainRollback(last, naming);
  if (!hasEffect(last)) throw explainIdle(last, runs, naming);
  return last;
}

function hasEffect(run: Run): boolean {
  return effectsOf(run).length > 0 || listLost(run).length > 0;
}

/** What was undone is not done again because somebody followed a hint, or a pipeline tried twice. */
function explainRollback({ start: { id, undoes } }: Run, naming: Naming): UserError {
  const what = undoes === undefined ? '' : `, of run ${undoes}`;
  const goOn = undoes === undefined ? [] : [`To undo all of that run: ${naming.sameOf(undoes)}`];
  return new UserError(`The last run (${id}) is a rollback itself${what}.`, {
    hint: [...goOn, hintAtRedoing(id, naming)],
  });
}

/** @param rollbackId the run that undid them */
export function hintAtRedoing(rollbackId: string, { rollback }: Naming): string {
  return `To make the changes again that it undid: ${rollback(rollbackId)}`;
}

/** A pipeline rolls back what it just ran: an older run is undone only by its name. */
function explainIdle(
  { start: { id, command } }: Run,
  runs: readonly Run[],
  { sameOf, history }: Naming,
): UserError {
  const before = runs.find(hasEffect)?.start;
  const hint =
    before === undefined || before.command === 'rollback'
      ? `Name the run to undo; ${history} lists them.`
      : `To undo the ${before.command}${onDay(before.startedAt)} before it: ${sameOf(before.id)}`;
  return new UserError(`The last run (${command} ${id}) wrote nothing, so there is nothing of it to undo.`, {
    hint,
  });
}

/** It may be the very run that is meant. */
function assertRead(unreadable: readonly string[], last: Run | undefined, { history }: Naming): void {
  const since = last === undefined ? '' : idTime(last.start.id);
  const [id] = unreadable
    .filter((each) => isRunId(each) && idTime(each) >= since)
    .sort()
    .slice(-1);
  if (id === undefined) return;
  throw new UserError(`The journal of run ${id}, which may be the last one, cannot be read.`, {
    hint: `Name the run to undo; ${history} lists those that can be read.`,
  });
}
