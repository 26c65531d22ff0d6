/** How a run ended, and the one message for what stopped it. */

import { ConfigError, exitCodeOf, FindingsError, TenantError, UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import { describeSystemError, isSystemError } from '../core/system-error.js';
import { printable, printableLines } from '../report/paint.js';
import { renderFindings } from '../report/text-parts.js';
import type { Io } from './io.js';

export interface RunEnding {
  readonly exitCode: ExitCode;
  /** Present where it stopped early. */
  readonly error?: unknown;
}

/** Told on stderr, once, here. Whatever an interrupted run stumbles over in the end, it was interrupted. */
export function tellFailure(thrown: unknown, io: Pick<Io, 'stderr' | 'interrupted' | 'version'>): RunEnding {
  const error = asUserError(thrown);
  const exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodeOf(error);
  io.stderr.write(exitCode === exitCodes.interrupted ? 'Interrupted.\n' : describeError(error, io));
  return { exitCode, error };
}

// What stopped a run, as people read it on stderr.

/** What the operating system refuses (a full disk, a folder of somebody else, a port in use) is no bug of ours. */
export function asUserError(error: unknown): unknown {
  if (isSystemError(error)) return new UserError(describeSystemError(error), { cause: error });
  const isSandbox = error instanceof Error && error.name === 'SandboxError';
  return isSandbox ? new UserError(error.message, { cause: error }) : error;
}

/** A person's mistake has no stack trace; our own has one and says where to report it. */
export function describeError(error: unknown, io: Pick<Io, 'stderr' | 'version'>): string {
  const { paint } = io.stderr;
  if (!(error instanceof UserError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${paint('red', 'This is a bug in qlik-sync.')}\n${printableLines(stack)}\nqlik-sync ${io.version}; please report it with the lines above.\n`;
  }
  const findings =
    error instanceof FindingsError ? renderFindings(error.findings, { paint, detail: 'normal' }) : '';
  const lines = printableLines(error.message);
  const head = error instanceof ConfigError ? lines : `${paint('red', 'error:')} ${lines}`;
  const trace =
    error instanceof TenantError && error.traceId !== undefined ? ` (trace ${printable(error.traceId)})` : '';
  const hint = error.hint === undefined ? '' : `${printableLines(error.hint)}\n`;
  return `${findings}${head}${trace}\n${hint}`;
}
