/** Runs the command that argv names and turns whatever happens into an exit code and one message. */

import { type Command, CommanderError } from 'commander';
import {
  ConfigError,
  type ExitCode,
  exitCodeOf,
  exitCodes,
  FindingsError,
  TenantError,
  UserError,
} from '../core/errors.js';
import { renderErrorJson } from '../report/json.js';
import { printable } from '../report/paint.js';
import { renderFindings } from '../report/text.js';
import type { Io } from './io.js';
import { createProgram } from './program.js';
import { openReporting, type Reporting } from './reporting.js';

export async function run(io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const reporting = openReporting(io);
  const program = createProgram(reporting.io, (code) => {
    exitCode = code;
  });
  program.hook('preAction', (_program, action) => beginReporting(reporting, action));
  try {
    await program.parseAsync(io.argv, { from: 'user' });
    return await reporting.end({ exitCode });
  } catch (error) {
    if (error instanceof CommanderError) return reportUsage(error, io);
    const known = asUserError(error);
    return await reporting.end({ exitCode: reportError(known, io), error: known });
  }
}

/** Only a command that takes the option has something to report. */
async function beginReporting(reporting: Reporting, action: Command): Promise<void> {
  if (action.options.some((option) => option.attributeName() === 'report')) {
    await reporting.begin(action.name(), action.opts());
  }
}

/** commander has told people already. */
function reportUsage(error: CommanderError, io: Io): ExitCode {
  if (error.exitCode === 0) return exitCodes.ok;
  if (wantsJson(io)) {
    const mistake = new UserError(error.message.replace(/^error: /, ''));
    io.stdout.write(renderErrorJson(commandOf(io), `qlik-sync/${io.version}`, mistake, exitCodes.usage));
  }
  return exitCodes.usage;
}

/** What the operating system refuses (a full disk, a folder of somebody else, a port in use) is no bug of ours. */
function asUserError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'SandboxError') return new UserError(error.message, { cause: error });
  if (!('syscall' in error) || !('code' in error)) return error;
  return new UserError(error.message.replace(/^E[A-Z]+: /, ''), { cause: error });
}

/** Shown once, here. A person's mistake has no stack trace; our own has one and says where to report it. */
function reportError(error: unknown, io: Io): ExitCode {
  const exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodeOf(error);
  if (wantsJson(io))
    io.stdout.write(renderErrorJson(commandOf(io), `qlik-sync/${io.version}`, error, exitCode));
  io.stderr.write(exitCode === exitCodes.interrupted ? 'Interrupted.\n' : describeError(error, io));
  return exitCode;
}

function describeError(error: unknown, io: Io): string {
  const { paint } = io.stderr;
  if (!(error instanceof UserError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${paint('red', 'This is a bug in qlik-sync.')}\n${stack}\nqlik-sync ${io.version}; please report it with the lines above.\n`;
  }
  const findings =
    error instanceof FindingsError ? renderFindings(error.findings, { paint, detail: 'normal' }) : '';
  const lines = error.message.split('\n').map(printable).join('\n');
  const head = error instanceof ConfigError ? lines : `${paint('red', 'error:')} ${lines}`;
  const trace =
    error instanceof TenantError && error.traceId !== undefined ? ` (trace ${printable(error.traceId)})` : '';
  const hint = error.hint === undefined ? '' : `${error.hint.split('\n').map(printable).join('\n')}\n`;
  return `${findings}${head}${trace}\n${hint}`;
}

/** Also for errors that come before the options are parsed. */
function wantsJson(io: Io): boolean {
  return io.argv.includes('--json') || /^(1|true)$/i.test(io.env['QLIK_SYNC_JSON'] ?? '');
}

function commandOf(io: Io): string {
  return io.argv.find((word) => !word.startsWith('-')) ?? 'qlik-sync';
}
