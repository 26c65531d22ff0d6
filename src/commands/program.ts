/** The command line: every command, option and help text. A command's code is loaded when it runs. */

import { Command, Option } from 'commander';
import { printable } from '../report/paint.js';
import type { Io } from '../run/io.js';
import { type AddCommand, type Finish, helpStyle } from './options.js';

/** Throws CommanderError for mistakes that commander finds; UserError for those that we find. */
export async function createProgram(io: Io, finish: Finish): Promise<Command> {
  const program = new Command('qlik-sync')
    .description('Makes a Qlik Cloud tenant match your folders of visualization extensions and themes.')
    .version(io.version, '-V, --version')
    .helpCommand(false)
    .addHelpOption(new Option('-h, --help', 'show this help').helpGroup('Output:'))
    .configureHelp(helpStyle)
    .exitOverride()
    .configureOutput({
      writeOut: io.stdout.write,
      writeErr: io.stderr.write,
      outputError: (text, write) => {
        const lines = linesOfMistake(text, program).map(printable);
        write(`${io.stderr.paint('red', lines.join('\n'))}\n`);
      },
    });
  program.addHelpText(
    'after',
    `
Exit codes: 0 done · 2 changes · 3 usage or config · 4 permission · 5 incomplete
6 refused · 7 drift or conflict · 9 out of time · 130 interrupted
qlik-sync explain <code> says what to do; it knows every other word of the output, too.`,
  );
  await describeCommands(program, io, finish);
  return program;
}

interface CommandRow {
  readonly does: string;
  /** Its arguments, as the list of commands shows them. */
  readonly words?: readonly string[];
  readonly load: () => Promise<AddCommand>;
}

/** What `--help` lists, in its groups and order; the rest of a command is loaded when it is named. */
const commandGroups: Readonly<Record<string, Readonly<Record<string, CommandRow>>>> = {
  'Everyday:': {
    init: {
      does: 'write a config file; asks, or takes options',
      load: async () => (await import('./init.js')).addInit,
    },
    validate: {
      does: 'check extension folders; needs no tenant',
      words: ['[name...]'],
      load: async () => (await import('./validate.js')).addValidate,
    },
    plan: {
      does: 'show what apply would do',
      words: ['[name...]'],
      load: async () => (await import('./plan.js')).addPlan,
    },
    apply: {
      does: 'make the tenant match the folders',
      words: ['[plan.json | name...]'],
      load: async () => (await import('./apply.js')).addApply,
    },
    watch: {
      does: 'apply on every change, while developing',
      words: ['[name...]'],
      load: async () => (await import('./watch.js')).addWatch,
    },
  },
  'Tenant:': {
    drift: {
      does: 'show where the tenant differs from the folders',
      words: ['[name...]'],
      load: async () => (await import('./drift.js')).addDrift,
    },
    pull: {
      does: "write the tenant's extensions to folders",
      words: ['[name...]'],
      load: async () => (await import('./pull.js')).addPull,
    },
    adopt: {
      does: 'take over what is on the tenant, with the content that it has',
      words: ['<name...>'],
      load: async () => (await import('./adopt.js')).addAdopt,
    },
    preview: {
      does: 'draw what changes in a browser, as the tenant has it and as the folder has it',
      words: ['[name...]'],
      load: async () => (await import('./preview.js')).addPreview,
    },
    impact: {
      does: 'list the apps that use an extension',
      words: ['[name...]'],
      load: async () => (await import('./impact.js')).addImpact,
    },
    open: {
      does: "print, and on a terminal open, the tenant's list of extensions",
      words: ['[name]'],
      load: async () => (await import('./open.js')).addOpen,
    },
  },
  'History and promotion:': {
    history: {
      does: 'list what was done, and how to undo it',
      load: async () => (await import('./history.js')).addHistory,
    },
    rollback: {
      does: 'undo what a run wrote',
      words: ['[run|name...]'],
      load: async () => (await import('./rollback.js')).addRollback,
    },
    fleet: {
      does: 'show which versions the tenants hold, and who is behind',
      words: ['<status>', '[name...]'],
      load: async () => (await import('./fleet.js')).addFleet,
    },
    promote: {
      does: 'put the archives that one environment holds on another',
      words: ['<from>', '[to|name...]'],
      load: async () => (await import('./promote.js')).addPromote,
    },
  },
  'Store:': {
    unlock: {
      does: 'show who holds the lock in the store; --yes removes it',
      words: ['[ticket]'],
      load: async () => (await import('./unlock.js')).addUnlock,
    },
    store: {
      does: 'check the store of journals and backups, or import runs',
      words: ['<check|import>', '[folder]'],
      load: async () => (await import('./store.js')).addStore,
    },
  },
  'Tools:': {
    explain: {
      does: 'say what a word of the output or an exit code means, and what to do',
      words: ['[word...]'],
      load: async () => (await import('./explain.js')).addExplain,
    },
    completion: {
      does: 'print a script that completes commands, options and names',
      words: ['<shell>'],
      load: async () => (await import('./completion.js')).addCompletion,
    },
    report: {
      does: 'make one report of those of several jobs',
      words: ['<merge>', '<file...>'],
      load: async () => (await import('./report.js')).addReport,
    },
    pack: {
      does: 'write the zips that apply would upload',
      words: ['[name...]'],
      load: async () => (await import('./pack.js')).addPack,
    },
    sandbox: {
      does: 'run the embedded tenant',
      words: ['[dir]'],
      load: async () => (await import('./sandbox.js')).addSandbox,
    },
    doctor: {
      does: 'check tenant, credentials and role; writes nothing',
      load: async () => (await import('./doctor.js')).addDoctor,
    },
    config: {
      does: 'show every setting and where it comes from',
      load: async () => (await import('./config.js')).addConfig,
    },
  },
};

/** The named command, complete; without one, all of them as far as help and mistakes need them. */
async function describeCommands(program: Command, io: Io, finish: Finish): Promise<void> {
  const name = io.argv[0];
  const named = name === undefined ? undefined : findRow(name);
  if (named !== undefined) {
    (await named.load())(program, io, finish);
    program.commands[0]?.description(named.does);
    return;
  }
  for (const [group, rows] of Object.entries(commandGroups)) {
    program.commandsGroup(group);
    for (const [each, { does, words = [] }] of Object.entries(rows)) {
      const stub = program.command(each).description(does).option('-v, --verbose', 'say more');
      for (const word of words) stub.argument(word);
    }
  }
}

function findRow(name: string): CommandRow | undefined {
  return Object.values(commandGroups).find((rows) => Object.hasOwn(rows, name))?.[name];
}

/** commander's message about a command line, which it quotes; its only line break comes before a suggestion. */
export function linesOfMistake(text: string, program: Command): readonly string[] {
  const lines = text.trimEnd().split(/\n(?=\(Did you mean )/);
  if (lines.length > 1) return lines;
  return [...lines, ...explainMissing(text, program), ...suggestOtherName(text, program)];
}

/** What a missing argument may be. */
function explainMissing(text: string, { commands }: Command): readonly string[] {
  const [, missing] = /^(?:error: )?missing required argument '(.+)'/.exec(text) ?? [];
  const [command, ...others] = commands;
  if (missing === undefined || command === undefined || others.length > 0) return [];
  const choices =
    command.registeredArguments.find((argument) => argument.name() === missing)?.argChoices ?? [];
  if (choices.length > 0) return [`(It is one of ${choices.join(', ')})`];
  return [`(qlik-sync ${command.name()} --help says what it takes, with examples)`];
}

/** For an unknown option that other commands or tools have: its name here. */
function suggestOtherName(text: string, program: Command): readonly string[] {
  const [, unknown = ''] = /^(?:error: )?unknown option '(--?[\w-]+)/.exec(text) ?? [];
  const [command, ...others] = program.commands;
  if (command === undefined || others.length > 0) return [];
  if (dryRun.includes(unknown)) return ['(qlik-sync plan shows what would be written, and writes nothing)'];
  const names = sameMeaning.find((group) => group.includes(unknown)) ?? [];
  const here = names.find((name) => command.options.some(({ long }) => long === name));
  return here === undefined ? [] : [`(Did you mean ${here}?)`];
}

const dryRun: readonly string[] = ['--dry-run', '--dryrun', '--check', '--what-if', '--whatif', '-n'];

/** Each line is one option under the names that people try. */
const sameMeaning: readonly (readonly string[])[] = [
  ['--out', '--to', '--output', '--dir', '--folder', '--directory', '--destination', '-o'],
  ['--yes', '--force', '--auto-approve', '--approve', '-y', '-f'],
  ['--env', '--environment', '--stage', '--profile', '-e'],
  ['--tenant', '--url', '--host', '--server'],
  ['--prune', '--delete', '--remove'],
  ['--cwd', '--root', '--chdir', '--project-dir'],
  ['--changed-since', '--since', '--base', '--affected'],
  ['--quiet', '--silent'],
  ['--verbose', '--debug'],
  ['--concurrency', '--parallel', '--parallelism', '--jobs', '-j'],
  ['--report', '--reporter', '--format'],
  ['--detailed-exitcode', '--exit-code', '--detailed-exit-code'],
  ['--baseline', '--known'],
];
