/** Why nothing further is sent: an interrupt, the end of `--max-duration`, or what the run found out. */

import type { OutcomeError } from '../core/outcome.js';

/**
 * Aborts with a `TimeoutError`, and does not keep the process alive. Not `AbortSignal.timeout`: Node collects that one
 * where only `AbortSignal.any` refers to it, listeners or not, and then it never fires (20.20, measured).
 */
export function createDeadline(ms: number): AbortSignal {
  const deadline = new AbortController();
  const expire = (): void => deadline.abort(new DOMException('out of time', 'TimeoutError'));
  setTimeout(expire, ms).unref();
  return deadline.signal;
}

/** As the reason of a signal: what the run found out that makes the rest of it pointless. */
export class Halt extends Error {
  override readonly name = 'Halt';
  /** HTTP status of the answer that showed it, if that decides the exit code. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** @param reason of the signal that stops a run */
export function describeStop(reason: unknown): OutcomeError {
  if (reason instanceof Halt) {
    const { message, status } = reason;
    return { message, ...(status !== undefined && { status }) };
  }
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError';
  return isDeadline
    ? { message: 'out of time', code: 'out-of-time' }
    : { message: 'interrupted', code: 'interrupted' };
}
