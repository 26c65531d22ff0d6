/** Everything in a run that needs attention, as one list: what annotations and code-quality files show. */

import { posix } from 'node:path';
import type { Check } from '../core/check.js';
import { exitCodes } from '../core/exit-codes.js';
import { count, listNames } from '../core/format.js';
import { describeGaps } from '../core/impact/gate.js';
import { isWhole } from '../core/impact/tally.js';
import type { Finding, Severity } from '../core/model.js';
import type { Outcome } from '../core/outcome.js';
import { isWorse, type Preview } from '../core/preview.js';
import type { Pulled } from '../core/pulled.js';
import { describeChange, describeOutcome } from './change-words.js';
import { nameOfPlace } from './counts.js';
import type { Drift } from './drift.js';
import type { UnreachedEnvironment } from './fleet-status.js';
import type { Failure, ReportParts, RunResult } from './run-result.js';

/** The worst first, since CI systems show only the first ones. */
export function issuesOf(result: RunResult): readonly Issue[] {
  const issues = issuesByPart(result).flat();
  return severities.flatMap((severity) => issues.filter((issue) => issue.severity === severity));
}

const severities = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

/**
 * One list for each part. If several environments find an issue in the same file, it is listed once, in the first of them,
 * and without an environment.
 */
export function issuesByPart({ parts, folder }: RunResult): readonly (readonly Issue[])[] {
  const lists = parts.map((part) => partIssues(part, folder));
  const homes = homesOf(lists);
  return lists.map((issues, index) => {
    const environment = nameOfPlace(parts[index]?.header ?? {});
    const about = parts.length === 1 || environment === undefined ? {} : { environment };
    return issues.flatMap((issue) => {
      const [home, ...others] = homes.get(identityOf(issue)) ?? [];
      if (others.length === 0) return [{ ...issue, ...about }];
      return home === index ? [issue] : [];
    });
  });
}

/** The lists that hold each issue of a file. */
function homesOf(lists: readonly (readonly Issue[])[]): ReadonlyMap<string, ReadonlySet<number>> {
  const homes = new Map<string, Set<number>>();
  for (const [index, issues] of lists.entries()) {
    for (const issue of issues.filter(({ file }) => file !== undefined)) {
      const identity = identityOf(issue);
      homes.set(identity, (homes.get(identity) ?? new Set()).add(index));
    }
  }
  return homes;
}

function identityOf(issue: Issue): string {
  return JSON.stringify(issue);
}

/** The message with what it is about and what to do, for formats that have a single field for it. */
export function sentenceOf({ environment, extension, message, hint }: Issue): string {
  const words = [environment, extension, message].filter((word) => word !== undefined).join(': ');
  return hint === undefined ? words : `${words}\n${hint}`;
}

export interface Issue {
  /** A rule's id, `blocked-<rail>`, `refused`, a status of an outcome, `run-failed` … */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** The name of the extension it is about, if any. */
  readonly extension?: string;
  /** Relative to the repository's root, with `/`. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** Set where the run has several environments; absent for issues that they share. */
  readonly environment?: string;
}

/** In the order of the run: why it stopped, how each change ended, what the rules say. */
function partIssues(part: ReportParts, folder: string): readonly Issue[] {
  const { failure, refusals = [], findings = [] } = part;
  const stopped =
    failure === undefined ? refusals.map((refusal) => ({ ...refusal, ...refused })) : [failureIssue(failure)];
  const issues = [...stopped, ...resultIssues(part), ...findings.map(findingIssue)];
  return issues.map((issue) => locate(issue, folder));
}

function resultIssues(part: ReportParts): readonly Issue[] {
  switch (part.kind) {
    case 'plan':
      return blockedIssues(part, 'warning');
    case 'apply':
      return [...(part.outcomes ?? []).flatMap(outcomeIssues), ...blockedIssues(part, 'error')];
    case 'drift':
      return (part.drift ?? []).flatMap(driftIssues);
    case 'preview':
      return (part.previews ?? []).flatMap((preview) => previewIssues(preview, part.exitCode));
    case 'pull':
      return (part.pulled ?? []).flatMap(pullIssues);
    case 'impact':
      return impactIssues(part);
    case 'doctor':
      return (part.checks ?? []).flatMap(checkIssues);
    case 'fleet':
      return (part.unreached ?? []).map(unreachedIssue);
    case 'validate':
    case 'pack':
    case 'init':
    case 'history':
    case 'config':
    case 'environments':
    case 'unreported':
      return [];
  }
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

/** `severity`: a warning in a plan; an error once the change was to be applied, since it was not made. */
function blockedIssues({ plan }: ReportParts, severity: Severity): readonly Issue[] {
  return (plan?.changes ?? []).flatMap((change) => {
    const { blocked, name, action } = change;
    if (blocked === undefined) return [];
    const message = `${action} ${describeChange(change)}`;
    return [{ id: `blocked-${blocked.rail}`, severity, message, extension: name }];
  });
}

/** Known or ignored drift raises no alarm. */
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

/** An error only if the run was to fail for it. */
function previewIssues(preview: Preview, exitCode: ReportParts['exitCode']): readonly Issue[] {
  if (!isWorse(preview)) return [];
  const { name, new: fresh } = preview;
  const severity = exitCode === exitCodes.refused ? 'error' : 'warning';
  const message = `${fresh.result}: ${fresh.why ?? 'nothing is drawn'}`;
  return [{ id: `preview-${fresh.result}`, severity, message, extension: name }];
}

function findingIssue({ rule, ...rest }: Finding): Issue {
  return { id: rule, ...rest };
}

/** What an answer about apps lacks; the page and the comment name each of the apps. */
function impactIssues({ impact, exitCode }: ReportParts): readonly Issue[] {
  if (impact === undefined || isWhole(impact)) return [];
  const severity = exitCode === exitCodes.ok ? 'warning' : 'error';
  const message = `The answer is incomplete: ${describeGaps(impact)}.`;
  return [{ id: 'apps-unknown', severity, message }];
}

function checkIssues({ name, status, message, hint }: Check): readonly Issue[] {
  if (status !== 'failed' && status !== 'warning') return [];
  const advice = hint === undefined ? {} : { hint };
  const severity = status === 'failed' ? 'error' : 'warning';
  return [{ id: `check-${name}`, severity, message: `${name}: ${message}`, ...advice }];
}

function unreachedIssue({ environment, message }: UnreachedEnvironment): Issue {
  return { id: 'not-reached', severity: 'error', message: `${environment}: ${message}` };
}

function locate(issue: Issue, folder: string): Issue {
  const { file } = issue;
  return file === undefined || folder === '' ? issue : { ...issue, file: posix.join(folder, file) };
}

/** At most `limit` issues of each severity, the worst first; the last one counts the rest. For logs that CI systems read. */
export function limitIssues(result: RunResult, limit: number): readonly Issue[] {
  const issues = issuesOf(result);
  const severities = [...new Set(issues.map(({ severity }) => severity))];
  return severities.flatMap((severity) =>
    sumUp(
      issues.filter((issue) => issue.severity === severity),
      severity,
      limit,
    ),
  );
}

function sumUp(issues: readonly Issue[], severity: Severity, limit: number): readonly Issue[] {
  if (issues.length <= limit) return issues;
  const shown = issues.slice(0, limit - 1);
  const left = issues.slice(limit - 1);
  const named = [...new Set(left.map(({ extension }) => extension).filter((name) => name !== undefined))];
  const about = named.length === 0 ? '' : `: ${listNames(named, 10)}`;
  const message = `${count(left.length, `further ${words[severity]}`)}${about}. The report lists them all.`;
  return [...shown, { id: 'further', severity, message }];
}

const words = { error: 'error', warning: 'warning', info: 'notice' } as const;
