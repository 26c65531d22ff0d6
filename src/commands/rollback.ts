/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import type { ExitCode } from '../core/errors.js';
import type { Io } from './io.js';
import { withImpact } from './proposal/plan-impact.js';
import { findUndoing } from './rollback/goal.js';
import { proposeUndo, type UndoInput } from './rollback/propose-undo.js';
import type { RunPlace } from './run-place.js';
import { type Approving, settle } from './settle/settle.js';
import { type RunFlags, type Running, runOnTenant } from './tenant-run.js';

export type RollbackFlags = RunFlags & Approving;

/** @param words a run's id, or names of extensions; the last run where there are none */
export function rollBack(words: readonly string[], given: RollbackFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('rollback', given, io, async (place, running) =>
    undo({ undoing: await findUndoing(words, place), given }, place, running),
  );
}

/** Plans, shows, checks, asks and writes. */
export async function undo(input: UndoInput, place: RunPlace, running: Running): Promise<ExitCode> {
  const { undoing, given } = input;
  const proposed = await proposeUndo(input, place);
  const proposal =
    input.limits === undefined
      ? await withImpact(proposed, place, given, { until: running.signal })
      : proposed;
  const [run] = undoing.runIds;
  const whole = undoing.goal === 'run' && run !== undefined && { undoes: run };
  return settle(place, { command: 'rollback', proposal, ...whole, ...running }, given);
}
