/** The options of every command that reads a config or a tenant. No option takes an optional value. */

import { type Command, Help, InvalidArgumentError, Option } from 'commander';
import {
  concurrencyForm,
  durationForm,
  readConcurrency,
  readCount,
  readDuration,
} from '../config/option-values.js';
import { parseReportOption, type WantedReport } from '../config/report-option.js';
import type { ExitCode } from '../core/exit-codes.js';
import { type MostFailed, parseMostFailed, parseShard, type Shard } from '../core/fleet.js';
import { splitWords } from '../core/shell-word.js';
import type { SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';

/** Commands that need no tenant take the same options, so that a pipeline can give them to all. */
export function addShared(command: Command): Command {
  addUnder('Approvals:', command, (group) =>
    group.option('--yes', effectsOfYes[command.name()] ?? 'no effect here, and no error'),
  );
  addUnder('Tenant:', command, addTenant);
  addUnder('Config:', command, addConfigPlace);
  addUnder('Limits:', command, addLimits);
  const report = new Option('--report <kind=file>', 'also write a report; repeatable');
  addUnder('Output:', command, (group) => group.addOption(report.argParser(collectReports)));
  return addOutput(command);
}

const approves = 'approve the plan that is shown; lifts no rail';

/** By command. */
const effectsOfYes: Readonly<Record<string, string>> = {
  ...{ apply: approves, adopt: approves, rollback: approves, promote: approves },
  unlock: 'remove the ticket',
};

function addTenant(command: Command): Command {
  return command
    .option('--env <name>', 'environment of the config', collect)
    .option('--tenant <url>', 'tenant; its key comes from QLIK_API_KEY')
    .option('--context <name>', 'tenant and credentials of a qlik-cli context')
    .option('--sandbox', 'embedded tenant; state in .qlik-sync/sandbox')
    .option('--sandbox-dir <dir>', 'another folder for its state');
}

function addConfigPlace(command: Command): Command {
  return command
    .option('--config <file>', 'config file')
    .option('--cwd <dir>', 'work as if started in this folder')
    .option('--no-cache', 'ignore and leave alone every local index')
    .option('--no-exec', 'run no program that comes with the config')
    .option('--no-store', 'journals, backups and lock stay here');
}

function addLimits(command: Command): Command {
  return command
    .addOption(new Option('--concurrency <n>', 'requests in flight at once').argParser(parseConcurrency))
    .addOption(
      new Option('--timeout <time>', 'longest wait for an answer; 60s when absent').argParser(parseDuration),
    );
}

/** How a command prints. */
export function addOutput(command: Command): Command {
  return addUnder('Output:', command, addPrinting);
}

function addPrinting(command: Command): Command {
  return command
    .option('--json', command.name() === 'watch' ? 'print one event a line' : 'print one document')
    .option('-q, --quiet', 'say less')
    .option('-v, --verbose', 'say more')
    .option('--no-color', 'no colour');
}

// How `--help` lists options: in groups, in this order; what a command adds by itself comes first.

export const optionGroups = [
  'Options:',
  'Selection:',
  'Waves:',
  'Approvals:',
  'Tenant:',
  'Config:',
  'Limits:',
  'Output:',
] as const;

type OptionGroup = (typeof optionGroups)[number];

export function addUnder(group: OptionGroup, command: Command, add: (command: Command) => Command): Command {
  return add(command.optionsGroup(group)).optionsGroup('');
}

const groupOrder: readonly string[] = optionGroups;

/** The differences from commander's own help: groups in our order, choices in words. */
export const helpStyle: Partial<Help> = {
  groupItems(unsorted, visible, groupOf) {
    const groups = Help.prototype.groupItems(unsorted, visible, groupOf);
    if (!(visible[0] instanceof Option)) return groups;
    return new Map([...groups].sort(([a], [b]) => groupOrder.indexOf(a) - groupOrder.indexOf(b)));
  },
  optionDescription({ description, argChoices, required, defaultValue }) {
    const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
    const usual = required && defaultValue !== undefined ? `; ${String(defaultValue)} when absent` : '';
    return `${description}${choices}${usual}`;
  },
};

/** Command lines to copy, at the end of a command's help. */
export function addExamples(command: Command, examples: readonly (readonly [line: string, does: string])[]) {
  const width = Math.max(...examples.map(([line]) => line.length)) + 2;
  const lines = examples.map(([line, does]) => `  ${line.padEnd(width)}${does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

function collectReports(
  text: string,
  previous: readonly WantedReport[] | undefined,
): readonly WantedReport[] {
  const parsed = parseReportOption(text.normalize('NFC'));
  if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
  return [...(previous ?? []), parsed];
}

function parseConcurrency(text: string): number {
  const concurrency = readConcurrency(text);
  if (concurrency === undefined) throw new InvalidArgumentError(`It takes ${concurrencyForm}.`);
  return concurrency;
}

/** Each approval lifts one rail, and only that. */
export function addApprovals(command: Command): Command {
  return addUnder('Approvals:', command, addRailApprovals);
}

function addRailApprovals(command: Command): Command {
  return command
    .option('--prune', 'delete what is ours and no longer in the folders')
    .addOption(
      new Option('--on-drift <what>', 'changed on the tenant').choices(['stop', 'overwrite', 'skip']),
    )
    .option('--overwrite <name>', 'replace what was changed on the tenant', collect)
    .option('--adopt <name>', 'take over an extension that is not managed', collect)
    .option('--take-ownership <name>', 'take over an extension of another project', collect)
    .option('--allow-partial <name>', 'upload it without what the checkout leaves out', collect)
    .option('--allow-replace <name>', 'delete and create again, with a new id', collect)
    .option('--allow-rename <name>', 'let a new one take the place of a similar one', collect)
    .option('--allow-downgrade', 'permit lower versions')
    .addOption(counted('--allow-deletes <n>', 'the exact number of deletes'))
    .addOption(counted('--allow-updates <n>', 'the exact number of updates'))
    .option('--allow-empty', 'the project is meant to be empty')
    .option('--no-backup', 'keep no copy of what is overwritten or deleted');
}

export function counted(flags: string, description: string): Option {
  return new Option(flags, description).argParser(parseCount);
}

/** Which apps a plan touches, and how many of them may break. */
export function addImpactGate(command: Command): Command {
  return addAcceptImpact(
    addUnder('Approvals:', command, (group) =>
      group.option('--impact', 'look for the apps that use what changes'),
    ),
  );
}

export function addAcceptImpact(command: Command): Command {
  const option = counted('--accept-impact <n>', 'the exact number of apps that may break');
  return addUnder('Approvals:', command, (group) => group.addOption(option));
}

export function addNames(command: Command): Command {
  return command.argument('[name...]', 'names or globs of extensions; all when absent');
}

export function addConfirm(command: Command): Command {
  return addUnder('Approvals:', command, (group) =>
    group.option('--confirm <env>', 'confirm protected environments, named as for --env', collect),
  );
}

export function addMaxDuration(command: Command, effect: 'start nothing' | 'stop reading'): Command {
  const option = new Option('--max-duration <time>', `${effect} after this time, such as 5m`);
  return addUnder('Limits:', command, (group) => group.addOption(option.argParser(parseDuration)));
}

/** For commands that take several environments. */
export function addShard(command: Command): Command {
  const option = new Option('--shard <i/n>', 'only one part of the environments, such as 2/5');
  return addUnder('Selection:', command, (group) => group.addOption(option.argParser(readShard)));
}

/** For commands that can change a fleet wave after wave. */
export function addWaves(command: Command): Command {
  const most = new Option('--max-failed <n>', 'environments that may fail, such as 3 or 2%');
  const gate = new Option('--gate <command>', 'program that may refuse the next wave');
  return addUnder('Waves:', command, (group) =>
    group
      .option('--waves <list>', "wave after wave: 'tier=pilot/eu,us/10%/rest'")
      .addOption(new Option('--on-wave-failure <what>', 'a wave that failed').choices(['stop', 'restore']))
      .addOption(new Option('--soak <time>', 'wait between two waves, such as 30m').argParser(parseDuration))
      .addOption(gate.argParser(parseWords))
      .addOption(most.argParser(readMostFailed))
      .option('--resume <run>', 'go on with a run that stopped, by its id, or last'),
  );
}

function parseWords(text: string): readonly string[] {
  const words = splitWords(text);
  if ('problem' in words) throw new InvalidArgumentError(`${words.problem}.`);
  return words;
}

function readMostFailed(text: string): MostFailed {
  const most = parseMostFailed(text);
  if (most === undefined) throw new InvalidArgumentError('It takes a number or a share, such as 3 or 2%.');
  return most;
}

export function addChangedSince(command: Command): Command {
  return addUnder('Selection:', command, (group) =>
    group.option('--changed-since <ref>', 'only what differs from this git commit'),
  );
}

function readShard(text: string): Shard {
  const shard = parseShard(text);
  if (shard === undefined) throw new InvalidArgumentError('It takes a part and their number, such as 2/5.');
  return shard;
}

/** The value of a repeatable option. Mistakes are thrown for commander to show. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value.normalize('NFC')];
}

/** A repeatable option that narrows: an empty value, from a variable that is not set, would narrow nothing. */
export function collectFilled(value: string, previous: readonly string[] | undefined): readonly string[] {
  if (value.trim() === '') throw new InvalidArgumentError('It takes a value that is not empty.');
  return collect(value, previous);
}

export function parseCount(text: string): number {
  const count = readCount(text);
  if (count === undefined) throw new InvalidArgumentError('It takes a whole number.');
  return count;
}

export function parsePositive(text: string): number {
  const number = parseCount(text);
  if (number < 1) throw new InvalidArgumentError('It takes a whole number from 1.');
  return number;
}

export function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It takes a port from 0 to 65535.');
  return port;
}

/** `90s`, `5m`, `1h` → milliseconds. */
export function parseDuration(text: string): number {
  const duration = readDuration(text);
  if (duration === undefined) throw new InvalidArgumentError(`It takes ${durationForm}.`);
  return duration;
}

export function parsePlanDigest(text: string): string {
  if (!/^sha256:[0-9a-f]{64}$/.test(text))
    throw new InvalidArgumentError('It takes the digest that plan ends with, sha256: and 64 hex digits.');
  return text;
}

/** Takes the exit code of a command that has ended. */
export type Finish = (exitCode: ExitCode) => void;

/** Adds one command: its arguments, options and what runs it. What it does is said in `program.ts`. */
export type AddCommand = (program: Command, io: Io, finish: Finish) => void;

/** Where the value of an option comes from: the command line or `QLIK_SYNC_<OPTION>`; `undefined` for neither. */
export type SourceOf = (option: keyof SharedFlags) => 'flag' | 'variable' | undefined;

export function sourceOf(action: Command): SourceOf {
  return (option) => {
    const source = action.getOptionValueSource(option);
    if (source === 'cli') return 'flag';
    return source === 'env' ? 'variable' : undefined;
  };
}
