/** The answers of `doctor`, `history`, `config` and `fleet`, as tables of raw text for the formats that have tables. */

import type { Check } from '../core/check.js';
import type { FleetStatus } from '../core/fleet-status.js';
import { describeValue, type ResolvedValue, targetValues } from './config.js';
import { type UnreachedEnvironment, versionRows } from './fleet-status.js';
import { describeCommit, describeCounts, describeResult, type PastRun } from './history.js';
import { describeOrigins } from './origins.js';
import { originsOf, type ReportParts } from './run-result.js';

export interface AnswerTable {
  /** Unique in a part; letters only. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly string[];
  /** As many cells as columns; the first names the row, the others may have several lines. */
  readonly rows: readonly (readonly string[])[];
}

export function answerTables(part: ReportParts): readonly AnswerTable[] {
  return tablesOf(part).filter(({ rows }) => rows.length > 0);
}

function tablesOf(part: ReportParts): readonly AnswerTable[] {
  switch (part.kind) {
    case 'doctor':
      return [checkTable(part.checks ?? [])];
    case 'fleet':
      return part.status === undefined ? [] : fleetTables(part.status, part.unreached ?? []);
    case 'history':
      return [runTable(part.runs ?? []), fileTable(part.unreadable ?? [])];
    case 'config':
      return [
        settingTable('settings', 'Settings', part.settings ?? []),
        settingTable('options', 'Options', part.options ?? []),
        ...(part.target === undefined ? [] : [settingTable('target', 'Tenant', targetValues(part.target))]),
      ];
    case 'plan':
    case 'apply':
    case 'drift':
      return [originTable(part)];
    case 'validate':
    case 'pack':
    case 'init':
    case 'pull':
    case 'preview':
    case 'impact':
    case 'environments':
    case 'unreported':
      return [];
  }
}

function checkTable(checks: readonly Check[]): AnswerTable {
  const rows = checks.map(({ name, status, message, hint }) => [name, status, lines([message, hint])]);
  return { id: 'checks', title: 'Checks', columns: ['Check', 'Result', 'Details'], rows };
}

function runTable(runs: readonly PastRun[]): AnswerTable {
  const rows = runs.map((run) => [
    run.id,
    lines([run.command, run.environment ?? run.tenant, describeCommit(run.source)]),
    run.startedAt.slice(0, 19).replace('T', ' '),
    `${run.who.user}@${run.who.host}`,
    lines([describeResult(run), describeCounts(run.counts)]),
  ]);
  return { id: 'runs', title: 'Runs', columns: ['Run', 'Command', 'Started', 'By', 'Result'], rows };
}

function fileTable(files: readonly string[]): AnswerTable {
  return { id: 'unreadable', title: 'Not journals', columns: ['File'], rows: files.map((file) => [file]) };
}

function originTable(part: ReportParts): AnswerTable {
  const rows = describeOrigins(originsOf(part), part.originOutcomes).map(({ name, verb, words }) => [
    name,
    verb,
    lines(words),
  ]);
  return { id: 'origins', title: 'Origins', columns: ['Origin', 'Entry', 'Details'], rows };
}

function lines(texts: readonly (string | undefined)[]): string {
  return texts.filter((text) => text !== undefined && text !== '').join('\n');
}

function settingTable(id: string, title: string, values: readonly ResolvedValue[]): AnswerTable {
  const rows = values.map(({ key, value, from }) => [key, describeValue(value), from]);
  return { id, title, columns: ['Name', 'Value', 'From'], rows };
}

function fleetTables(
  status: FleetStatus,
  unreached: readonly UnreachedEnvironment[],
): readonly AnswerTable[] {
  return [
    {
      id: 'versions',
      title: 'Versions',
      columns: ['Name', 'Version', 'Tenants', 'State'],
      rows: versionRows(status).map(({ cells }) => cells),
    },
    {
      id: 'behind',
      title: 'Behind',
      columns: ['Environment', 'Extensions'],
      rows: status.behind.map(({ environment, extensions }) => [environment, extensions.join(', ')]),
    },
    {
      id: 'unlisted',
      title: 'Themes unknown',
      columns: ['Environment', 'Why'],
      rows: status.unlisted.map((environment) => [environment, 'the key may not list themes']),
    },
    {
      id: 'unreached',
      title: 'Not reached',
      columns: ['Environment', 'Why'],
      rows: unreached.map(({ environment, message }) => [environment, message]),
    },
  ];
}
