import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addDoctor(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('doctor'))
    .description('check tenant, credentials and role; writes nothing')
    .action(async (flags: SharedFlags) => {
      const { diagnose } = await import('../doctor.js');
      finish(await diagnose(flags, io));
    });
}
