/** What somebody has to look at in one environment. */

import { posix } from 'node:path';
import { describeGaps } from '../core/impact-gate.js';
import { isWhole } from '../core/impact-tally.js';
import type { Change, Finding, Outcome, Severity } from '../core/model.js';
import type { Pulled } from '../core/pulled.js';
import { describeChange } from './change-words.js';
import type { Check } from './doctor/report.js';
import type { Drift } from './drift/report.js';
import { describeOutcome } from './outcome-words.js';
import type { Failure, ReportParts } from './run-result.js';

export interface Issue {
  /** A rule's id, `blocked-<rail>`, `refused`, a status of an outcome, `run-failed` … */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** The extension's name, where it belongs to one. */
  readonly extension?: string;
  /** Relative to the repository's root, with `/`. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** Which environment, where the run has several; absent for what they share. */
  readonly environment?: string;
}

/** In the order of the run: why it stopped, what became of the changes, what the rules say. */
export function partIssues(part: ReportParts, folder: string): readonly Issue[] {
  const { failure, refusals = [], outcomes = [], plan, findings = [], drift = [], pulled = [] } = part;
  const issues = [
    ...(failure === undefined ? [] : [failureIssue(failure)]),
    ...(failure === undefined ? refusals.map((refusal) => ({ ...refusal, ...refused })) : []),
    ...outcomes.flatMap(outcomeIssues),
    ...drift.flatMap(driftIssues),
    ...pulled.flatMap(pullIssues),
    ...(drift.length > 0 ? [] : (plan?.changes ?? [])).flatMap((change) => blockedIssues(change, part)),
    ...findings.map(findingIssue),
    ...impactIssues(part),
    ...(part.checks ?? []).flatMap(checkIssues),
  ];
  return issues.map((issue) => locate(issue, folder));
}

const refused = { id: 'refused', severity: 'error' } as const;

function failureIssue({ traceId, message, ...rest }: Failure): Issue {
  const trace = traceId === undefined ? '' : ` (trace ${traceId})`;
  return { id: 'run-failed', severity: 'error', message: `${message}${trace}`, ...rest };
}

function outcomeIssues(outcome: Outcome): readonly Issue[] {
  const { name, status, error, overwrote } = outcome;
  const about = { extension: name };
  if (status === 'done') {
    if (overwrote === undefined) return [];
    return [{ id: 'overwrote', severity: 'error', message: overwrote, ...about }];
  }
  const severity = status === 'not-attempted' ? 'warning' : 'error';
  const hint = error?.hint === undefined ? {} : { hint: error.hint };
  return [{ id: status, severity, message: describeOutcome(outcome), ...hint, ...about }];
}

/** Once it was to be applied, a change that is blocked is one that was not made. */
function blockedIssues(change: Change, { outcomes }: ReportParts): readonly Issue[] {
  const { blocked, name, action } = change;
  if (blocked === undefined) return [];
  const severity = outcomes === undefined ? 'warning' : 'error';
  const message = `${action} ${describeChange(change)}`;
  return [{ id: `blocked-${blocked.rail}`, severity, message, extension: name }];
}

/** What is known or agreed alarms nobody. */
function driftIssues({ name, kind, message, alarm }: Drift): readonly Issue[] {
  if (alarm !== 'new') return [];
  return [{ id: `drift-${kind}`, severity: 'warning', message, extension: name }];
}

function pullIssues({ name, result, message, hint, folder }: Pulled): readonly Issue[] {
  if (result === 'written' || result === 'updated' || result === 'unchanged') return [];
  const advice = hint === undefined ? {} : { hint };
  const words = message ?? `${folder ?? name} was not written`;
  return [{ id: `pull-${result}`, severity: 'error', message: words, extension: name, ...advice }];
}

function findingIssue({ rule, ...rest }: Finding): Issue {
  return { id: rule, ...rest };
}

/** What an answer about apps lacks; the page and the comment name each of them. */
function impactIssues({ impact, question, exitCode }: ReportParts): readonly Issue[] {
  if (impact === undefined || question === undefined || isWhole(impact)) return [];
  const severity = exitCode === 0 ? 'warning' : 'error';
  const message = `The answer is not whole: ${describeGaps(impact)}.`;
  return [{ id: 'apps-unknown', severity, message }];
}

function checkIssues({ name, status, message, hint }: Check): readonly Issue[] {
  if (status !== 'failed' && status !== 'warning') return [];
  const advice = hint === undefined ? {} : { hint };
  const severity = status === 'failed' ? 'error' : 'warning';
  return [{ id: `check-${name}`, severity, message: `${name}: ${message}`, ...advice }];
}

function locate(issue: Issue, folder: string): Issue {
  const { file } = issue;
  return file === undefined || folder === '' ? issue : { ...issue, file: posix.join(folder, file) };
}
