import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addHistory(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('history'))
    .description('list what was done, and how to undo it')
    .action(async (flags: SharedFlags) => {
      const { showHistory } = await import('../history.js');
      finish(await showHistory(flags, io));
    });
}
