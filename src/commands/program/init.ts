import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addInitOptions, type InitOptions } from '../options/init.js';
import type { Finish } from './finish.js';

export function addInit(program: Command, io: Io, finish: Finish): void {
  addInitOptions(program.command('init'))
    .description('write a config file; asks, or takes options')
    .action(async (flags: InitOptions) => {
      const { init } = await import('../init.js');
      finish(await init(flags, io));
    });
}
