/** The command line: every command, option and help text. A command's code is loaded when it runs. */

import { Command } from 'commander';
import { printable } from '../report/paint.js';
import type { Io } from '../run/io.js';
import type { AddCommand, Finish } from './command.js';

/** Throws CommanderError for what commander finds wrong; UserError for what we do. */
export async function createProgram(io: Io, finish: Finish): Promise<Command> {
  const program = new Command('qlik-sync')
    .description('Makes a Qlik Cloud tenant match your folders of visualization extensions.')
    .version(io.version, '-V, --version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      outputError: (text, write) => {
        const lines = linesOfMistake(text).map(printable);
        write(`${io.stderr.paint('red', lines.join('\n'))}\n`);
      },
    });
  program.addHelpText(
    'after',
    '\nExit codes: 0 done · 2 changes · 3 usage or config · 4 permission · 5 incomplete · 6 refused · 7 drift or conflict · 9 out of time · 130 interrupted',
  );
  await describeCommands(program, io, finish);
  return program;
}

/** What `--help` lists; the rest of a command is loaded when it is named. */
const commands: Readonly<
  Record<string, readonly [does: string, words: readonly string[], load: () => Promise<AddCommand>]>
> = {
  init: ['write a config file; asks, or takes options', [], async () => (await import('./init.js')).addInit],
  validate: [
    'check extension folders; needs no tenant',
    ['[name...]'],
    async () => (await import('./validate.js')).addValidate,
  ],
  plan: ['show what apply would do', ['[name...]'], async () => (await import('./plan.js')).addPlan],
  apply: [
    'make the tenant match the folders',
    ['[plan.json | name...]'],
    async () => (await import('./apply.js')).addApply,
  ],
  impact: [
    'list the apps that use an extension',
    ['[name...]'],
    async () => (await import('./impact.js')).addImpact,
  ],
  watch: [
    'apply on every change, while developing',
    ['[name...]'],
    async () => (await import('./watch.js')).addWatch,
  ],
  pack: [
    'write the zips that apply would upload',
    ['[name...]'],
    async () => (await import('./pack.js')).addPack,
  ],
  history: [
    'list what was done, and how to undo it',
    [],
    async () => (await import('./history.js')).addHistory,
  ],
  rollback: [
    'undo what a run wrote',
    ['[run|name...]'],
    async () => (await import('./rollback.js')).addRollback,
  ],
  promote: [
    'put the archives that one environment holds on another',
    ['<from>', '[to|name...]'],
    async () => (await import('./promote.js')).addPromote,
  ],
  drift: [
    'tell whether the tenant departed from the folders',
    ['[name...]'],
    async () => (await import('./drift.js')).addDrift,
  ],
  adopt: [
    'take over what is on the tenant, with the content that it has',
    ['<name...>'],
    async () => (await import('./adopt.js')).addAdopt,
  ],
  pull: [
    "write the tenant's extensions to folders",
    ['[name...]'],
    async () => (await import('./pull.js')).addPull,
  ],
  sandbox: ['run the embedded tenant', ['[dir]'], async () => (await import('./sandbox.js')).addSandbox],
  doctor: [
    'check tenant, credentials and role; writes nothing',
    [],
    async () => (await import('./doctor.js')).addDoctor,
  ],
  config: [
    'show every setting and where it comes from',
    [],
    async () => (await import('./config.js')).addConfig,
  ],
};

/** The command that is named, whole; without one, all of them as far as help and mistakes need them. */
async function describeCommands(program: Command, io: Io, finish: Finish): Promise<void> {
  const name = io.argv[0];
  const named = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (named !== undefined) return (await named[2]())(program, io, finish);
  for (const [each, [does, words]] of Object.entries(commands)) {
    const stub = program.command(each).description(does).option('-v, --verbose', 'say more');
    for (const word of words) stub.argument(word);
  }
}

// What commander says of a command line. It quotes it; the one line break of its own stands before a suggestion.

export function linesOfMistake(text: string): readonly string[] {
  return text.trimEnd().split(/\n(?=\(Did you mean )/);
}
