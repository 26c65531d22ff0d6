/** What `doctor`, `history` and `config` answer, as tables of raw words for the formats that have tables. */

import type { Check } from '../core/check.js';
import { describeValue, type ResolvedTarget, type ResolvedValue, targetValues } from './config.js';
import { describeCommit, describeCounts, describeResult, type PastRun } from './history.js';
import type { ReportParts } from './run-result.js';

export interface AnswerTable {
  /** Unique in a part; of letters. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** As many cells as columns; the first one names the row, the others may have several lines. */
  readonly rows: readonly (readonly string[])[];
}

export function answerTables(part: ReportParts): readonly AnswerTable[] {
  const { checks, runs, unreadable = [], settings, options = [], target } = part;
  return [
    ...(checks === undefined ? [] : [checkTable(checks)]),
    ...(runs === undefined ? [] : [runTable(runs)]),
    table(
      'unreadable',
      'No journals',
      ['File'],
      unreadable.map((file) => [file]),
    ),
    ...(settings === undefined ? [] : [settingTable('settings', 'Settings', settings)]),
    settingTable('options', 'Options', options),
    ...(target === undefined ? [] : [targetTable(target)]),
  ].filter(({ rows }) => rows.length > 0);
}

function table(
  id: string,
  title: string,
  columns: AnswerTable['columns'],
  rows: AnswerTable['rows'],
): AnswerTable {
  return { id, title, columns, rows };
}

function checkTable(checks: readonly Check[]): AnswerTable {
  const rows = checks.map(({ name, status, message, hint }) => [name, status, lines([message, hint])]);
  return table('checks', 'Checks', ['Check', 'Result', 'What was found'], rows);
}

function runTable(runs: readonly PastRun[]): AnswerTable {
  const rows = runs.map((run) => [
    run.id,
    lines([run.command, run.environment ?? run.tenant, describeCommit(run.source)]),
    run.startedAt.slice(0, 19).replace('T', ' '),
    `${run.who.user}@${run.who.host}`,
    lines([describeResult(run), describeCounts(run.counts)]),
  ]);
  return table('runs', 'Runs', ['Run', 'Command', 'Began', 'By', 'Result'], rows);
}

function lines(texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== '').join('\n');
}

function settingTable(id: string, title: string, values: readonly ResolvedValue[]): AnswerTable {
  const rows = values.map(({ key, value, from }) => [key, describeValue(value), from]);
  return table(id, title, ['Name', 'Value', 'From'], rows);
}

function targetTable(target: ResolvedTarget): AnswerTable {
  return settingTable('target', 'Tenant', targetValues(target));
}
