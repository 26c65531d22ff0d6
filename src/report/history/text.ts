/** `qlik-sync history` for people. */

import { count } from '../../core/format.js';
import type { RunChange } from '../../core/past-run.js';
import { renderHeader } from '../header-text.js';
import { joinBlocks } from '../join-blocks.js';
import { type Paint, printable } from '../paint.js';
import type { RunHeader } from '../run-header.js';
import type { TextOptions } from '../text-options.js';
import type { HistoryReport, PastRun } from './report.js';
import { describeCommit, describeCounts, describeResult } from './words.js';

export function renderHistory(report: HistoryReport, { paint, detail }: TextOptions): string {
  const { runs, unreadable, header } = report;
  const shown = runs.map((run) => renderRun(run, header, { paint, detail }));
  return joinBlocks([
    renderHeader(header, paint),
    shown.join(detail === 'verbose' ? '\n' : ''),
    unreadable.map((file) => `${paint('yellow', 'no journal:')} ${printable(file)}\n`).join(''),
    renderClosing(runs),
  ]);
}

function renderClosing(runs: readonly PastRun[]): string {
  const undo = runs.find((run) => run.undo !== undefined)?.undo;
  const how = undo === undefined ? '' : ` Undo one by its name, such as: ${printable(undo)}`;
  return runs.length === 0 ? 'Nothing was recorded yet.\n' : `${count(runs.length, 'run')}.${how}\n`;
}

// ── One run ─────────────────────────────────────────────────────────────────────────────────────────────

function renderRun(run: PastRun, header: RunHeader, { paint, detail }: TextOptions): string {
  const { id, command, who, startedAt } = run;
  const first = [
    paint('bold', printable(id)),
    printable(command),
    startedAt.slice(0, 19).replace('T', ' '),
    printable(`${who.user}@${who.host}`),
    printable(describeCommit(run.source)),
    renderResult(run, paint),
    run.damaged === true ? paint('red', 'journal damaged') : '',
  ];
  const changes = detail === 'verbose' ? run.changes.map((change) => renderChange(change, paint)) : [];
  const lines = [first.filter((part) => part !== '').join('  '), renderDetails(run, header), ...changes];
  return `  ${lines.join('\n    ')}\n`;
}

function renderDetails({ counts, source, undoes, environment, tenant, project }: PastRun, header: RunHeader) {
  const facts = [
    describeCounts(counts),
    undoes === undefined ? undefined : `undoes ${undoes}`,
    ...(header.tenant === undefined ? [environment, tenant] : []),
    project === header.project ? undefined : `project ${project}`,
    source.ci,
  ];
  return facts
    .flatMap((fact) => fact ?? [])
    .map(printable)
    .join(' · ');
}

function renderResult(run: PastRun, paint: Paint): string {
  const style = { running: 'cyan', died: 'red', ended: run.exitCode === 0 ? 'green' : 'yellow' } as const;
  return paint(style[run.result], describeResult(run));
}

const symbols = { create: '+', update: '~', replace: '±', delete: '-', none: ' ' } as const;
const results = {
  done: '',
  failed: 'failed',
  unknown: 'unknown: it was on its way, only the tenant knows',
  left: 'left undone',
} as const;

function renderChange({ name, action, result, message }: RunChange, paint: Paint): string {
  const why = [results[result], message ?? '']
    .filter((text) => text !== '')
    .map(printable)
    .join(': ');
  const style = result === 'done' ? 'dim' : 'yellow';
  return `${symbols[action]} ${printable(name)}  ${action}${why === '' ? '' : `  ${paint(style, why)}`}`;
}
