import type { Command } from 'commander';
import type { AdoptFlags } from '../adopt.js';
import type { Io } from '../io.js';
import { addConfirm } from '../options/run.js';
import { addShared } from '../options/shared.js';
import { collect, parseCount } from '../options/values.js';
import type { Finish } from './finish.js';

export function addAdopt(program: Command, io: Io, finish: Finish): void {
  const command = addShared(program.command('adopt'))
    .argument('<name...>', 'names or globs of extensions that are on the tenant and in the folders')
    .description('take over what is on the tenant, with the content that it has')
    .option('--take-ownership <name>', 'take over an extension of another project', collect);
  addConfirm(command)
    .option('--allow-updates <n>', 'the exact number of updates', parseCount)
    .option('--no-backup', 'keep no copy of what is overwritten')
    .action(async (names: string[], flags: AdoptFlags) => {
      const { adopt } = await import('../adopt.js');
      finish(await adopt(names, flags, io));
    });
}
