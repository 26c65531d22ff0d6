/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import type { Command } from 'commander';
import type { ExitCode } from '../core/exit-codes.js';
import { type RollbackFlags, undo } from '../pipeline/plan-rollback.js';
import type { Io } from '../run/io.js';
import { runOnTenant } from '../run/on-tenant.js';
import type { Finish } from './command.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
} from './options.js';
import { findUndoing } from './rollback/choose-run.js';

/** @param words a run's id, or names of extensions; the last run where there are none */
export function rollBack(words: readonly string[], given: RollbackFlags, io: Io): Promise<ExitCode> {
  return runOnTenant('rollback', given, io, async (place, running) =>
    undo({ undoing: await findUndoing(words, place), given }, place, running),
  );
}

export function addRollback(program: Command, io: Io, finish: Finish): void {
  const command = addImpactGate(addApprovals(addShared(program.command('rollback'))))
    .argument('[run|name...]', 'a run or names; the last run when absent')
    .description('undo what a run wrote');
  addExamples(command, [
    ['qlik-sync rollback --env prod', 'the last run'],
    ['qlik-sync rollback kpi-card', 'the last change of an extension'],
    ['qlik-sync history', 'lists the runs that rollback takes'],
  ]);
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (words: string[], flags: RollbackFlags) => {
      finish(await rollBack(words, flags, io));
    },
  );
}
