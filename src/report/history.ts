/** What was done before, as every format shows it. */

import type { ExitCode } from '../core/exit-codes.js';
import { count } from '../core/format.js';
import type { TenantIdentity } from '../core/model.js';
import type { ChangeCounts, RunChange, RunWho, SourceState } from '../core/past-run.js';
import type { HistoryDocument } from './documents/answers.js';
import { headOf, knownPlaceOf } from './json-parts.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader, type TextOptions } from './text-parts.js';

export interface HistoryReport {
  readonly kind: 'history';
  /** Without a tenant where no tenant was chosen: then the runs on all of them are shown, whatever their project. */
  readonly header: RunHeader;
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** Files among the journals that are none, relative to the working directory, with `/`. */
  readonly unreadable: readonly string[];
  readonly exitCode: ExitCode;
}

export interface PastRun {
  /** What `rollback` takes. */
  readonly id: string;
  readonly command: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Absent for a run that did not come to its end. */
  readonly endedAt?: string;
  readonly who: RunWho;
  readonly project: string;
  readonly environment?: string;
  readonly tenant: TenantIdentity;
  readonly source: SourceState;
  readonly plan?: string;
  /** `died`: it was killed, or its machine was; the next run says what it left. */
  readonly result: 'ended' | 'running' | 'died';
  readonly exitCode?: ExitCode;
  /** For a run that died: what its journal knows to be done. */
  readonly counts: ChangeCounts;
  readonly changes: readonly RunChange[];
  /** Its journal cannot be read as a whole: it did more than is told here. */
  readonly damaged?: true;
  /** The run that this one undid. */
  readonly undoes?: string;
  /** The command line that undoes it; absent where it changed nothing. */
  readonly undo?: string;
}

// What was done before, as a document.

export function historyDocumentOf({ header, runs, unreadable, exitCode }: HistoryReport): HistoryDocument {
  return { command: 'history', ...headOf(header), ...knownPlaceOf(header), runs, unreadable, exitCode };
}

// `qlik-sync history` for people.

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

/** `a1b2c3d4e5 (main, uncommitted changes)`; empty where nothing is known. Raw words. */
export function describeCommit({ commit, branch, dirty }: SourceState): string {
  if (commit === undefined) return '';
  const notes = [branch, dirty === true ? 'uncommitted changes' : undefined].flatMap((note) => note ?? []);
  const about = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${commit.slice(0, 10)}${about}`;
}

export function describeResult({ result, exitCode }: PastRun): string {
  if (result !== 'ended') return result;
  return exitCode === 0 ? 'done' : `exit ${exitCode}`;
}

const words: readonly (readonly [keyof ChangeCounts, string])[] = [
  ['created', 'created'],
  ['updated', 'updated'],
  ['replaced', 'replaced'],
  ['deleted', 'deleted'],
  ['failed', 'failed'],
  ['notAttempted', 'not attempted'],
];

export function describeCounts(counts: ChangeCounts): string {
  const parts = words.filter(([key]) => counts[key] > 0).map(([key, word]) => `${counts[key]} ${word}`);
  return parts.length === 0 ? 'nothing changed' : parts.join(', ');
}
