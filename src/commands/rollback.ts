/** `qlik-sync rollback`: undo what a run wrote, through the same plan, rails, approval and journal as apply. */

import type { Command } from 'commander';
import type { ExitCode } from '../core/exit-codes.js';
import { applyPlanned } from '../pipeline/apply.js';
import { addImpact } from '../pipeline/impact.js';
import { planRollback, rolledBackRun } from '../pipeline/plan-rollback.js';
import type { Approvals, RunFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { onTenant } from '../run/on-tenant.js';
import type { Finish } from './options.js';
import {
  addApprovals,
  addConfirm,
  addExamples,
  addImpactGate,
  addMaxDuration,
  addShared,
} from './options.js';
import { chooseWrites } from './rollback/choose-writes.js';

type RollbackFlags = RunFlags & Approvals;

/** @param words a run's id, or names of extensions; the last run where there are none */
export function rollback(words: readonly string[], flags: RollbackFlags, io: Io): Promise<ExitCode> {
  return onTenant('rollback', flags, io, async (run) => {
    const writes = await chooseWrites(run, words);
    const planned = await addImpact(run, await planRollback(run, writes, flags), flags);
    return applyPlanned(run, planned, flags, { command: 'rollback', ...rolledBackRun(writes) });
  });
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
      finish(await rollback(words, flags, io));
    },
  );
}
