import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addNames } from '../options/run.js';
import { addShared, type SharedFlags } from '../options/shared.js';
import type { Finish } from './finish.js';

export function addValidate(program: Command, io: Io, finish: Finish): void {
  addNames(addShared(program.command('validate')))
    .description('check extension folders; needs no tenant')
    .action(async (names: string[], flags: SharedFlags) => {
      const { validate } = await import('../validate.js');
      finish(await validate(names, flags, io));
    });
}
