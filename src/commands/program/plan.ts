import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { type ApprovalOptions, addApprovals, addShared, type SharedFlags } from '../options.js';
import type { Finish } from './finish.js';

export function addPlan(program: Command, io: Io, finish: Finish): void {
  addApprovals(addShared(program.command('plan')))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('show what apply would do')
    .addOption(new Option('--detailed-exitcode', 'exit with 2 when there are changes'))
    .action(async (names: string[], flags: SharedFlags & ApprovalOptions & { detailedExitcode?: true }) => {
      const { showPlan } = await import('../plan.js');
      finish(await showPlan(names, flags, io));
    });
}
