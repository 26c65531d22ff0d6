/** A merged report says what the reports of the jobs said. */

import { describe, expect, it } from 'vitest';
import type { OriginsPlan } from '../../src/core/origins/model.js';
import type { DriftReport } from '../../src/report/drift.js';
import { renderJson } from '../../src/report/json.js';
import { mergeShards, parseShardDocument } from '../../src/report/merge-shards.js';
import type { PlanReport } from '../../src/report/plan.js';
import { originsOf, type ReportParts } from '../../src/report/run-result.js';
import { verdictOf } from '../../src/report/verdict.js';
import { samplePlanReport } from './sample.js';

const origins: OriginsPlan = {
  declared: 1,
  missing: [
    {
      ...{ name: 'https://api.example.com', host: 'api.example.com', extensions: ['kpi-card'] },
      switches: ['connectSrc'],
      entry: { origin: 'api.example.com', connectSrc: true },
      command: 'qlik csp-origin create --origin api.example.com --connectSrc',
    },
  ],
  changes: [],
  kept: [],
};

const { refusals: _refusals, kind: _kind, ...rest } = samplePlanReport();
const plan = { ...rest.plan, origins };

const reports: readonly (PlanReport | DriftReport)[] = [
  { ...rest, kind: 'plan', plan, refusals: [] },
  {
    ...{ ...rest, kind: 'drift', plan, header: { ...rest.header, command: 'drift' } },
    ...{ drift: [], expired: [], gone: [], compared: ['kpi-card'], requests: 1, exitCode: 2 },
  },
];

describe.each(reports.map((report) => [report.kind, report] as const))('of %s', (command, report) => {
  const part: ReportParts = report;
  const { exitCode } = report;
  const text = renderJson({
    ...{ kind: 'environments', header: { command, tool: report.header.tool, project: '' }, exitCode },
    environments: [{ environment: 'eu', exitCode, report, part }],
    reports: [part],
  });
  const [merged] = mergeShards([parseShardDocument('eu.json', text)]).reports;

  it('has what is said of origins', () => {
    expect(merged && originsOf(merged)).toEqual(origins);
  });

  it('has the same verdict', () => {
    expect(merged && verdictOf(merged)).toEqual(verdictOf(part));
  });
});
