/** The command line that goes on with a rollback which did not come to its end. Without words it would undo itself. */

import type { Change, Outcome, Plan } from '../core/model.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import { isWritten } from '../core/work.js';
import type { ApplyReport, PlanReport } from './plan/report.js';

/**
 * `undefined` where nothing is left, or nothing that another run of it could do.
 *
 * @param report of a plan where nothing was tried
 */
export function describeGoOn(report: PlanReport | ApplyReport): string | undefined {
  const { undoes = [], undoGoal, plan, header } = report;
  const [run] = undoes;
  const left = findLeft(plan, report.kind === 'apply' ? report.outcomes : []);
  if (run === undefined || left.length === 0) return undefined;
  const words = undoGoal === 'names' ? left.map(({ name }) => shellWord(name)) : [run];
  return rollbackCommand([...words, ...new Set(left.flatMap(liftsOf))], header.tenant?.environment);
}

/** @param words quoted already */
export function rollbackCommand(words: readonly string[], environment: string | undefined): string {
  return commandLine(['rollback', ...words], environment);
}

/** Where no environment is named, the default one is meant. @param words quoted already */
export function commandLine(words: readonly string[], environment: string | undefined): string {
  const where = environment === undefined ? [] : [shellOption('--env', environment)];
  return ['qlik-sync', ...words, ...where].join(' ');
}

/** What a flag would let through and what is not done, with what then no longer waits for it. */
function findLeft(plan: Plan, outcomes: readonly Outcome[]): readonly Change[] {
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ name }) => name));
  const open = plan.changes.filter(
    (change) => change.blocked?.lift !== undefined || (isWritten(change) && !done.has(change.name)),
  );
  if (open.length === 0) return [];
  return plan.changes.filter((change) => open.includes(change) || change.blocked?.rail === 'no-substitute');
}

/** What holds it up, and what would hold it up next: the rails tell of one at a time. */
function liftsOf({ name, action, blocked, rename }: Change): readonly string[] {
  return [
    ...(blocked?.lift === undefined ? [] : [blocked.lift]),
    ...(action === 'delete' ? ['--prune'] : []),
    ...(action === 'replace' ? [shellOption('--allow-replace', name)] : []),
    ...(rename !== undefined && 'from' in rename ? [shellOption('--allow-rename', name)] : []),
  ];
}
