/** The command line: every command, option and help text. A command's code is loaded when it runs. */

import { Command, Option } from 'commander';
import type { ExitCode } from '../core/errors.js';
import type { Io } from './io.js';
import {
  type ApprovalOptions,
  addApprovals,
  addInitOptions,
  addSandboxOptions,
  addShared,
  type InitOptions,
  parseCount,
  parseDuration,
  parsePort,
  type SandboxOptions,
  type SharedFlags,
} from './options.js';
import type { WatchFlags } from './watch.js';

type Finish = (exitCode: ExitCode) => void;

/** Throws CommanderError for what commander finds wrong; UserError for what we do. */
export function createProgram(io: Io, finish: Finish): Command {
  const program = new Command('qlik-sync')
    .description('Makes a Qlik Cloud tenant match your folders of visualization extensions.')
    .version(io.version, '-V, --version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      outputError: (text, write) => write(io.stderr.paint('red', text)),
    });
  program.addHelpText(
    'after',
    '\nExit codes: 0 done · 2 changes · 3 usage or config · 4 permission · 5 incomplete · 6 refused · 7 drift · 130 interrupted',
  );
  for (const add of findCommands(io.argv[0])) add(program, io, finish);
  return program;
}

type AddCommand = (program: Command, io: Io, finish: Finish) => void;

const commands: Readonly<Record<string, AddCommand>> = {
  init: addInit,
  validate: addValidate,
  plan: addPlan,
  apply: addApply,
  watch: addWatch,
  pack: addPack,
  sandbox: addSandbox,
};

/** Describing all commands costs 4 ms, so only help and mistakes see all of them. */
function findCommands(name: string | undefined): readonly AddCommand[] {
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return named === undefined ? Object.values(commands) : [named];
}

function addInit(program: Command, io: Io, finish: Finish): void {
  addInitOptions(program.command('init'))
    .description('write a config file; asks, or takes options')
    .action(async (flags: InitOptions) => {
      const { init } = await import('./init.js');
      finish(await init(flags, io));
    });
}

function addValidate(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('validate'))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('check extension folders; needs no tenant')
    .action(async (names: string[], flags: SharedFlags) => {
      const { validate } = await import('./validate.js');
      finish(await validate(names, flags, io));
    });
}

function addPlan(program: Command, io: Io, finish: Finish): void {
  addApprovals(addShared(program.command('plan')))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('show what apply would do')
    .addOption(new Option('--detailed-exitcode', 'exit with 2 when there are changes'))
    .action(async (names: string[], flags: SharedFlags & ApprovalOptions & { detailedExitcode?: true }) => {
      const { showPlan } = await import('./plan.js');
      finish(await showPlan(names, flags, io));
    });
}

function addApply(program: Command, io: Io, finish: Finish): void {
  addApprovals(addShared(program.command('apply')))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('make the tenant match the folders')
    .option('--confirm <env>', 'confirm a protected environment by its name')
    .action(async (names: string[], flags: SharedFlags & ApprovalOptions & { confirm?: string }) => {
      const { applyPlan } = await import('./apply.js');
      finish(await applyPlan(names, flags, io));
    });
}

function addWatch(program: Command, io: Io, finish: Finish): void {
  addApprovals(addShared(program.command('watch')))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('apply on every change, while developing')
    .option('--confirm <env>', 'confirm a protected environment by its name')
    .addOption(
      new Option('--quiet-period <ms>', 'milliseconds without a change before it is looked at').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option('--max-wait <ms>', 'longest wait in a burst that never gets quiet').argParser(parseCount),
    )
    .addOption(
      new Option('--interval <time>', 'plan and apply on a timer too, such as 5m').argParser(parseDuration),
    )
    .action(async (names: string[], flags: WatchFlags) => {
      const { watch } = await import('./watch.js');
      finish(await watch(names, flags, io));
    });
}

function addPack(program: Command, io: Io, finish: Finish): void {
  addShared(program.command('pack'))
    .argument('[name...]', 'names or globs of extensions; all when absent')
    .description('write the zips that apply would upload')
    .option('--out <dir>', 'folder to write to', '.qlik-sync/pack')
    .action(async (names: string[], flags: SharedFlags & { out: string }) => {
      const { packExtensions } = await import('./pack.js');
      finish(await packExtensions(names, flags, io));
    });
}

function addSandbox(program: Command, io: Io, finish: Finish): void {
  addSandboxOptions(program.command('sandbox'))
    .argument('[dir]', 'folder that keeps its state; in memory when absent')
    .description('run the embedded tenant')
    .addOption(
      new Option('--port <n>', 'port on 127.0.0.1; 0 takes a free one').argParser(parsePort).default(0),
    )
    .action(async (dir: string | undefined, flags: SandboxOptions) => {
      const { serveSandbox } = await import('./sandbox.js');
      finish(await serveSandbox(dir, flags, io));
    });
}
