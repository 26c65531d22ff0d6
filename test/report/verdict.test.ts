/** The verdict of a run follows from its kind alone: fields that belong to other kinds change nothing. */

import { describe, expect, it } from 'vitest';
import { type Entry, entriesOf } from '../../src/report/entries.js';
import { testCasesOf } from '../../src/report/formats/junit.js';
import { issuesOf } from '../../src/report/issues.js';
import { describeRun, type ReportParts } from '../../src/report/run-result.js';
import type { ValidateReport } from '../../src/report/validate.js';
import { verdictOf } from '../../src/report/verdict.js';
import {
  clean,
  failedPart,
  runOf,
  sampleAnswers,
  sampleApplyReport,
  sampleDrift,
  sampleFindings,
  samplePlanReport,
} from './sample.js';

const [impact, doctor, history, config, fleet] = sampleAnswers() as readonly [
  ReportParts,
  ReportParts,
  ReportParts,
  ReportParts,
  ReportParts,
];

const pull: ReportParts = {
  ...{ kind: 'pull', header: { ...samplePlanReport().header, command: 'pull' }, exitCode: 0 },
  pulled: [{ name: 'kpi-card', result: 'written', leftOut: [] }],
};

const validate: ReportParts = {
  ...{ kind: 'validate', header: { ...samplePlanReport().header, command: 'validate' }, exitCode: 3 },
  findings: sampleFindings(clean),
};

const { refusals: _refusals, ...plan } = samplePlanReport();

const rows: readonly (readonly [string, ReportParts, string])[] = [
  ['plan', plan, '5 changes, 1 blocked'],
  ['plan that apply would refuse', samplePlanReport(), 'apply would refuse'],
  ['plan of an apply', { ...plan, header: { ...plan.header, command: 'apply' } }, 'not applied'],
  ['apply', sampleApplyReport(), '2 of 5 changes applied'],
  ['drift', sampleDrift(), '1 difference'],
  ['pull', pull, '1 extension pulled'],
  ['impact', impact, '1 app not opened'],
  ['doctor', doctor, '1 check failed'],
  ['history', history, '1 run'],
  ['config', config, 'tenant not usable'],
  ['fleet', fleet, '1 tenant not reached'],
  ['validate', validate, '1 error'],
  ['shard without an environment', { ...validate, kind: 'environments', reports: [] }, 'no environment'],
];

const briefly = ({ name, verb, words, outcome }: Entry): unknown => [name, verb, words, outcome];

describe.each(rows)('%s', (_row, part, words) => {
  it('has its verdict', () => expect(verdictOf(part).words).toContain(words));

  it('keeps verdict, issues, entries and test cases when it carries the fields of every other kind', () => {
    const {
      findings: _findings,
      refusals: _refused,
      ...others
    } = Object.assign({}, ...rows.map(([, other]) => other)) as ReportParts;
    const bag: ReportParts = { ...others, ...part };
    expect(verdictOf(bag)).toEqual(verdictOf(part));
    expect(issuesOf(runOf(bag))).toEqual(issuesOf(runOf(part)));
    expect(entriesOf(bag).map(briefly)).toEqual(entriesOf(part).map(briefly));
    expect(testCasesOf(bag).map(({ name }) => name)).toEqual(testCasesOf(part).map(({ name }) => name));
  });
});

it.each([
  [130, 'interrupted'],
  [6, 'refused'],
  [7, 'stopped'],
  [5, 'failed'],
  [4, 'failed'],
] as const)('a run that stopped with exit code %i %s', (exitCode, words) => {
  expect(verdictOf({ ...failedPart(), exitCode })).toEqual({ tone: 'bad', words });
});

it('init is judged by what it found in the folders', () => {
  const { header } = samplePlanReport();
  const validation: ValidateReport = {
    ...{ kind: 'validate', header, extensions: [], exitCode: 3 },
    findings: sampleFindings(clean),
  };
  const report = { kind: 'init', header: { ...header, command: 'init' }, validation, exitCode: 3 } as const;
  const ending = { command: 'init', tool: 'qlik-sync/1.2.3', exitCode: 3, folder: '', report } as const;
  const [part] = describeRun(ending).parts;
  expect(verdictOf(part!)).toEqual({ tone: 'bad', words: '1 error' });
});
