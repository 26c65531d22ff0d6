/** How a run ended, and the one message for what stopped it. */

import { exitCodeOf, FindingsError, TenantError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { describeSystemError, isSystemError } from '../core/system-error.js';
import { printable, printableLines } from '../report/paint.js';
import { renderErrorsAmong } from '../report/text-parts.js';
import type { Io } from './io.js';

export interface RunEnding {
  readonly exitCode: ExitCode;
  /** Present if it stopped early. */
  readonly error?: unknown;
}

/** Writes the message to stderr: the only place that does. A run that was interrupted says so, whatever failed then. */
export function endWith(thrown: unknown, io: Pick<Io, 'stderr' | 'interrupted' | 'version'>): RunEnding {
  const error = asUserError(thrown);
  const exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodeOf(error);
  io.stderr.write(exitCode === exitCodes.interrupted ? 'Interrupted.\n' : describeError(error, io));
  return { exitCode, error };
}

/** What the operating system refuses (a full disk, missing permissions, a port in use) is not a bug. */
function asUserError(error: unknown): unknown {
  if (isSystemError(error)) {
    const hint = isFull(error) ? 'Free some space, and run again.' : undefined;
    return new UserError(describeSystemError(error), { cause: error, ...(hint !== undefined && { hint }) });
  }
  const isSandbox = error instanceof Error && error.name === 'SandboxError';
  return isSandbox ? new UserError(error.message, { cause: error }) : error;
}

function isFull({ code }: { readonly code: string }): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** For people on stderr. A person's mistake has no stack trace; a bug has one, and says what a report of it needs. */
export function describeError(error: unknown, io: Pick<Io, 'stderr' | 'version'>): string {
  const { paint } = io.stderr;
  if (!(error instanceof UserError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${paint('red', 'This is a bug in qlik-sync.')}\n${printableLines(stack)}\nA report of it needs these lines, the version (qlik-sync ${io.version}), the command line and the config, without secrets.\n`;
  }
  const findings = error instanceof FindingsError ? renderErrorsAmong(error.findings, paint) : '';
  const lines = printableLines(error.message);
  const head = `${paint('red', 'error:')} ${lines}`;
  const trace =
    error instanceof TenantError && error.traceId !== undefined ? ` (trace ${printable(error.traceId)})` : '';
  const hint = error.hint === undefined ? '' : `${printableLines(error.hint)}\n`;
  return `${findings}${head}${trace}\n${hint}`;
}
