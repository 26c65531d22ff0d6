/**
 * What a shell's script runs on every Tab: `qlik-sync complete -- <words so far>`, the last word being the one to complete.
 * Prints `value<Tab>description` lines and `:<directive>`, as @bomb.sh/tab and cobra do. Runs no program, contacts no
 * tenant, and gives no candidates rather than a message whatever goes wrong.
 */

import type { Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../core/exit-codes.js';
import { printable } from '../../report/paint.js';
import type { Io } from '../../run/io.js';
import type { Asked, Candidate, Candidates } from './candidates.js';

/** The program with all commands as the table has them, or with the named command, complete. */
type Describe = (argv: readonly string[]) => Promise<Command>;

export async function complete(io: Io, describe: Describe): Promise<ExitCode> {
  const words = io.argv.slice(io.argv[1] === '--' ? 2 : 1).map((word) => word.normalize('NFC'));
  const found = await findCandidates(words, io, describe).catch(() => nothing);
  const lines = found.list.filter(isPlain).map(({ value, about = '' }) => `${value}\t${printable(about)}\n`);
  io.stdout.write(`${lines.join('')}:${directives[found.otherwise]}\n`);
  return exitCodes.ok;
}

const nothing: Candidates = { list: [], otherwise: 'nothing' };

/** The numbers that the scripts know: 2 adds no space, 4 offers no files, 16 offers folders. */
const directives: Readonly<Record<Candidates['otherwise'], number>> = {
  files: 0,
  folders: 16,
  nothing: 4,
  'nothing-yet': 6,
};

/** Shells put a candidate on the line unchanged, so those that they would have to quote, or would run, are left out. */
function isPlain({ value }: Candidate): boolean {
  return /^[\p{L}\p{N}._@+,%/=-]+$/u.test(value);
}

async function findCandidates(words: readonly string[], io: Io, describe: Describe): Promise<Candidates> {
  const last = words.at(-1) ?? '';
  const [name, ...before] = words.slice(0, -1);
  if (name === undefined) return starting(last, offerCommands(await describe([]), last));
  const command = (await describe([name])).commands.find((each) => each.name() === name);
  if (command === undefined) return nothing;
  const line = readLine(command, before);
  const asked = askedBy(line, last, command);
  if (asked === undefined) return starting(last, offerOptions(command, line.given));
  const { listCandidates } = await import('./candidates.js');
  return starting(asked.start, await listCandidates({ ...asked, command: name, values: line.values }, io));
}

function starting(start: string, { list, otherwise }: Candidates): Candidates {
  return { list: list.filter(({ value }) => value.startsWith(start)), otherwise };
}

/** What is completed besides options; `undefined` for an option's name. */
function askedBy(
  { pending, operands, isClosed }: Line,
  last: string,
  command: Command,
): (Pick<Asked, 'what' | 'operands'> & { readonly start: string }) | undefined {
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? [];
  const option = pending ?? (isClosed ? undefined : command.options.find(({ long }) => long === flag));
  if (option !== undefined)
    return { what: option, operands, start: pending === undefined ? (value ?? '') : last };
  if (last.startsWith('-') && !isClosed) return undefined;
  const { registeredArguments } = command;
  const argument = registeredArguments[operands.length] ?? registeredArguments.at(-1);
  if (argument !== undefined && (argument.variadic || operands.length < registeredArguments.length))
    return { what: argument, operands, start: last };
  return { what: undefined, operands, start: last };
}

function offerCommands(program: Command, last: string): Candidates {
  if (last.startsWith('-')) return offerOptions(program, new Set());
  const list = program.commands.map((command) => ({ value: command.name(), about: command.description() }));
  return { list, otherwise: 'nothing' };
}

function offerOptions(command: Command, given: ReadonlySet<string>): Candidates {
  const options = command.createHelp().visibleOptions(command);
  const list = options.flatMap(({ long, description, required }) =>
    long === undefined || (given.has(long) && !required) ? [] : [{ value: long, about: description }],
  );
  return { list, otherwise: 'nothing' };
}

interface Line {
  readonly operands: readonly string[];
  /** By attribute name, the values of options that take one. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Long flags. */
  readonly given: ReadonlySet<string>;
  /** The option whose value comes next. */
  readonly pending?: Option;
  /** After `--` all words are operands. */
  readonly isClosed: boolean;
}

/** The words after the command as commander would read them. */
function readLine(command: Command, words: readonly string[]): Line {
  const empty: Line = { operands: [], values: new Map(), given: new Set(), isClosed: false };
  return words.reduce((line, word) => readWord(line, word, command), empty);
}

function readWord(line: Line, word: string, command: Command): Line {
  const { pending, ...rest } = line;
  if (pending !== undefined) return withValue(rest, pending, word);
  if (line.isClosed || !word.startsWith('-') || word === '-') {
    return { ...line, operands: [...line.operands, word] };
  }
  if (word === '--') return { ...line, isClosed: true };
  const [, flag, value] = /^([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  const option = command.options.find(({ long, short }) => long === flag || short === flag);
  if (option === undefined) return line;
  const noted = { ...line, given: new Set([...line.given, option.long ?? word]) };
  if (!option.required) return noted;
  return value === undefined ? { ...noted, pending: option } : withValue(noted, option, value);
}

function withValue(line: Line, option: Option, value: string): Line {
  const name = option.attributeName();
  return { ...line, values: new Map(line.values).set(name, [...(line.values.get(name) ?? []), value]) };
}
