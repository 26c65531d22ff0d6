/** What a run's outcomes mean for the exit code. */

import type { Plan, Rail } from './model.js';
import type { Outcome, OutcomeError } from './outcome.js';

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

export const exitCodes = {
  ok: 0,
  bug: 1,
  changes: 2,
  usage: 3,
  auth: 4,
  incomplete: 5,
  refused: 6,
  conflict: 7,
  budget: 9,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A 429 comes this far only where it asks for more patience than there is. */
export function exitCodeOfAnswer({ status, code }: Answered): ExitCode {
  if (status === 401 || status === 403 || code === 'login-page') return exitCodes.auth;
  return status === 429 ? exitCodes.budget : exitCodes.incomplete;
}

/** The exit code of a change that this rail blocked. */
function exitCodeOfRail(rail: Rail): ExitCode {
  return rail === 'drift' ? exitCodes.conflict : exitCodes.refused;
}

/** contract.md: "When several apply, the first of …". */
const precedence: readonly ExitCode[] = [
  exitCodes.interrupted,
  exitCodes.bug,
  exitCodes.usage,
  exitCodes.auth,
  exitCodes.refused,
  exitCodes.conflict,
  exitCodes.budget,
  exitCodes.incomplete,
  exitCodes.changes,
  exitCodes.ok,
];

export function worstExitCode(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return precedence.find((code) => present.has(code)) ?? exitCodes.ok;
}

/** As much of an answer, or of what stood in for it, as tells the exit code. */
interface Answered {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}
