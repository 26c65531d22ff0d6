import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate } from '../options/approvals.js';
import { addShared } from '../options/shared.js';
import { collect, parseDuration } from '../options/values.js';
import type { RollbackFlags } from '../rollback.js';
import type { Finish } from './finish.js';

export function addRollback(program: Command, io: Io, finish: Finish): void {
  addImpactGate(addApprovals(addShared(program.command('rollback'))))
    .argument('[run|name...]', 'a run of the history, or names of extensions; the last run when absent')
    .description('undo what a run wrote')
    .option('--confirm <env>', 'confirm a protected environment by its name', collect)
    .addOption(
      new Option('--max-duration <time>', 'start nothing after this time, such as 5m').argParser(
        parseDuration,
      ),
    )
    .action(async (words: string[], flags: RollbackFlags) => {
      const { rollBack } = await import('../rollback.js');
      finish(await rollBack(words, flags, io));
    });
}
