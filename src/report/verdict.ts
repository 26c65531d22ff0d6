/** One run in a few words: what a title says and which colour it has. */

import { count } from '../core/format.js';
import type { Outcome, PlanSummary } from '../core/model.js';
import type { Pulled } from '../core/pulled.js';
import { judgeChecks, judgeHistory, judgeImpact, judgeTarget } from './answer-verdict.js';
import type { Drift } from './drift/report.js';
import type { ReportParts } from './run-result.js';
import type { Verdict } from './tone.js';

export function verdictOf(part: ReportParts): Verdict {
  const { failure, outcomes, plan, refusals = [] } = part;
  if (failure !== undefined) return judgeFailure(part);
  if (outcomes !== undefined) return judgeOutcomes(outcomes, plan?.summary.blocked ?? 0);
  if (part.drift !== undefined) return judgeDrift(part.drift);
  if (part.pulled !== undefined) return judgePull(part.pulled);
  if (part.question !== undefined) return judgeImpact(part);
  if (part.checks !== undefined) return judgeChecks(part.checks);
  if (part.runs !== undefined) return judgeHistory(part.runs);
  if (part.target !== undefined) return judgeTarget(part.target);
  if (part.reports?.length === 0) return { tone: 'good', words: 'no environment in this shard' };
  if (plan === undefined) return judgeFindings(part);
  if (writing.has(part.header.command)) return { tone: 'attention', words: 'not applied' };
  if (refusals.length > 0) return { tone: 'bad', words: 'apply would refuse' };
  return judgePlan(plan.summary);
}

/** Commands whose plan is to be applied: what they only showed was not. */
const writing: ReadonlySet<string> = new Set(['apply', 'adopt', 'rollback', 'promote']);

function judgeFailure({ exitCode }: ReportParts): Verdict {
  const words =
    exitCode === 130 ? 'interrupted' : exitCode === 6 ? 'refused' : exitCode === 7 ? 'stopped' : 'failed';
  return { tone: 'bad', words };
}

function judgeOutcomes(outcomes: readonly Outcome[], blocked: number): Verdict {
  const done = outcomes.filter(({ status }) => status === 'done').length;
  if (done < outcomes.length)
    return { tone: 'bad', words: `${done} of ${count(outcomes.length, 'change')} applied` };
  if (outcomes.some(({ overwrote }) => overwrote !== undefined)) {
    return { tone: 'bad', words: 'applied, over somebody’s edit' };
  }
  if (blocked > 0)
    return { tone: 'attention', words: `${count(done, 'change')} applied, ${blocked} blocked` };
  return { tone: 'good', words: done === 0 ? 'nothing to do' : `${count(done, 'change')} applied` };
}

function judgePlan({ create, update, replace, delete: deletes, blocked }: PlanSummary): Verdict {
  const changes = create + update + replace + deletes;
  if (blocked > 0) {
    const words = changes === 0 ? `${blocked} blocked` : `${count(changes, 'change')}, ${blocked} blocked`;
    return { tone: 'attention', words };
  }
  return changes === 0
    ? { tone: 'good', words: 'no changes' }
    : { tone: 'news', words: count(changes, 'change') };
}

function judgeDrift(drift: readonly Drift[]): Verdict {
  const n = drift.filter(({ alarm }) => alarm === 'new').length;
  return n === 0 ? { tone: 'good', words: 'no drift' } : { tone: 'attention', words: count(n, 'departure') };
}

function judgePull(pulled: readonly Pulled[]): Verdict {
  const isWell = ({ result }: Pulled): boolean => /^(written|updated|unchanged)$/.test(result);
  const well = pulled.filter(isWell).length;
  if (well < pulled.length) return { tone: 'bad', words: `${well} of ${pulled.length} pulled` };
  return { tone: 'good', words: `${count(well, 'extension')} pulled` };
}

function judgeFindings({ findings = [] }: ReportParts): Verdict {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return { tone: 'bad', words: count(errors, 'error') };
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (warnings > 0) return { tone: 'attention', words: count(warnings, 'warning') };
  return { tone: 'good', words: 'no problems' };
}
