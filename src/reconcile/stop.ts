/** Why nothing further is sent: an interrupt, or `--max-duration`, whose signal is `AbortSignal.timeout`. */

import type { OutcomeError } from '../core/model.js';

/** @param reason of the signal that stops a run */
export function describeStop(reason: unknown): OutcomeError {
  const isDeadline = reason instanceof Error && reason.name === 'TimeoutError';
  return isDeadline
    ? { message: 'out of time', code: 'out-of-time' }
    : { message: 'interrupted', code: 'interrupted' };
}
