/** One run in a few words: what a title says and which colour it has. */

import type { Check } from '../core/check.js';
import { count } from '../core/format.js';
import type { Impact } from '../core/impact/impact.js';
import { isWhole } from '../core/impact/tally.js';
import type { PlanSummary } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import type { Pulled } from '../core/pulled.js';
import type { ResolvedTarget } from './config.js';
import type { Drift } from './drift.js';
import type { PastRun } from './history.js';
import type { ReportParts } from './run-result.js';

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

// The verdict of commands that change nothing and answer a question.

/** Only what is whole is an answer; whatever it says, the apps that were not opened come first. */
export function judgeImpact({ impact, question }: ReportParts): Verdict {
  if (impact === undefined || !isWhole(impact)) return { tone: 'attention', words: describeLack(impact) };
  const { extensions } = impact;
  if (question === 'unused') return { tone: 'good', words: `${extensions.length} unused` };
  if (question === 'missing') {
    const tone = extensions.length === 0 ? 'good' : 'attention';
    return { tone, words: `${extensions.length} missing` };
  }
  const apps = new Set(extensions.flatMap(({ uses }) => uses.map(({ app }) => app.id)));
  return { tone: 'good', words: count(apps.size, 'app') };
}

function describeLack(impact: Impact | undefined): string {
  const { unopened = [], apps } = impact ?? {};
  if (unopened.length > 0) return `${count(unopened.length, 'app')} not opened`;
  return apps?.listed === 0 ? 'no app to be seen' : 'not whole';
}

export function judgeChecks(checks: readonly Check[]): Verdict {
  const number = (status: Check['status']): number =>
    checks.filter((check) => check.status === status).length;
  const [failed, warnings, unknown] = [number('failed'), number('warning'), number('unknown')];
  if (failed > 0) return { tone: 'bad', words: `${count(failed, 'check')} failed` };
  if (warnings > 0) return { tone: 'attention', words: count(warnings, 'warning') };
  return { tone: 'good', words: `${number('ok')} ok${unknown === 0 ? '' : `, ${unknown} unknown`}` };
}

export function judgeHistory(runs: readonly PastRun[]): Verdict {
  const [last] = runs;
  if (last === undefined) return { tone: 'good', words: 'nothing recorded' };
  if (last.result === 'died') return { tone: 'attention', words: 'the last run died' };
  return { tone: 'good', words: count(runs.length, 'run') };
}

export function judgeTarget({ kind }: ResolvedTarget): Verdict {
  if (kind === 'problem') return { tone: 'bad', words: 'tenant not usable' };
  return kind === 'none' ? { tone: 'attention', words: 'no tenant' } : { tone: 'good', words: 'usable' };
}

/** Which colour a run has. */
export type Tone = 'good' | 'news' | 'attention' | 'bad';

/** One run in a few words. */
export interface Verdict {
  readonly tone: Tone;
  readonly words: string;
}
