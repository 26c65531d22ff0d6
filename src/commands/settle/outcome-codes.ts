/** What a run's outcomes mean for the exit code. */

import { type ExitCode, exitCodeOfRail, exitCodes } from '../../core/errors.js';
import type { Outcome, OutcomeError, Plan } from '../../core/model.js';

/** Of everything that was or was not done; the worst of them is the run's. */
export function exitCodesOf(
  { changes }: Pick<Plan, 'changes'>,
  outcomes: readonly Outcome[],
  interrupted: AbortSignal,
): readonly ExitCode[] {
  const blocked = changes.flatMap((change) =>
    change.blocked === undefined ? [] : [exitCodeOfRail(change.blocked.rail)],
  );
  return [
    ...blocked,
    ...outcomes.map(exitCodeOfOutcome),
    ...(interrupted.aborted ? [exitCodes.interrupted] : []),
  ];
}

function exitCodeOfOutcome({ status, error, overwrote }: Outcome): ExitCode {
  if (status === 'done') return overwrote === undefined ? exitCodes.ok : exitCodes.conflict;
  if (error === undefined) return exitCodes.incomplete;
  if (error.status === 401 || error.status === 403 || error.code === 'login-page') return exitCodes.auth;
  if (isConflict(error)) return exitCodes.conflict;
  return isBudget(error) ? exitCodes.budget : exitCodes.incomplete;
}

/** The tenant moved since it was read. */
function isConflict({ status, code }: OutcomeError): boolean {
  return status === 409 || ['moved', 'name-taken', 'archive-moved'].includes(code ?? '');
}

/** Time, or the requests that Qlik lets a user make: a 429 that asks for more patience than we have. */
function isBudget({ status, code }: OutcomeError): boolean {
  return status === 429 || code === 'out-of-time';
}
