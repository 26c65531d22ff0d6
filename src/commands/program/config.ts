import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addConfig(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('config'))
    .description('show every setting and where it comes from')
    .action(async (flags: SharedFlags) => {
      const { showConfig } = await import('../config.js');
      finish(await showConfig(flags, io));
    });
}
