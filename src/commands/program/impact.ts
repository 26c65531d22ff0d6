import type { Command } from 'commander';
import type { ImpactFlags } from '../impact.js';
import type { Io } from '../io.js';
import { addImpactOptions } from '../options/impact.js';
import { addShared } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addImpact(program: Command, io: Io, finish: Finish): void {
  addImpactOptions(addShared(program.command('impact')))
    .argument('[name...]', 'names or globs of extensions on the tenant; all when absent')
    .description('list the apps that use an extension')
    .action(async (names: string[], flags: ImpactFlags) => {
      const { showImpact } = await import('../impact.js');
      finish(await showImpact(names, flags, io));
    });
}
