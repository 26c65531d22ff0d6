import type { Command } from 'commander';
import type { DriftFlags } from '../drift.js';
import type { Io } from '../io.js';
import { addNames } from '../options/run.js';
import { addShard } from '../options/shard.js';
import { addShared } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addDrift(program: Command, io: Io, finish: Finish): void {
  addNames(addShard(addShared(program.command('drift'))))
    .description('tell whether the tenant departed from the folders')
    .option('--verify', 'also pack the folders and compare the archives themselves')
    .option('--baseline <file>', 'alarm only for what this output of drift --json does not hold')
    .action(async (names: string[], flags: DriftFlags) => {
      const { showDrift } = await import('../drift.js');
      finish(await showDrift(names, flags, io));
    });
}
