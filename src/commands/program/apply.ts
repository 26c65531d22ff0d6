import { type Command, Option } from 'commander';
import type { ApplyFlags } from '../apply.js';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate, addShared, parseDuration } from '../options.js';
import type { Finish } from './finish.js';

export function addApply(program: Command, io: Io, finish: Finish): void {
  addImpactGate(addApprovals(addShared(program.command('apply'))))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('make the tenant match the folders')
    .option('--confirm <env>', 'confirm a protected environment by its name')
    .addOption(
      new Option('--max-duration <time>', 'start nothing after this time, such as 5m').argParser(
        parseDuration,
      ),
    )
    .action(async (names: string[], flags: ApplyFlags) => {
      const { applyPlan } = await import('../apply.js');
      finish(await applyPlan(names, flags, io));
    });
}
