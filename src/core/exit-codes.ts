/** The exit codes: what each means, which one wins, and the only map from what happened to its code. */

import type { Plan, Rail } from './model.js';
import type { Outcome, OutcomeError } from './outcome.js';

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

export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done, or nothing to do',
  1: 'unexpected error: a bug',
  2: 'there are changes (`plan --detailed-exitcode`) or drift (`drift`)',
  3: 'usage, config or validation',
  4: 'authentication or permission',
  5: 'some changes failed or were not attempted, or the tenant or the store cannot be reached',
  6: 'a safety rail refused, a change is blocked as unmanaged, disowned, foreign or protected, or `preview --require drawn` found one worse than before',
  7: 'drift or conflict in the way, or the plan is stale',
  9: 'the time or request budget ran out',
  130: 'interrupted',
};

/** What to do after a run that ended with it. */
export const exitCodeSteps: Readonly<Record<ExitCode, string>> = {
  0: 'Nothing. What was skipped or kept is counted and named in the output.',
  1: 'Report it, with what stderr says. If it happened during a write, the next run says what this one left.',
  2: 'Look at the changes; qlik-sync apply makes them. In a pipeline this code means "differs", not "failed".',
  3: 'The error names the option, the key or the file, and what to put there; qlik-sync validate lists what is wrong with the folders.',
  4: 'qlik-sync doctor says whether the key is accepted and what it may do.',
  5: 'Run the same command again: a run that writes continues with what is left. The output says why each change failed; where nothing answers, qlik-sync doctor says why. It is also the code of a plan that was declined, a report that could not be written, and an impact run that could not open every app.',
  6: 'The output names the option that lifts each rail: give it if the change is meant. qlik-sync explain says what a rail guards.',
  7: 'qlik-sync plan or drift shows what moved. Make a reviewed plan again; --overwrite <name> replaces what somebody changed on the tenant. If another run was named, wait until it has ended.',
  9: 'Run the same command again, later or with a longer --max-duration: it continues with what is left.',
  130: 'Run the same command again: what was in flight was finished, the rest was not begun.',
};

/** If several apply, the first of these is the run's. */
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
  const all = new Set(codes);
  return precedence.find((code) => all.has(code)) ?? exitCodes.ok;
}

/** The codes of everything that was done or left undone; the worst of them is the run's. */
export function exitCodesOf(
  { changes, origins }: Pick<Plan, 'changes' | 'origins'>,
  outcomes: readonly Outcome[],
  interrupted: AbortSignal,
): readonly ExitCode[] {
  const blocked = changes.flatMap((change) =>
    change.blocked === undefined ? [] : [exitCodeOfRail(change.blocked.rail)],
  );
  const closed = (origins?.changes ?? []).flatMap(({ blocked: by }) =>
    by === undefined ? [] : [by.rail === 'moved' ? exitCodes.conflict : exitCodes.refused],
  );
  return [
    ...blocked,
    ...closed,
    ...outcomes.map(exitCodeOfOutcome),
    ...(interrupted.aborted ? [exitCodes.interrupted] : []),
  ];
}

export function exitCodeOfRail(rail: Rail): ExitCode {
  if (rail === 'unlisted') return exitCodes.auth;
  return rail === 'drift' ? exitCodes.conflict : exitCodes.refused;
}

function exitCodeOfOutcome({ status, error, overwrote }: Outcome): ExitCode {
  if (status === 'done') return overwrote === undefined ? exitCodes.ok : exitCodes.conflict;
  return error === undefined ? exitCodes.incomplete : exitCodeOfFailure(error);
}

function exitCodeOfFailure(error: OutcomeError): ExitCode {
  if (isDenied(error)) return exitCodes.auth;
  if (hasMoved(error)) return exitCodes.conflict;
  return error.code === 'out-of-time' ? exitCodes.budget : exitCodeOfAnswer(error);
}

/** The tenant has changed since it was read, or another run may be changing it. */
function hasMoved({ status, code }: Answer): boolean {
  return status === 409 || ['moved', 'name-taken', 'archive-moved', 'lock-lost'].includes(code ?? '');
}

/** The part of an answer, or of the error in its place, that decides the exit code. */
interface Answer {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** The code for the answer to a request. A 429 gets this far only if it asks for more patience than the run has. */
export function exitCodeOfAnswer(answer: Answer): ExitCode {
  if (isDenied(answer)) return exitCodes.auth;
  return answer.status === 429 ? exitCodes.budget : exitCodes.incomplete;
}

/** The credential is not accepted, or does not permit this. A refusal in a web page is that of a firewall or the like. */
export function isDenied({ status, code }: Answer): boolean {
  return status === 401 || (status === 403 && code !== 'web-page') || code === 'login-page';
}
