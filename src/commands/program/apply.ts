import { type Command, Option } from 'commander';
import type { ApplyFlags } from '../apply.js';
import type { Io } from '../io.js';
import { addApprovals, addImpactGate } from '../options/approvals.js';
import { addConfirm, addMaxDuration } from '../options/run.js';
import { addShard } from '../options/shard.js';
import { addShared } from '../options/shared.js';
import { parsePlanDigest } from '../options/values.js';
import type { Finish } from './finish.js';

export function addApply(program: Command, io: Io, finish: Finish): void {
  const command = addShard(addImpactGate(addApprovals(addShared(program.command('apply')))))
    .argument('[plan.json | name...]', 'a reviewed plan, or names or globs of extensions; all when absent')
    .description('make the tenant match the folders')
    .option('--changed-since <ref>', 'only what differs from this git commit')
    .addOption(new Option('--expect <digest>', 'write only if this is the plan').argParser(parsePlanDigest));
  addMaxDuration(addConfirm(command), 'start nothing').action(async (names: string[], flags: ApplyFlags) => {
    const { applyPlan } = await import('../apply.js');
    finish(await applyPlan(names, flags, io));
  });
}
