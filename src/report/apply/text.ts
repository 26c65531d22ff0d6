/** What became of the changes of a plan, for people. */

import { countOutcomes } from '../../core/count-outcomes.js';
import type { Outcome } from '../../core/model.js';
import { describeGoOn } from '../go-on.js';
import { describeOutcome } from '../outcome-words.js';
import { type Paint, printable } from '../paint.js';
import type { ApplyReport } from '../plan/report.js';

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
