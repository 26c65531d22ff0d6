import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate } from '../options/approvals.js';
import { addConfirm, addMaxDuration } from '../options/run.js';
import { addShared } from '../options/shared.js';
import type { RollbackFlags } from '../rollback.js';
import type { Finish } from './finish.js';

export function addRollback(program: Command, io: Io, finish: Finish): void {
  const command = addImpactGate(addApprovals(addShared(program.command('rollback'))))
    .argument('[run|name...]', 'a run of the history, or names of extensions; the last run when absent')
    .description('undo what a run wrote');
  addMaxDuration(addConfirm(command), 'start nothing').action(
    async (words: string[], flags: RollbackFlags) => {
      const { rollBack } = await import('../rollback.js');
      finish(await rollBack(words, flags, io));
    },
  );
}
