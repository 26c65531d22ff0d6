/** Runs the command that argv names and turns whatever happens into an exit code and one message. */

import { type Command, CommanderError } from 'commander';
import { readBoolean } from '../config/option-values.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { renderErrorJson } from '../report/json.js';
import { endWith, type RunEnding } from '../run/ending.js';
import type { Io } from '../run/io.js';
import { createReporting, type Reporting } from '../run/reporting.js';
import { createProgram, linesOfMistake } from './program.js';

export async function run(io: Io): Promise<ExitCode> {
  if (io.argv[0] === 'complete') return answerShell(io);
  let exitCode: ExitCode = exitCodes.ok;
  const reporting = createReporting(io);
  const program = await createProgram(reporting.io, (code) => {
    exitCode = code;
  });
  program.hook('preAction', (_program, action) => begin(reporting, action));
  try {
    await program.parseAsync(io.argv, { from: 'user' });
    return await reporting.end({ exitCode });
  } catch (error) {
    if (error instanceof CommanderError) return await reportUsage(error, program, reporting);
    return await reporting.end(reportFailure(error, io));
  }
}

/** `--store` of `sandbox` is not the opposite of the `--no-store` that other commands share. */
function isAnother(option: string, { options }: Command): boolean {
  return options.some((each) => each.attributeName() === option && option === 'store' && !each.negate);
}

async function answerShell(io: Io): Promise<ExitCode> {
  const { complete } = await import('./completion/complete.js');
  return complete(io, (argv) => createProgram({ ...io, argv }, () => undefined));
}

/** Only a command that takes `--report` has something to report. */
async function begin(reporting: Reporting, action: Command): Promise<void> {
  const takes = (option: string): boolean => action.options.some((each) => each.attributeName() === option);
  if (takes('json')) await mergeOptions(action, reporting.io);
  if (takes('report')) await reporting.begin(action.name(), action.opts());
}

/** From here on the options include the environment's values, so that no command has to read them. */
async function mergeOptions(action: Command, io: Io): Promise<void> {
  const { mergeFlags } = await import('../run/flags.js');
  const given = action.opts();
  for (const [option, value] of Object.entries(mergeFlags(given, io))) {
    if (value !== given[option] && !isAnother(option, action))
      action.setOptionValueWithSource(option, value, 'env');
  }
}

/** commander has written its message already. A pipeline still gets the reports that it requested, even with a mistake. */
async function reportUsage(error: CommanderError, program: Command, reporting: Reporting): Promise<ExitCode> {
  if (error.exitCode === 0) return exitCodes.ok;
  const { io } = reporting;
  const exitCode = exitCodes.usage;
  const mistake = new UserError(linesOfMistake(error.message.replace(/^error: /, ''), program));
  if (wantsJson(io)) io.stdout.write(renderErrorJson(commandOf(io), io.tool, mistake, exitCode));
  const action = program.commands.find((command) => command.name() === commandOf(io));
  if (action === undefined) return exitCode;
  // With the options that could be read; a second mistake among them needs no message of its own.
  await begin(reporting, action).catch(() => undefined);
  return reporting.end({ exitCode, error: mistake });
}

function reportFailure(thrown: unknown, io: Io): RunEnding {
  const ending = endWith(thrown, io);
  if (wantsJson(io)) io.stdout.write(renderErrorJson(commandOf(io), io.tool, ending.error, ending.exitCode));
  return ending;
}

/** For errors before the options are parsed, too. */
function wantsJson(io: Io): boolean {
  return io.argv.includes('--json') || readBoolean(io.env['QLIK_SYNC_JSON'] ?? '') === true;
}

function commandOf(io: Io): string {
  return io.argv.find((word) => !word.startsWith('-')) ?? 'qlik-sync';
}
