/** The command line that goes on with a rollback which did not come to its end. Without words it would undo itself. */

import type { Change, Outcome, Plan } from '../core/model.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import type { ApplyReport } from './plan/report.js';

/** `undefined` where nothing is left, or nothing that another run of it could do. */
export function describeGoOn({ undoes = [], plan, outcomes, header }: ApplyReport): string | undefined {
  const [run, ...others] = undoes;
  const left = findLeft(plan, outcomes);
  if (run === undefined || left.length === 0) return undefined;
  const lifts = left.flatMap(
    ({ action, blocked }) => blocked?.lift ?? (action === 'delete' ? '--prune' : []),
  );
  const words = others.length === 0 ? [run] : left.map(({ name }) => shellWord(name));
  return rollbackCommand([...words, ...new Set(lifts)], header.tenant?.environment);
}

/** @param words quoted already */
export function rollbackCommand(words: readonly string[], environment: string | undefined): string {
  const where = environment === undefined ? [] : [shellOption('--env', environment)];
  return ['qlik-sync rollback', ...words, ...where].join(' ');
}

/** What a flag would let through, and what was tried and not done. */
function findLeft({ changes }: Plan, outcomes: readonly Outcome[]): readonly Change[] {
  const done = new Set(outcomes.filter(({ status }) => status === 'done').map(({ name }) => name));
  const tried = new Set(outcomes.map(({ name }) => name));
  return changes.filter(
    ({ name, blocked }) => blocked?.lift !== undefined || (tried.has(name) && !done.has(name)),
  );
}
