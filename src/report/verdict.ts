/** A run in a few words: what a title says, and its colour. */

import type { Check } from '../core/check.js';
import { exitCodes } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import type { Impact } from '../core/impact/impact.js';
import { isWhole } from '../core/impact/tally.js';
import { countKinds } from '../core/kind.js';
import type { Plan } from '../core/model.js';
import { blockedOriginsOf, originWorkOf } from '../core/origins/model.js';
import type { Outcome } from '../core/outcome.js';
import { applyingCommands } from '../core/past-run.js';
import { isWorse, type Preview } from '../core/preview.js';
import type { Pulled } from '../core/pulled.js';
import type { ResolvedTarget } from './config.js';
import type { Drift } from './drift.js';
import type { PastRun } from './history.js';
import { originsOf, type ReportParts } from './run-result.js';

/** What colour a run has. */
export type Tone = 'good' | 'news' | 'attention' | 'bad';

interface Verdict {
  readonly tone: Tone;
  readonly words: string;
}

export function verdictOf(part: ReportParts): Verdict {
  return part.failure === undefined ? judge(part) : judgeFailure(part);
}

function judge(part: ReportParts): Verdict {
  switch (part.kind) {
    case 'apply':
      return judgeOutcomes(
        [...(part.originOutcomes ?? []), ...(part.outcomes ?? [])],
        (part.plan?.summary.blocked ?? 0) + blockedOriginsOf(part.plan?.origins).length,
      );
    case 'plan':
      return judgePlan(part);
    case 'drift':
      return judgeDrift(part.drift ?? [], originsOf(part)?.missing.length ?? 0);
    case 'preview':
      return judgePreviews(part.previews ?? []);
    case 'pull':
      return judgePull(part.pulled ?? []);
    case 'impact':
      return judgeImpact(part);
    case 'doctor':
      return judgeChecks(part.checks ?? []);
    case 'fleet':
      return judgeFleet(part);
    case 'history':
      return judgeHistory(part.runs ?? []);
    case 'config':
      return judgeTarget(part.target);
    case 'environments':
      return { tone: 'good', words: 'no environment in this shard' };
    case 'validate':
    case 'pack':
    case 'init':
    case 'unreported':
      return judgeFindings(part);
  }
}

function judgeFailure({ exitCode }: ReportParts): Verdict {
  return { tone: 'bad', words: failureWords.get(exitCode) ?? 'failed' };
}

const failureWords: ReadonlyMap<number, string> = new Map([
  [exitCodes.interrupted, 'interrupted'],
  [exitCodes.refused, 'refused'],
  [exitCodes.conflict, 'stopped'],
]);

function judgeOutcomes(outcomes: readonly Outcome[], blocked: number): Verdict {
  const done = outcomes.filter(({ status }) => status === 'done').length;
  if (done < outcomes.length)
    return { tone: 'bad', words: `${done} of ${count(outcomes.length, 'change')} applied` };
  if (outcomes.some(({ overwrote }) => overwrote !== undefined)) {
    return { tone: 'bad', words: 'applied, but overwrote someone’s edit' };
  }
  if (blocked > 0)
    return { tone: 'attention', words: `${count(done, 'change')} applied, ${blocked} blocked` };
  return { tone: 'good', words: done === 0 ? 'nothing to do' : `${count(done, 'change')} applied` };
}

/** These commands are meant to apply their plan: if it was only shown, nothing was done. */
const applying: ReadonlySet<string> = new Set(applyingCommands);

function judgePlan({ plan, header, refusals = [] }: ReportParts): Verdict {
  if (applying.has(header.command)) return { tone: 'attention', words: 'not applied' };
  if (refusals.length > 0) return { tone: 'bad', words: 'apply would refuse' };
  return plan === undefined ? { tone: 'good', words: 'no changes' } : judgeSummary(plan);
}

function judgeSummary({ summary, origins }: Plan): Verdict {
  const { create, update, replace, delete: deletes } = summary;
  const written = originWorkOf(origins).length;
  const blocked = summary.blocked + blockedOriginsOf(origins).length;
  const changes = create + update + replace + deletes + written;
  if (blocked > 0) {
    const words = changes === 0 ? `${blocked} blocked` : `${count(changes, 'change')}, ${blocked} blocked`;
    return { tone: 'attention', words };
  }
  return changes === 0
    ? { tone: 'good', words: 'no changes' }
    : { tone: 'news', words: count(changes, 'change') };
}

/** @param closed declared hosts that the tenant does not open */
function judgeDrift(drift: readonly Drift[], closed: number): Verdict {
  const n = drift.filter(({ alarm }) => alarm === 'new').length + closed;
  return n === 0 ? { tone: 'good', words: 'no drift' } : { tone: 'attention', words: count(n, 'difference') };
}

function judgePull(pulled: readonly Pulled[]): Verdict {
  const isWell = ({ result }: Pulled): boolean => /^(written|updated|unchanged)$/.test(result);
  const well = pulled.filter(isWell).map(({ name }) => name);
  if (well.length < pulled.length) return { tone: 'bad', words: `${well.length} of ${pulled.length} pulled` };
  return { tone: 'good', words: `${countKinds(well)} pulled` };
}

function judgePreviews(previews: readonly Preview[]): Verdict {
  if (previews.length === 0) return { tone: 'good', words: 'nothing to preview' };
  const worse = previews.filter(isWorse).length;
  if (worse > 0) return { tone: 'bad', words: `${count(worse, 'extension')} blank or failing` };
  const differing = previews.filter(({ difference }) => (difference?.pixels ?? 0) > 0).length;
  if (differing > 0) return { tone: 'news', words: `${count(differing, 'extension')} drawn differently` };
  return { tone: 'good', words: `${count(previews.length, 'extension')} previewed` };
}

function judgeFindings({ findings = [] }: ReportParts): Verdict {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) return { tone: 'bad', words: count(errors, 'error') };
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (warnings > 0) return { tone: 'attention', words: count(warnings, 'warning') };
  return { tone: 'good', words: 'no problems' };
}

/** An incomplete answer says first what it lacks, whatever it found. */
function judgeImpact({ impact, question }: ReportParts): Verdict {
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
  return apps?.listed === 0 ? 'no app visible' : 'incomplete';
}

function judgeChecks(checks: readonly Check[]): Verdict {
  const number = (status: Check['status']): number =>
    checks.filter((check) => check.status === status).length;
  const [failed, warnings, unknown] = [number('failed'), number('warning'), number('unknown')];
  if (failed > 0) return { tone: 'bad', words: `${count(failed, 'check')} failed` };
  if (warnings > 0) return { tone: 'attention', words: count(warnings, 'warning') };
  return { tone: 'good', words: `${number('ok')} ok${unknown === 0 ? '' : `, ${unknown} unknown`}` };
}

function judgeFleet({ status, unreached = [] }: ReportParts): Verdict {
  const { seen, behind, unlisted } = status ?? { seen: 0, behind: [], unlisted: [] };
  if (unreached.length > 0) return { tone: 'bad', words: `${count(unreached.length, 'tenant')} not reached` };
  if (unlisted.length > 0)
    return { tone: 'attention', words: `themes of ${count(unlisted.length, 'tenant')} unknown` };
  if (behind.length > 0)
    return { tone: 'news', words: `${behind.length} of ${count(seen, 'tenant')} behind` };
  return { tone: 'good', words: `${count(seen, 'tenant')} up to date` };
}

function judgeHistory(runs: readonly PastRun[]): Verdict {
  const [last] = runs;
  if (last === undefined) return { tone: 'good', words: 'nothing recorded' };
  if (last.result === 'died') return { tone: 'attention', words: 'the last run died' };
  return { tone: 'good', words: count(runs.length, 'run') };
}

function judgeTarget(target: ResolvedTarget | undefined): Verdict {
  if (target === undefined || target.kind === 'none') return { tone: 'attention', words: 'no tenant' };
  if (target.kind === 'problem') return { tone: 'bad', words: 'tenant not usable' };
  return { tone: 'good', words: 'usable' };
}
