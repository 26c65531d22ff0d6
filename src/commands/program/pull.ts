import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addShared } from '../options/shared.js';
import { collect } from '../options/values.js';
import type { PullFlags } from '../pull.js';
import type { Finish } from './finish.js';

export function addPull(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('pull'))
    .argument('[name...]', "names or globs of the tenant's extensions; all but other projects' when absent")
    .description("write the tenant's extensions to folders")
    .option('--to <dir>', 'folder that takes a folder for each; that of "extensions" when absent')
    .option('--overwrite <name>', 'replace local files that git could not give back', collect)
    .action(async (names: string[], flags: PullFlags) => {
      const { pull } = await import('../pull.js');
      finish(await pull(names, flags, io));
    });
}
