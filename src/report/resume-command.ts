/** Command lines that a person can paste to continue or to undo a run. */

import { isWritten } from '../core/change.js';
import type { Change, Plan } from '../core/model.js';
import { type OriginChange, originNumbersOf, pairOrigins } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import type { ApplyReport, PlanReport } from './plan.js';
import type { TenantHeader } from './run-header.js';

/**
 * The command that finishes what this rollback left undone; `undefined` if nothing is left, or nothing that another run
 * could do. It names what is left: a bare `rollback` would undo this rollback.
 *
 * @param report of kind `plan` if nothing was attempted
 */
export function resumeCommand(report: PlanReport | ApplyReport): string | undefined {
  const { undoes = [], rollbackGoal, plan, header } = report;
  const [run] = undoes;
  const left = findLeft(plan, report.kind === 'apply' ? report.outcomes : []);
  const entries = findLeftEntries(plan, report.kind === 'apply' ? report.originOutcomes : undefined);
  if (run === undefined || left.length + entries.length === 0) return undefined;
  const names = [...new Set([...left, ...entries].map(({ name }) => shellWord(name)))];
  const lifts = new Set([...left.flatMap(liftsOf), ...liftsOfEntries(entries)]);
  return rollbackCommand([...(rollbackGoal === 'names' ? names : [run]), ...lifts], header.tenant ?? {});
}

/** @param outcomes in the order in which entries are written */
function findLeftEntries(plan: Plan, outcomes?: readonly Outcome[]): readonly OriginChange[] {
  const pairs = pairOrigins(plan, outcomes);
  const left = pairs.flatMap(([change, outcome]) => (outcome?.status === 'done' ? [] : [change]));
  const open = (plan.origins?.changes ?? []).filter(({ blocked }) => blocked?.lift !== undefined);
  return [...left, ...open];
}

function liftsOfEntries(entries: readonly OriginChange[]): readonly string[] {
  const { opens, closes } = originNumbersOf({ changes: entries.map(({ blocked: _, ...rest }) => rest) });
  return [
    ...(entries.some(({ action }) => action === 'delete') ? ['--prune'] : []),
    ...(opens === 0 ? [] : [`--allow-origins=${opens}`]),
    ...(closes === 0 ? [] : [`--allow-origin-removal=${closes}`]),
  ];
}

/** @param words quoted already */
export function rollbackCommand(words: readonly string[], place: TenantPlace): string {
  return commandLine(['rollback', ...words], place);
}

/** What a command line has to say about the tenant, as far as that is known. */
type TenantPlace = { readonly [Key in keyof TenantHeader]?: TenantHeader[Key] | undefined };

/** If nothing names the tenant, the default one is meant. @param words quoted already */
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

/** What a flag would allow and was not done, together with what was blocked only because of it. */
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
