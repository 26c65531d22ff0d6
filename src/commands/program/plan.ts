import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate } from '../options/approvals.js';
import { addNames } from '../options/run.js';
import { addShard } from '../options/shard.js';
import { addShared } from '../options/shared.js';
import type { PlanFlags } from '../plan.js';
import type { Finish } from './finish.js';

export function addPlan(program: Command, io: Io, finish: Finish): void {
  addNames(addShard(addImpactGate(addApprovals(addShared(program.command('plan'))))))
    .description('show what apply would do')
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--changed-since <ref>', 'only what differs from this git commit')
    .option('--diff', 'show what changes in each extension, file by file')
    .addOption(new Option('--detailed-exitcode', 'exit with 2 when there are changes'))
    .action(async (names: string[], flags: PlanFlags) => {
      const { showPlan } = await import('../plan.js');
      finish(await showPlan(names, flags, io));
    });
}
