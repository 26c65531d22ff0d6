/** Past runs, and a run that did not finish. */

import type { ExitCode } from '../core/exit-codes.js';
import { count, listNames } from '../core/format.js';
import type { TenantIdentity } from '../core/model.js';
import type {
  ChangeCounts,
  Interruption,
  PastRunEnd,
  RunChange,
  RunWho,
  SourceState,
} from '../core/past-run.js';
import type { HistoryDocument } from './documents/answers.js';
import { headOf, knownPlaceOf } from './json-parts.js';
import { joinBlocks, type Paint, printable } from './paint.js';
import type { RunHeader } from './run-header.js';
import { renderHeader, type TextOptions } from './text-parts.js';

export interface HistoryReport {
  readonly kind: 'history';
  /** Without a tenant if none was chosen: then the runs on all tenants are shown, whatever their project. */
  readonly header: RunHeader;
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** Files in the journal folder that are not journals, relative to the working directory, with `/`. */
  readonly unreadable: readonly string[];
  readonly exitCode: ExitCode;
}

export interface PastRun {
  /** What `rollback` takes. */
  readonly id: string;
  readonly command: string;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Absent for a run that did not finish. */
  readonly endedAt?: string;
  readonly who: RunWho;
  readonly project: string;
  readonly environment?: string;
  readonly tenant: TenantIdentity;
  readonly source: SourceState;
  readonly plan?: string;
  readonly result: PastRunEnd;
  readonly exitCode?: ExitCode;
  /** For a run that died: what its journal confirms. */
  readonly counts: ChangeCounts;
  readonly changes: readonly RunChange[];
  /** Its journal is damaged: the run did more than is shown here. */
  readonly damaged?: true;
  /** The run that this one undid. */
  readonly undoes?: string;
  /** The command line that undoes it; absent if it changed nothing. */
  readonly undo?: string;
}

export function historyDocumentOf({ header, runs, unreadable, exitCode }: HistoryReport): HistoryDocument {
  return { command: 'history', ...headOf(header), ...knownPlaceOf(header), runs, unreadable, exitCode };
}

export function renderHistory(report: HistoryReport, { paint, detail }: TextOptions): string {
  const { runs, unreadable, header } = report;
  const shown = runs.map((run) => renderRun(run, header, { paint, detail }));
  return joinBlocks([
    renderHeader(header, paint),
    shown.join(detail === 'verbose' ? '\n' : ''),
    unreadable.map((file) => `${paint('yellow', 'not a journal:')} ${printable(file)}\n`).join(''),
    renderClosing(report),
  ]);
}

function renderClosing({ runs, unreadable }: HistoryReport): string {
  const undo = runs.find((run) => run.undo !== undefined)?.undo;
  const how = undo === undefined ? '' : ` To undo one, name it: ${printable(undo)}`;
  if (runs.length > 0) return `${count(runs.length, 'run')}.${how}\n`;
  return unreadable.length > 0 ? 'No run can be read.\n' : `Nothing has been recorded yet.\n${elsewhere}\n`;
}

/** Shown to someone who may be looking for a run that is not listed. */
export const elsewhere =
  'Runs are recorded where they are made, in .qlik-sync/runs, and in the store of the config; without one, a pipeline keeps its own in its artifact. The other way back is git revert and a deploy.';

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
    ...(header.tenant === undefined ? new Set([environment, tenant]) : []),
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
  unknown: 'unknown: sent, but its answer was not recorded',
  left: 'not attempted',
} as const;

function renderChange({ name, action, result, message }: RunChange, paint: Paint): string {
  const why = [results[result], message ?? '']
    .filter((text) => text !== '')
    .map(printable)
    .join(': ');
  const style = result === 'done' ? 'dim' : 'yellow';
  return `${symbols[action]} ${printable(name)}  ${action}${why === '' ? '' : `  ${paint(style, why)}`}`;
}

/** `a1b2c3d4e5 (main, uncommitted changes)`; empty if no commit is known. Raw text. */
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

/** What the last run did and left, if it did not finish. */
export function renderInterrupted(run: Interruption): string {
  const { command, id, startedAt, who } = run;
  const lines = [
    `The last run did not finish: ${command} ${id} of ${startedAt}, by ${who.user} on ${who.host} (pid ${who.pid}).`,
    ...listOf('verified', run.done),
    ...listOf('failed', run.failed),
    ...listOf('unknown', run.unknown),
    ...listOf('not attempted', run.left),
    ...listReplaces(run.halfReplaced),
    'This run starts from what the tenant holds now.',
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** Enough to recognise the run; the journal has all of them. */
const mostNames = 10;

function listOf(what: string, changes: readonly RunChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const named = changes.map(({ name, action }) => `${action} ${name}`);
  return [`  ${what}: ${listNames(named, mostNames)}`];
}

function listReplaces(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`  ${count(names.length, 'replace')} half done (deleted, not created again): ${names.join(', ')}`];
}
