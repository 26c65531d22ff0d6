import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { renderJunit } from '../../src/report/formats/junit.js';
import { printable } from '../../src/report/paint.js';
import type { ReportParts } from '../../src/report/run-result.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  failedPart,
  runOf,
  sampleApplyReport,
  sampleDrift,
  samplePlanReport,
  samplePreview,
} from './sample.js';

const schema = readFileSync(join(import.meta.dirname, '../fixtures/junit.xsd'), 'utf8');

interface Case {
  readonly name: string;
  readonly classname: string;
  readonly failure?: { readonly message?: string; readonly type: string; readonly '#text'?: string };
  readonly skipped?: { readonly message: string };
  readonly 'system-out'?: string;
}

async function read(...parts: readonly ReportParts[]): Promise<readonly Case[]> {
  const xml = renderJunit(runOf(...parts));
  const { valid, errors } = await validateXML({ xml, schema });
  expect(valid, JSON.stringify(errors)).toBe(true);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    isArray: (name) => name === 'testsuite' || name === 'testcase',
  });
  const document = parser.parse(xml) as { testsuites: { testsuite: { testcase?: readonly Case[] }[] } };
  return document.testsuites.testsuite.flatMap(({ testcase = [] }) => testcase);
}

describe('JUnit', () => {
  it('has a case for each change and each finding, and fails what is blocked', async () => {
    const cases = await read(samplePlanReport());
    const results = cases.map(({ name, failure, skipped }) => [
      name,
      failure?.type ?? (skipped ? 'skipped' : 'passed'),
    ]);
    expect(results).toEqual([
      ['5 deletes are more than maxDeletes (3).', 'refused'],
      ['bubble-map: create', 'passed'],
      ['kpi-card: update', 'passed'],
      ['sankey: update', 'passed'],
      ['plain-again: replace', 'passed'],
      ['old-gauge: delete', 'passed'],
      ['heat-table: update', 'blocked-drift'],
      ['legacy-bar: keep', 'passed'],
      ['still: keep', 'passed'],
      ['other: keep', 'skipped'],
      ['missing-entry: extensions/sankey/sankey.qext', 'missing-entry'],
      ['external-origin: extensions/kpi-card/kpi-card.js:3:7', 'passed'],
      ['protect-unmatched', 'passed'],
      ['version-missing: extensions/bubble-map/bubble-map.qext:1', 'passed'],
    ]);
  });

  it('fails what was not done', async () => {
    const cases = await read(sampleApplyReport());
    const failures = cases.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [[name, failure.type, failure['#text'] ?? '']],
    );
    expect(failures.slice(0, 5)).toEqual([
      ['kpi-card: update', 'failed', 'Run it again.'],
      ['sankey: update', 'overwrote', 'updated, 0.1 s; Somebody edited it in between.'],
      ['plain-again: replace', 'not-applied', ''],
      ['old-gauge: delete', 'not-attempted', ''],
      ['heat-table: update', 'blocked-drift', ''],
    ]);
  });

  it('has a suite for each environment, with the failure of one beside the result of another', async () => {
    const cases = await read(samplePlanReport(), failedPart(), sampleDrift());
    expect(cases.find(({ name }) => name === 'run')?.failure).toMatchObject({
      type: 'run-failed',
      message: 'The tenant does not answer.',
    });
    expect(cases.find(({ name }) => name === 'heat-table: changed on tenant')?.failure?.type).toBe(
      'drift-changed-on-tenant',
    );
  });

  it.each([
    ['a run that is not whole', 5, 'not-known'],
    ['one that is as whole as these credentials get', 0, 'skipped'],
  ] as const)('has a case for each app that %s did not open', async (_row, exitCode, result) => {
    const { header, impact } = samplePlanReport();
    const cases = await read({ kind: 'impact', header, impact: impact!, question: 'uses', exitCode });
    expect(
      cases.map(({ name, failure, skipped }) => [name, failure?.type ?? (skipped && 'skipped')]),
    ).toEqual([
      ['kpi-card', undefined],
      ['old-gauge', undefined],
      ['Secret: open', result],
      ['complete answer', result],
    ]);
  });

  it.each(Object.entries(hostileWords))('%s in names stay text', async (_row, word) => {
    const taint = taintWith(word);
    const cases = await read(sampleApplyReport(taint), failedPart(taint), samplePreview(taint));
    const shown = (text: string): string => printable(text).replace(/[\p{Surrogate}\ufffe]/gu, '\ufffd');
    const names = cases.map(({ name }) => name);
    expect(names).toContain(shown(`${taint('bubble-map')}: create`));
    expect(names).toContain(shown(taint('sales-map')));
    expect(cases.map(({ failure }) => failure?.message)).toContain(
      shown(taint('The tenant does not answer.')),
    );
  });
});
