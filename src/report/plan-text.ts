/** A plan and its outcomes as text. The two closing lines of a plan are a documented format. */

import { describeGaps, describeReach } from '../core/impact/gate.js';
import { isWhole } from '../core/impact/tally.js';
import type { Change, Plan } from '../core/model.js';
import { blockedOriginsOf } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { countOutcomes } from '../core/past-run.js';
import { type ChangeKind, changeKinds, describeChange, describeOutcome, kindOf } from './change-words.js';
import { renderUsageOff } from './impact.js';
import { type Mark, type Paint, printable } from './paint.js';
import type { ApplyReport, PlanReport } from './plan.js';
import { renderAfterRollback } from './rolled-back.js';
import type { TextOptions } from './text-parts.js';

const marks = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  replace: { symbol: '±', style: 'magenta' },
  delete: { symbol: '-', style: 'red' },
  blocked: { symbol: '!', style: 'red' },
  kept: { symbol: '=', style: 'dim' },
} as const satisfies Record<ChangeKind, Mark>;

/** Changes in the order of their kinds, then blocked and kept ones. Names in sync are only counted. */
export function renderChanges(decided: readonly Change[], paint: Paint): string {
  const changes = decided.flatMap(joinRename);
  const width = Math.max(
    14,
    ...changes.filter((change) => kindOf(change) !== undefined).map((change) => nameOf(change).length),
  );
  const lines = changeKinds.flatMap((kind) =>
    changes
      .filter((change) => kindOf(change) === kind)
      .map((change) => renderChange(change, marks[kind], width, paint)),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The two sides of a rename are one change, shown at the new name. */
function joinRename(change: Change): readonly Change[] {
  return change.rename !== undefined && 'to' in change.rename ? [] : [change];
}

function nameOf({ name, rename }: Change): string {
  return printable(rename !== undefined && 'from' in rename ? `${rename.from} → ${name}` : name);
}

function verbOf({ action, rename }: Change): string {
  if (rename !== undefined) return 'rename';
  return action === 'none' ? 'keep' : action;
}

function renderChange(change: Change, mark: Mark, width: number, paint: Paint): string {
  const name = nameOf(change).padEnd(width);
  const action = verbOf(change).padEnd(7);
  const warning =
    change.warning === undefined
      ? ''
      : `          ${paint('yellow', `warning: ${printable(change.warning)}`)}`;
  return `  ${paint(mark.style, `${mark.symbol} ${name}  ${action}`)}  ${printable(describeRow(change))}${warning}`;
}

/** A rename counts as the two changes that it consists of. */
function describeRow(change: Change): string {
  const isBlocked = change.rename !== undefined && change.blocked?.rail === 'rename';
  return `${isBlocked ? 'create and delete ' : ''}${describeChange(change)}`;
}

/** The names behind a plan's last count, where every name is wanted. */
export function renderUnmanaged({ changes, summary }: Plan, detail: TextOptions['detail']): string {
  if (detail !== 'verbose' || summary.unmanaged === 0) return '';
  const names = changes.filter(({ reason }) => reason === 'not-ours').map(({ name }) => printable(name));
  const nameless = summary.unmanaged - names.length;
  return `unmanaged: ${[...names, ...(nameless === 0 ? [] : [`${nameless} without a name`])].join(', ')}\n`;
}

/** `Plan: 1 to create, …` and `11 requests (…) … Plan sha256:…`. */
export function renderClosingLines({ summary, requests, digest }: Plan): string {
  const counts = [
    `${summary.create} to create`,
    `${summary.update} to update`,
    `${summary.replace} to replace`,
    `${summary.delete} to delete`,
    `${summary.blocked} blocked`,
    `${summary.unchanged} unchanged`,
    `${summary.kept} kept`,
    `${summary.notSelected} not selected`,
    `${summary.unmanaged} unmanaged`,
  ];
  const { tier1, tier2, estimatedSeconds } = requests;
  const total = tier1 + tier2;
  const cost = `${total} ${total === 1 ? 'request' : 'requests'} (${tier1} ${tier1 === 1 ? 'read' : 'reads'}, ${tier2} ${tier2 === 1 ? 'write' : 'writes'})`;
  return `Plan: ${counts.join(', ')}.\n${cost}, about ${estimatedSeconds} s under Qlik's limits. Plan ${digest}\n`;
}

/** `update kpi-card: 4 apps, 312 people in 28 days`; empty where apps were not read. */
export function renderPlanImpact(
  { plan, impact }: Pick<PlanReport, 'plan' | 'impact'>,
  paint: Paint,
): string {
  if (impact === undefined) return '';
  const actions = new Map(plan.changes.map(({ name, action }) => [name, action]));
  const lines = impact.extensions.map(({ extension, uses }) => {
    const none = isWhole(impact) ? 'no visible app' : 'no use found';
    const reach = uses.length === 0 ? none : describeReach(uses);
    return `  ${actions.get(extension) ?? 'change'} ${printable(extension)}: ${reach}\n`;
  });
  if (lines.length === 0) return '';
  const gaps = isWhole(impact) ? '' : `  incomplete: ${printable(describeGaps(impact))}\n`;
  return `Apps that use what changes:\n${lines.join('')}${gaps}${renderUsageOff(impact, paint)}`;
}

/** Shown below the plan. */
export function renderApply(report: ApplyReport, paint: Paint): string {
  const { outcomes, originOutcomes = [] } = report;
  const problems = renderProblems([...originOutcomes, ...outcomes], paint);
  return `\n${problems}${renderApplied(report)}${renderAppliedOrigins(originOutcomes)}${renderAfterRollback(report)}`;
}

/** One line per change; also the progress line if nothing is redrawn. */
export function renderOutcome(outcome: Outcome, paint: Paint): string {
  const { name, status, error } = outcome;
  const words = `${printable(name)}  ${printable(describeOutcome(outcome))}\n`;
  if (status === 'done') {
    const symbol = outcome.overwrote === undefined ? paint('green', '✓') : paint('red', '!');
    return `  ${symbol} ${words}`;
  }
  const symbol = status === 'not-attempted' ? paint('yellow', '·') : paint('red', '✗');
  const hint = error?.hint === undefined ? '' : `    ${printable(error.hint)}\n`;
  return `  ${symbol} ${words}${hint}`;
}

/** Changes that went well were shown as they happened; the others belong to the result. */
function renderProblems(outcomes: readonly Outcome[], paint: Paint): string {
  const problems = outcomes.filter(({ status, overwrote }) => status !== 'done' || overwrote !== undefined);
  return problems.map((outcome) => renderOutcome(outcome, paint)).join('');
}

/** Of entries of the Content Security Policy. */
function renderAppliedOrigins(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return '';
  const { created, updated, deleted, failed, notAttempted } = countOutcomes(outcomes);
  return `Content Security Policy: ${created} created, ${updated} updated, ${deleted} deleted, ${failed} failed, ${notAttempted} not attempted.\n`;
}

function renderApplied({ outcomes, originOutcomes = [], plan, ms }: ApplyReport): string {
  const blocked = plan.summary.blocked + blockedOriginsOf(plan.origins).length;
  if (outcomes.length + originOutcomes.length === 0 && blocked === 0) return 'Nothing to do.\n';
  const { created, updated, replaced, deleted, failed, notAttempted } = countOutcomes(outcomes);
  const counts = `${created} created, ${updated} updated, ${replaced} replaced, ${deleted} deleted`;
  const applied = `Applied: ${counts}, ${failed} failed, ${notAttempted} not attempted, ${blocked} blocked, in ${(ms / 1000).toFixed(1)} s.\n`;
  const cutShort = outcomes.filter(({ error }) => error?.code === 'out-of-time');
  if (cutShort.length === 0) return `${applied}${renderReload(outcomes, plan)}`;
  const left = outcomes.filter((each) => each.status === 'not-attempted' || cutShort.includes(each));
  return `${applied}Out of time: ${left.length} of ${outcomes.length} not done, deletes last; run again to continue.\n${renderReload(outcomes, plan)}`;
}

/** Qlik's pages fetch an extension once: navigating within them does not load the new one. */
export const reloadHint = 'Browsers that are open keep the old version until the page is fully reloaded.';

function renderReload(outcomes: readonly Outcome[], { changes }: Plan): string {
  const same = new Set(changes.filter(keepsContent).map(({ name }) => name));
  const replacesContent = ({ name, action, status, bytes }: Outcome): boolean =>
    (action === 'update' || action === 'replace') &&
    status === 'done' &&
    bytes !== undefined &&
    !same.has(name);
  if (!outcomes.some(replacesContent)) return '';
  return `${reloadHint}\n`;
}

/** Uploaded again for its marker alone. */
function keepsContent({ reason, desired, actual }: Change): boolean {
  if (reason === 'marker-missing' || reason === 'marker-outdated') return true;
  const isTaken = reason === 'adopted' || reason === 'ownership-taken';
  return isTaken && actual?.digest !== undefined && desired?.digest.startsWith(actual.digest) === true;
}
