/** Why nothing further is sent: an interrupt, or the end of `--max-duration`. */

import type { OutcomeError } from '../core/outcome.js';

/**
 * Aborted with a `TimeoutError`, and in no process's way. Not `AbortSignal.timeout`: Node collects that one where only
 * `AbortSignal.any` knows it, listeners or not, and then time never runs out (20.20, measured).
 */
export function openDeadline(ms: number): AbortSignal {
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
