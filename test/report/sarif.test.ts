import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import type { Log, Result } from 'sarif';
import { describe, expect, it } from 'vitest';
import { renderSarif } from '../../src/report/formats/sarif.js';
import { printableLines } from '../../src/report/paint.js';
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

/** The schema of OASIS, as the package `schemastore` carries it. */
const schema = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('schemastore/schemas/json/sarif-2.1.0.json'), 'utf8'),
);
const validate = new Ajv({
  strict: false,
  unicodeRegExp: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) =>
      /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/.test(text) && URL.canParse(text, 'file:///root/'),
    'date-time': true,
  },
}).compile(schema);

function read(folder: string, ...parts: readonly ReportParts[]): Log {
  const log = JSON.parse(renderSarif({ ...runOf(...parts), folder })) as Log;
  expect(validate(log), JSON.stringify(validate.errors)).toBe(true);
  return log;
}

const resultsOf = (log: Log): readonly Result[] => log.runs.flatMap(({ results }) => results ?? []);

describe('SARIF', () => {
  it('has findings with their rules and places', () => {
    const log = read('', samplePlanReport());
    const result = resultsOf(log).find(({ ruleId }) => ruleId === 'external-origin');
    expect(result).toMatchObject({
      level: 'warning',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'extensions/kpi-card/kpi-card.js', uriBaseId: '%SRCROOT%' },
            region: { startLine: 3, startColumn: 7 },
          },
          logicalLocations: [{ name: 'kpi-card' }],
        },
      ],
    });
    const rules = log.runs[0]?.tool.driver.rules ?? [];
    expect(rules[result?.ruleIndex ?? -1]).toEqual({
      id: 'external-origin',
      shortDescription: {
        text: 'The code loads from another host, which needs a CSP entry, and "origins" does not declare it.',
      },
      defaultConfiguration: { level: 'warning' },
    });
  });

  it('has what is refused, blocked, failed or drifted too', () => {
    const ids = (part: ReportParts): readonly unknown[] =>
      resultsOf(read('', part)).map(({ ruleId, level }) => `${level} ${ruleId}`);
    expect(ids(samplePlanReport()).slice(0, 2)).toEqual(['error refused', 'warning blocked-drift']);
    expect(ids(sampleApplyReport()).slice(0, 5)).toEqual([
      'error failed',
      'error overwrote',
      'error not-applied',
      'warning not-attempted',
      'error blocked-drift',
    ]);
    expect(ids(failedPart())).toEqual(['error run-failed']);
    expect(ids(sampleDrift())).toContain('warning drift-changed-on-tenant');
  });

  it('points from the root of the repository', () => {
    const uris = resultsOf(read('packages/a b', samplePlanReport())).map(
      ({ locations }) => locations?.[0]?.physicalLocation?.artifactLocation?.uri,
    );
    expect(uris).toContain('packages/a%20b/extensions/kpi-card/kpi-card.js');
  });

  it('keeps environments apart', () => {
    const log = read('', samplePlanReport(), failedPart());
    const ids = log.runs.map(({ automationDetails }) => automationDetails?.id);
    expect(ids).toEqual(['qlik-sync/plan/prod/acme-charts/', 'qlik-sync/plan/']);
  });

  it('names the run in each result: sarif-multitool merge (5.7.0) makes one run of all, with the id of one', () => {
    const log = read('', samplePlanReport(), failedPart(), sampleApplyReport());
    const named = log.runs.map(({ automationDetails, results = [] }) => [
      automationDetails?.id,
      ...new Set(results.map(({ properties }) => properties?.['run'])),
    ]);
    expect(named).toEqual(log.runs.map(({ automationDetails: own }) => [own?.id, own?.id]));
  });

  it('tells of a file once for all environments, and of each environment by a fingerprint of its own', () => {
    const { header, ...report } = samplePlanReport();
    const other = { ...report, header: { ...header, tenant: { ...header.tenant!, environment: 'dev' } } };
    const results = resultsOf(read('', { ...report, header }, other));
    const ids = results.map(({ ruleId }) => ruleId);
    expect(ids.filter((id) => id === 'external-origin')).toHaveLength(1);
    expect(ids.filter((id) => id === 'blocked-drift')).toHaveLength(2);
    const prints = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('tells the same issue by the same fingerprint, wherever it moved', () => {
    const [before, after] = [samplePlanReport(), samplePlanReport()].map((report, line) => {
      const findings = report.findings.map((finding) => ({ ...finding, line: line + 1 }));
      return resultsOf(read('', { ...report, findings })).map(
        ({ partialFingerprints }) => partialFingerprints,
      );
    });
    expect(after).toEqual(before);
  });

  it.each(Object.entries(hostileWords))('%s in names stay text', (_row, word) => {
    const taint = taintWith(word);
    const results = resultsOf(read('', sampleApplyReport(taint), failedPart(taint), samplePreview(taint)));
    const texts = results.map(({ message }) => message.text ?? '');
    expect(texts.some((text) => /\[[^\]]*\]\(/.test(text))).toBe(false);
    expect(texts.join('\n')).toContain(
      printableLines(taint('The tenant does not answer.').replaceAll('\n', ' ')).slice(0, 26),
    );
    const file = results.find(({ ruleId }) => ruleId === 'missing-entry')?.locations?.[0]?.physicalLocation
      ?.artifactLocation?.uri;
    expect(decodeURIComponent(file ?? '')).toBe(
      taint('extensions/sankey/sankey.qext').replace(/\p{Surrogate}/gu, '\ufffd'),
    );
  });
});
