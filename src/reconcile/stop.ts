/** Why nothing further is sent: an interrupt, or the end of `--max-duration`. */

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

/** @param reason of the signal that stops a run */
export function describeStop(reason: unknown): OutcomeError {
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError';
  return isDeadline
    ? { message: 'out of time', code: 'out-of-time' }
    : { message: 'interrupted', code: 'interrupted' };
}
