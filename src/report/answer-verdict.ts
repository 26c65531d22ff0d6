/** The verdict of commands that change nothing and answer a question. */

import { count } from '../core/format.js';
import type { Impact } from '../core/impact.js';
import { isWhole } from '../core/impact-tally.js';
import type { ResolvedTarget } from './config/report.js';
import type { Check } from './doctor/report.js';
import type { PastRun } from './history/report.js';
import type { ReportParts } from './run-result.js';
import type { Verdict } from './tone.js';

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
