/** Runs the command that argv names and turns whatever happens into an exit code and one message. */

import { type Command, CommanderError } from 'commander';
import { readWhether } from '../config/option-values.js';
import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { renderErrorJson } from '../report/json.js';
import { type RunEnding, tellFailure } from '../run/ending.js';
import type { Io } from '../run/io.js';
import { openReporting, type Reporting } from '../run/reporting.js';
import { createProgram, linesOfMistake } from './program.js';

export async function run(io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const reporting = openReporting(io);
  const program = await createProgram(reporting.io, (code) => {
    exitCode = code;
  });
  program.hook('preAction', (_program, action) => beginReporting(reporting, action));
  try {
    await program.parseAsync(io.argv, { from: 'user' });
    return await reporting.end({ exitCode });
  } catch (error) {
    if (error instanceof CommanderError) return await reportUsage(error, program, reporting);
    return await reporting.end(reportFailure(error, io));
  }
}

/** Only a command that takes the option has something to report. */
async function beginReporting(reporting: Reporting, action: Command): Promise<void> {
  if (action.options.some((option) => option.attributeName() === 'report')) {
    await reporting.begin(action.name(), action.opts());
  }
}

/** commander has told people already. A pipeline reads the reports that it asked for, also where it asked wrongly. */
async function reportUsage(error: CommanderError, program: Command, reporting: Reporting): Promise<ExitCode> {
  if (error.exitCode === 0) return exitCodes.ok;
  const { io } = reporting;
  const exitCode = exitCodes.usage;
  const mistake = new UserError(linesOfMistake(error.message.replace(/^error: /, '')));
  if (wantsJson(io)) io.stdout.write(renderErrorJson(commandOf(io), io.tool, mistake, exitCode));
  const action = program.commands.find((command) => command.name() === commandOf(io));
  if (action === undefined) return exitCode;
  // What could be understood of the options; a second mistake among them is not worth another message.
  await beginReporting(reporting, action).catch(() => undefined);
  return reporting.end({ exitCode, error: mistake });
}

function reportFailure(thrown: unknown, io: Io): RunEnding {
  const ending = tellFailure(thrown, io);
  if (wantsJson(io)) io.stdout.write(renderErrorJson(commandOf(io), io.tool, ending.error, ending.exitCode));
  return ending;
}

/** Also for errors that come before the options are parsed. */
function wantsJson(io: Io): boolean {
  return io.argv.includes('--json') || readWhether(io.env['QLIK_SYNC_JSON'] ?? '') === true;
}

function commandOf(io: Io): string {
  return io.argv.find((word) => !word.startsWith('-')) ?? 'qlik-sync';
}
