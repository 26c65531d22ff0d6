import { type Command, Option } from 'commander';
import type { Io } from '../io.js';
import { addSandboxOptions, type SandboxOptions } from '../options/sandbox.js';
import { parsePort } from '../options/values.js';
import type { Finish } from './finish.js';

export function addSandbox(program: Command, io: Io, finish: Finish): void {
  addSandboxOptions(program.command('sandbox'))
    .argument('[dir]', 'folder that keeps its state; in memory when absent')
    .description('run the embedded tenant')
    .addOption(
      new Option('--port <n>', 'port on 127.0.0.1; 0 takes a free one').argParser(parsePort).default(0),
    )
    .action(async (dir: string | undefined, flags: SandboxOptions) => {
      const { serveSandbox } = await import('../sandbox.js');
      finish(await serveSandbox(dir, flags, io));
    });
}
