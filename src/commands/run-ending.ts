/** How a run ended, and the one message for what stopped it. */

import { type ExitCode, exitCodeOf, exitCodes } from '../core/errors.js';
import { asUserError, describeError } from './describe-error.js';
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
