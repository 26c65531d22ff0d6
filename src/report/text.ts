/** Every report as text for people. */

import { count, formatBytes } from '../core/format.js';
import type { Finding, Outcome } from '../core/model.js';
import { renderConfig } from './config-text.js';
import { renderComparisons } from './diff-text.js';
import { renderDoctor } from './doctor-text.js';
import type { DriftReport } from './drift-report.js';
import { renderDrift, renderDriftClosing } from './drift-text.js';
import { renderEnvironments } from './environments-text.js';
import { renderHistory } from './history-text.js';
import { renderPlanImpact } from './impact-plan-text.js';
import { renderImpact } from './impact-text.js';
import { describeOutcome } from './outcome-words.js';
import { type Paint, printable } from './paint.js';
import { describeBackups, describeOrigin } from './plan-notes.js';
import { renderChanges, renderClosingLines } from './plan-text.js';
import type { PullReport } from './pull-report.js';
import { renderPassed, renderPullClosing, renderPulled } from './pull-text.js';
import type {
  ApplyReport,
  InitReport,
  LeftOut,
  PackReport,
  PlanReport,
  Problem,
  Report,
  RunHeader,
  ValidateReport,
} from './report.js';

/** `verbose` adds what is usually only counted: info findings and left-out files by name. */
export interface TextOptions {
  readonly paint: Paint;
  readonly detail: 'quiet' | 'normal' | 'verbose';
}

export function renderText(report: Report, options: TextOptions): string {
  switch (report.kind) {
    case 'validate':
      return renderValidate(report, options);
    case 'plan':
      return renderPlan(report, options);
    case 'apply':
      return `\n${renderProblems(report.outcomes, options.paint)}${renderApplied(report)}${renderRedo(report)}`;
    case 'pack':
      return renderPack(report, options);
    case 'init':
      return renderInit(report, options);
    case 'pull':
      return renderPull(report, options);
    case 'drift':
      return renderDriftReport(report, options);
    case 'config':
      return renderConfig(report, renderHeader(report.header, options.paint), options.paint);
    case 'doctor':
      return renderDoctor(report, renderHeader(report.header, options.paint), options.paint);
    case 'history':
      return renderHistory(report, renderHeader(report.header, options.paint), options);
    case 'environments':
      return renderEnvironments(report, options.paint);
    case 'impact':
      return `${renderHeader(report.header, options.paint)}\n${renderImpact(report, options)}`;
  }
}

/** `qlik-sync plan · prod (config) · https://… · project …` */
function renderHeader({ command, project, tenant }: RunHeader, paint: Paint): string {
  const where =
    tenant === undefined ? [] : [`${tenant.environment ?? 'tenant'} (${tenant.source})`, tenant.url];
  const whose = project === '' ? [] : [`project ${project}`];
  return `${paint('bold', [`qlik-sync ${command}`, ...where, ...whose].map(printable).join(' · '))}\n`;
}

/** The plan as shown before apply as well. */
export function renderPlan(report: PlanReport | ApplyReport, { paint, detail }: TextOptions): string {
  const findings = renderFindings(report.findings, { paint, detail });
  const changes = renderChanges(report.plan.changes, paint);
  const refusals = report.refusals.map(
    ({ message, hint }) =>
      `${paint('red', 'apply would refuse:')} ${printable(message)}\n  ${printable(hint)}\n`,
  );
  const blocks = [
    renderHeader(report.header, paint),
    renderNotes(describeOrigin(report)),
    findings,
    changes,
    renderPlanImpact(report, { paint }),
    detail === 'quiet' ? '' : renderLeftOut(report.leftOut, detail),
    refusals.join(''),
    renderNotes(describeBackups(report.backups)),
    renderClosingLines(report.plan),
    renderComparisons(report.comparisons ?? [], paint),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function renderNotes(notes: readonly string[]): string {
  return notes.map((note) => `${printable(note)}\n`).join('');
}

// ── Findings ────────────────────────────────────────────────────────────────────────────────────────────

const severityStyle = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

export function renderFindings(findings: readonly Finding[], { paint, detail }: TextOptions): string {
  const shown = findings.filter(({ severity }) => severity !== 'info' || detail !== 'quiet');
  return shown.map((finding) => renderFinding(finding, paint)).join('');
}

function renderFinding(finding: Finding, paint: Paint): string {
  const { file, line, column, severity, message, rule, hint, extension } = finding;
  const place =
    file === undefined ? extension : [file, line, column].filter((part) => part !== undefined).join(':');
  const prefix = place === undefined ? '' : `${printable(place)}: `;
  const head = `${prefix}${paint(severityStyle[severity], severity)}: ${printable(message)} ${paint('dim', `[${rule}]`)}\n`;
  return hint === undefined ? head : `${head}  ${printable(hint)}\n`;
}

/** What will not be uploaded is said, so that nobody wonders where a file went. */
function renderLeftOut(leftOut: readonly LeftOut[], detail: TextOptions['detail']): string {
  const files = leftOut.flatMap(({ extension, files }) => files.map((file) => ({ extension, ...file })));
  if (files.length === 0) return '';
  if (detail === 'verbose') {
    return files
      .map(
        ({ extension, path, why }) =>
          `  left out of ${printable(extension)}: ${printable(path)} (${reasons[why]})\n`,
      )
      .join('');
  }
  const by = (why: keyof typeof reasons): number => files.filter((file) => file.why === why).length;
  const parts = (Object.keys(reasons) as (keyof typeof reasons)[])
    .filter((why) => by(why) > 0)
    .map((why) => `${by(why)} ${reasons[why]}`);
  return `${count(files.length, 'file')} left out: ${parts.join(', ')}; -v names them.\n`;
}

const reasons = {
  default: 'ignored by default',
  ignored: 'ignored by your rules',
  'dropped-by-qlik': 'without a name or suffix, which Qlik drops',
} as const;

// ── The other reports ───────────────────────────────────────────────────────────────────────────────────

function renderValidate(report: ValidateReport, options: TextOptions): string {
  const { extensions, findings } = report;
  const list = extensions.map(
    ({ name, folder, version, files, bytes }) =>
      `  ${printable(name)}  ${version === undefined ? '' : `${printable(version)}  `}${count(files, 'file')}, ${formatBytes(bytes)}  ${printable(folder)}\n`,
  );
  const leftOut = extensions.map(({ name, leftOut: files }) => ({ extension: name, files }));
  const number = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const verdict = `${count(extensions.length, 'extension')}: ${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}.\n`;
  const blocks = [
    renderHeader(report.header, options.paint),
    options.detail === 'quiet' ? '' : list.join(''),
    renderFindings(findings, options),
    options.detail === 'quiet' ? '' : renderLeftOut(leftOut, options.detail),
    verdict,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function renderPack(report: PackReport, options: TextOptions): string {
  const lines = report.archives.map(
    ({ file, bytes, md5, archiveName }) =>
      `  ${printable(file)}  ${formatBytes(bytes)}  md5 ${md5}  sent as ${archiveName}\n`,
  );
  const blocks = [
    renderHeader(report.header, options.paint),
    renderFindings(report.findings, options),
    lines.join(''),
    `${count(report.archives.length, 'archive')} written.\n`,
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function renderInit({ file, validation, next }: InitReport, options: TextOptions): string {
  const { paint } = options;
  const blocks = [
    `${paint('green', '✓')} Wrote ${printable(file)}.\n`,
    validation.kind === 'validate' ? renderValidate(validation, options) : renderProblem(validation, paint),
    `Next: ${printable(next)}\n`,
  ];
  return blocks.join('\n');
}

function renderPull(report: PullReport, { paint, detail }: TextOptions): string {
  const blocks = [
    renderHeader(report.header, paint),
    renderPulled(report, paint),
    renderPassed(report, detail),
    renderPullClosing(report),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function renderDriftReport(report: DriftReport, options: TextOptions): string {
  const { drift, compared, requests } = report;
  const blocks = [
    renderHeader(report.header, options.paint),
    renderFindings(report.findings, options),
    renderDrift(report, options.paint),
    renderDriftClosing({ drift, compared, requests }),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

function renderProblem({ message, hint }: Problem, paint: Paint): string {
  return `${paint('yellow', 'validate:')} ${printable(message)}\n${hint === undefined ? '' : `  ${printable(hint)}\n`}`;
}

// ── Outcomes ────────────────────────────────────────────────────────────────────────────────────────────

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

/** The folders still say otherwise. */
function renderRedo({ undoes, outcomes }: ApplyReport): string {
  if (undoes === undefined || !outcomes.some(({ status }) => status === 'done')) return '';
  return 'The next apply from the folders makes these changes again: undo them there too.\n';
}

function renderApplied({ outcomes, plan, ms }: ApplyReport): string {
  const done = (action: Outcome['action']): number =>
    outcomes.filter((outcome) => outcome.status === 'done' && outcome.action === action).length;
  const failed = outcomes.filter(({ status }) => status === 'failed' || status === 'not-applied').length;
  const left = outcomes.filter(({ status }) => status === 'not-attempted').length;
  const blocked = plan.summary.blocked;
  if (outcomes.length === 0 && blocked === 0) return 'Nothing to do.\n';
  const counts = `${done('create')} created, ${done('update')} updated, ${done('replace')} replaced, ${done('delete')} deleted`;
  const applied = `Applied: ${counts}, ${failed} failed, ${left} not attempted, ${blocked} blocked, in ${(ms / 1000).toFixed(1)} s.\n`;
  return outcomes.some(({ error }) => error?.code === 'out-of-time')
    ? `${applied}Out of time: ${left} of ${outcomes.length} are left, deletes last; run again to go on.\n`
    : applied;
}
