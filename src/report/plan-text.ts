/** A plan as a person reads it. The two closing lines are a documented format. */

import { isWritten } from '../core/change.js';
import { describeGaps, describeReach } from '../core/impact/gate.js';
import { isWhole } from '../core/impact/tally.js';
import type { Change, Plan } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { countOutcomes } from '../core/past-run.js';
import { shellOption, shellWord } from '../core/shell-word.js';
import { type ChangeKind, changeKinds, describeChange, describeOutcome, kindOf } from './change-words.js';
import { renderUsageOff } from './impact.js';
import { type Paint, printable, type Style } from './paint.js';
import type { ApplyReport, PlanReport } from './plan.js';

interface Row {
  readonly symbol: string;
  readonly style: Style;
}

const rows = {
  create: { symbol: '+', style: 'green' },
  update: { symbol: '~', style: 'yellow' },
  replace: { symbol: '±', style: 'magenta' },
  delete: { symbol: '-', style: 'red' },
  blocked: { symbol: '!', style: 'red' },
  kept: { symbol: '=', style: 'dim' },
} as const satisfies Record<ChangeKind, Row>;

/** Changes to make, in the order of their kinds, then blocked and kept ones. Names in sync are only counted. */
export function renderChanges(decided: readonly Change[], paint: Paint): string {
  const changes = decided.flatMap(joinRename);
  const width = Math.max(
    14,
    ...changes.filter((change) => kindOf(change) !== undefined).map((change) => nameOf(change).length),
  );
  const lines = changeKinds.flatMap((kind) =>
    changes
      .filter((change) => kindOf(change) === kind)
      .map((change) => renderChange(change, rows[kind], width, paint)),
  );
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** The two sides of a rename are one change of identity, shown where the new name stands. */
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

function renderChange(change: Change, row: Row, width: number, paint: Paint): string {
  const name = nameOf(change).padEnd(width);
  const action = verbOf(change).padEnd(7);
  const warning =
    change.warning === undefined
      ? ''
      : `          ${paint('yellow', `warning: ${printable(change.warning)}`)}`;
  return `  ${paint(row.style, `${row.symbol} ${name}  ${action}`)}  ${printable(describeChange(change))}${warning}`;
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

// The apps that a plan touches: `update kpi-card: 4 apps, 312 people in 28 days`.

/** Nothing where nobody looked. */
export function renderPlanImpact(
  { plan, impact }: Pick<PlanReport, 'plan' | 'impact'>,
  paint: Paint,
): string {
  if (impact === undefined) return '';
  const actions = new Map(plan.changes.map(({ name, action }) => [name, action]));
  const lines = impact.extensions.map(({ extension, uses }) => {
    const none = isWhole(impact) ? 'no visible app' : 'no use seen';
    const reach = uses.length === 0 ? none : describeReach(uses);
    return `  ${actions.get(extension) ?? 'change'} ${printable(extension)}: ${reach}\n`;
  });
  if (lines.length === 0) return '';
  const gaps = isWhole(impact) ? '' : `  at least that: ${printable(describeGaps(impact))}\n`;
  return `Apps that use what changes:\n${lines.join('')}${gaps}${renderUsageOff(impact, paint)}`;
}

// What became of the changes of a plan, for people.

/** Below the plan, which was shown before. */
export function renderApply(report: ApplyReport, paint: Paint): string {
  return `\n${renderProblems(report.outcomes, paint)}${renderApplied(report)}${renderRedo(report)}`;
}

/** One line a change; also the progress line where nothing redraws. */
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

/** What is done was told as it happened; what is not belongs to the result. */
function renderProblems(outcomes: readonly Outcome[], paint: Paint): string {
  const problems = outcomes.filter(({ status, overwrote }) => status !== 'done' || overwrote !== undefined);
  return problems.map((outcome) => renderOutcome(outcome, paint)).join('');
}

function renderApplied({ outcomes, plan, ms }: ApplyReport): string {
  const { blocked } = plan.summary;
  if (outcomes.length === 0 && blocked === 0) return 'Nothing to do.\n';
  const { created, updated, replaced, deleted, failed, notAttempted } = countOutcomes(outcomes);
  const counts = `${created} created, ${updated} updated, ${replaced} replaced, ${deleted} deleted`;
  const applied = `Applied: ${counts}, ${failed} failed, ${notAttempted} not attempted, ${blocked} blocked, in ${(ms / 1000).toFixed(1)} s.\n`;
  const cutShort = outcomes.filter(({ error }) => error?.code === 'out-of-time');
  if (cutShort.length === 0) return applied;
  const left = outcomes.filter((each) => each.status === 'not-attempted' || cutShort.includes(each));
  return `${applied}Out of time: ${left.length} of ${outcomes.length} are left, deletes last; run again to go on.\n`;
}

/** The folders still say otherwise. */
function renderRedo(report: ApplyReport): string {
  const { undoes, outcomes } = report;
  if (undoes === undefined) return '';
  const goOn = describeGoOn(report);
  const left = goOn === undefined ? '' : `Not everything is undone. To go on: ${printable(goOn)}\n`;
  if (!outcomes.some(({ status }) => status === 'done')) return left;
  return `${left}The next apply from the folders makes these changes again: undo them there too.\n`;
}

// The command line that goes on with a rollback which did not come to its end. Without words it would undo itself.

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
