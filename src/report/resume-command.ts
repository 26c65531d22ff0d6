/** Command lines that a person can paste to continue or to undo a run. */

import { isWritten } from '../core/change.js';
import type { Change, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import type { ApplyReport, PlanReport } from './plan.js';
import type { TenantHeader } from './run-header.js';

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
  return rollbackCommand([...words, ...new Set(left.flatMap(liftsOf))], header.tenant ?? {});
}

/** @param words quoted already */
export function rollbackCommand(words: readonly string[], place: TenantPlace): string {
  return commandLine(['rollback', ...words], place);
}

/** What a command line has to say of the tenant; as far as it is known. */
type TenantPlace = { readonly [Key in keyof TenantHeader]?: TenantHeader[Key] | undefined };

/** Where nothing names the tenant, the default one is meant. @param words quoted already */
export function commandLine(words: readonly string[], place: TenantPlace): string {
  return ['qlik-sync', ...words, ...optionsFor(place)].join(' ');
}

const sandboxAt = 'sandbox:';

function optionsFor({ source, identity, environment, url }: TenantPlace): readonly string[] {
  if (identity?.startsWith(sandboxAt) === true)
    return [shellOption('--sandbox-dir', identity.slice(sandboxAt.length))];
  if (source === '--sandbox' || identity === 'sandbox') return ['--sandbox'];
  if (environment !== undefined) return [shellOption('--env', environment)];
  return source === '--tenant' && url !== undefined ? [shellOption('--tenant', url)] : [];
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
