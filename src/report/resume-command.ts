/** Command lines that a person can paste to continue or to undo a run. */

import { isWritten } from '../core/change.js';
import type { Change, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import type { ApplyReport, PlanReport } from './plan.js';

/**
 * The command that finishes what this rollback left undone; `undefined` where nothing is left, or nothing that another run
 * could do. It names what is left: a bare `rollback` would undo this rollback.
 *
 * @param report of kind `plan` where nothing was attempted
 */
export function resumeCommand(report: PlanReport | ApplyReport): string | undefined {
  const { undoes = [], rollbackGoal, plan, header } = report;
  const [run] = undoes;
  const left = findLeft(plan, report.kind === 'apply' ? report.outcomes : []);
  if (run === undefined || left.length === 0) return undefined;
  const words = rollbackGoal === 'names' ? left.map(({ name }) => shellWord(name)) : [run];
  return rollbackCommand([...words, ...new Set(left.flatMap(liftsOf))], header.tenant?.environment);
}

/** @param words quoted already */
export function rollbackCommand(words: readonly string[], environment: string | undefined): string {
  return commandLine(['rollback', ...words], environment);
}

/** Without an environment the default one is meant. @param words quoted already */
export function commandLine(words: readonly string[], environment: string | undefined): string {
  const where = environment === undefined ? [] : [shellOption('--env', environment)];
  return ['qlik-sync', ...words, ...where].join(' ');
}

/** What a flag would allow and what is not done, with what was blocked only because of those. */
function findLeft(plan: Plan, outcomes: readonly Outcome[]): readonly Change[] {
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ name }) => name));
  const open = plan.changes.filter(
    (change) => change.blocked?.lift !== undefined || (isWritten(change) && !done.has(change.name)),
  );
  if (open.length === 0) return [];
  return plan.changes.filter((change) => open.includes(change) || change.blocked?.rail === 'no-substitute');
}

/** Lifts the rail that blocks it and the ones that would block it next: a plan names one at a time. */
function liftsOf({ name, action, blocked, rename }: Change): readonly string[] {
  return [
    ...(blocked?.lift === undefined ? [] : [blocked.lift]),
    ...(action === 'delete' ? ['--prune'] : []),
    ...(action === 'replace' ? [shellOption('--allow-replace', name)] : []),
    ...(rename !== undefined && 'from' in rename ? [shellOption('--allow-rename', name)] : []),
  ];
}
