/** A run as NDJSON records: one for each change, outcome and drift, and a closing summary. */

import { withoutUndefined } from '../../core/json.js';
import { kindOf } from '../change-words.js';
import { countRun, environmentOf } from '../counts.js';
import type { OutputRecord } from '../documents/lines.js';
import type { ReportParts, RunResult } from '../run-result.js';

export function renderRecords(result: RunResult): string {
  const records = [...result.parts.flatMap(partRecords), summaryRecord(result)];
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function partRecords(part: ReportParts): readonly OutputRecord[] {
  const { plan, outcomes = [], drift = [] } = part;
  const changes = (plan?.changes ?? []).filter((change) => kindOf(change) !== undefined);
  const head = headOf(part);
  return [
    ...changes.map(({ name, action, state, reason, message, blocked }) => ({
      ...head,
      record: 'change' as const,
      ...{ name, action, state, reason, message },
      ...withoutUndefined({ blocked: blocked?.rail, lift: blocked?.lift }),
    })),
    ...outcomes.map(({ name, action, status, id, bytes, ms, error, overwrote }) => ({
      ...head,
      record: 'outcome' as const,
      ...{ name, action, status },
      ...withoutUndefined({ id, bytes, ms, message: error?.message, overwrote }),
    })),
    ...drift.map(({ name, kind, alarm, message }) => ({
      ...head,
      record: 'drift' as const,
      ...{ name, kind, alarm, message },
    })),
  ];
}

function headOf({ header }: ReportParts): Pick<OutputRecord, 'schemaVersion' | 'command'> {
  return {
    schemaVersion: 1,
    command: header.command,
    ...withoutUndefined({ environment: environmentOf(header), tenant: header.tenant?.url }),
  };
}

function summaryRecord(result: RunResult): OutputRecord {
  const { command, tool, exitCode, parts } = result;
  const runs = parts.map(({ header, plan, failure, exitCode: code }) => ({
    ...withoutUndefined({
      project: header.project,
      environment: environmentOf(header),
      tenant: header.tenant?.url,
      digest: plan?.digest,
    }),
    exitCode: code,
    ...(failure !== undefined && {
      error: { message: failure.message, ...withoutUndefined({ hint: failure.hint }) },
    }),
  }));
  return {
    schemaVersion: 1,
    command,
    record: 'summary',
    tool,
    exitCode,
    counts: { ...countRun(result) },
    runs,
  };
}
