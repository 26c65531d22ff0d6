/** Lines and files for CI systems, read back by the rules of those who read them. */

import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderIssues, uploadSummary } from '../../src/report/formats/azure.js';
import { outputsOf, renderAnnotations, renderOutputs } from '../../src/report/formats/github.js';
import { renderCodeQuality, renderTerraform } from '../../src/report/formats/gitlab.js';
import { issuesOf, sentenceOf } from '../../src/report/issues.js';
import { printable, printableLines } from '../../src/report/paint.js';
import type { ReportParts, RunResult } from '../../src/report/run-result.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  clean,
  failedPart,
  runOf,
  sampleApplyReport,
  sampleDrift,
  sampleFindings,
  samplePlanReport,
  samplePreview,
} from './sample.js';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** actions/runner, `ActionCommand.TryParseV2`. */
function readGithub(line: string): Command {
  expect(line.startsWith('::')).toBe(true);
  const end = line.indexOf('::', 2);
  const head = line.slice(2, end);
  const space = head.indexOf(' ');
  const [name, list] = space < 0 ? [head, ''] : [head.slice(0, space), head.slice(space + 1)];
  const data = unescapeWith(line.slice(end + 2), { '%0D': '\r', '%0A': '\n', '%25': '%' });
  const all = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return { name, properties: readPairs(list, ',', all), data };
}

/** microsoft/azure-pipelines-agent, `Command.TryParse`. */
function readAzure(line: string): Command {
  expect(line.startsWith('##vso[')).toBe(true);
  const end = line.indexOf(']');
  const head = line.slice('##vso['.length, end);
  const space = head.indexOf(' ');
  const [name, list] = space < 0 ? [head, ''] : [head.slice(0, space), head.slice(space + 1)];
  const data = unescapeWith(line.slice(end + 1), { '%0D': '\r', '%0A': '\n', '%AZP25': '%' });
  const all = { '%3B': ';', '%0D': '\r', '%0A': '\n', '%5D': ']', '%AZP25': '%' };
  return { name, properties: readPairs(list, ';', all), data };
}

function readPairs(
  list: string,
  separator: string,
  escapes: Readonly<Record<string, string>>,
): Record<string, string> {
  const pairs = list.split(separator).filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), unescapeWith(pair.slice(at + 1), escapes)];
    }),
  );
}

/** One after the other, the sign of escaping last, as both do. */
function unescapeWith(text: string, escapes: Readonly<Record<string, string>>): string {
  return Object.entries(escapes).reduce((rest, [escaped, sign]) => rest.replaceAll(escaped, sign), text);
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

describe('GitHub annotations', () => {
  it('read as GitHub writes them', () => {
    expect(renderAnnotations(runOf(samplePlanReport())).split('\n').slice(0, 4)).toEqual([
      '::error title=qlik-sync refused::5 deletes are more than maxDeletes (3).%0A--allow-deletes=5 permits them.',
      '::error file=extensions/sankey/sankey.qext,title=qlik-sync missing-entry::sankey: There is no sankey.js beside the .qext file.%0ABuild the extension.',
      '::warning title=qlik-sync blocked-drift::heat-table: update blocked: changed on the tenant on 2026-11-20, not by this project; --overwrite heat-table replaces it',
      '::warning file=extensions/kpi-card/kpi-card.js,line=3,col=7,title=qlik-sync external-origin::kpi-card: The code loads from https://cdn.example.%0AAdd it to the content security policy.',
    ]);
  });

  it('are at most ten of a kind, the last one counting the rest', () => {
    const findings = Array.from({ length: 25 }, (_, index) => ({
      ...sampleFindings(clean)[1]!,
      extension: `kpi-${index}`,
      severity: index < 12 ? ('warning' as const) : ('info' as const),
    }));
    const { plan: _plan, ...rest } = samplePlanReport();
    const commands = linesOf(renderAnnotations(runOf({ ...rest, refusals: [], findings }))).map(readGithub);
    expect(commands.filter(({ name }) => name === 'warning')).toHaveLength(10);
    expect(commands.filter(({ name }) => name === 'notice')).toHaveLength(10);
    expect(commands[9]?.data).toBe('3 further warnings: kpi-9, kpi-10, kpi-11. The report lists them all.');
    expect(commands[19]?.data).toMatch(/^4 further notices/);
  });

  it('name the extension, whatever their words begin with', () => {
    const [first] = sampleDrift().drift ?? [];
    const drift = [{ ...first!, name: 'in', message: 'in the folders, but not on the tenant' }];
    expect(renderAnnotations(runOf({ ...sampleDrift(), findings: [], drift }))).toBe(
      '::warning title=qlik-sync drift-changed-on-tenant::in: in the folders, but not on the tenant\n',
    );
  });

  it('tell what several environments find in a file once, and for none of them', () => {
    const environments = ['dev', 'test', 'prod'].map((environment): ReportParts => {
      const { header, findings, exitCode } = samplePlanReport();
      const tenant = { ...header.tenant!, environment };
      const own = { ...findings[1]!, file: 'extensions/own.js', message: `only in ${environment}` };
      return {
        kind: 'validate',
        header: { ...header, tenant },
        findings: [findings[1]!, findings[2]!, own],
        exitCode,
      };
    });
    const run = runOf(...environments);
    expect(issuesOf(run).map(sentenceOf)).toEqual([
      'kpi-card: The code loads from https://cdn.example.\nAdd it to the content security policy.',
      'dev: An entry of protect names no extension.',
      'dev: kpi-card: only in dev\nAdd it to the content security policy.',
      'test: An entry of protect names no extension.',
      'test: kpi-card: only in test\nAdd it to the content security policy.',
      'prod: An entry of protect names no extension.',
      'prod: kpi-card: only in prod\nAdd it to the content security policy.',
    ]);
    expect(outputsOf(run)).toMatchObject({ warnings: '7' });
  });

  it('name the environment where there are several, and files from the root', () => {
    const run = { ...runOf(samplePlanReport(), failedPart()), folder: 'packages/a' };
    const commands = linesOf(renderAnnotations(run)).map(readGithub);
    expect(commands[0]?.data).toMatch(/^prod: 5 deletes/);
    expect(commands.map(({ properties }) => properties['file'])).toContain(
      'packages/a/extensions/sankey/sankey.qext',
    );
  });
});

describe.each([
  ['GitHub', renderAnnotations, readGithub, 'file'],
  ['Azure', renderIssues, readAzure, 'sourcepath'],
] as const)('hostile names in the log of %s', (_row, render, read, place) => {
  it.each(Object.entries(hostileWords))('%s stay text', (_name, word) => {
    const run = runOf(sampleApplyReport(taintWith(word)), samplePreview(taintWith(word)));
    const commands = linesOf(render(run)).map(read);
    const issues = issuesOf(run).filter(({ severity }) => severity !== 'info');
    const told = commands.filter(({ name }) => /error|warning|logissue/.test(name));
    expect(told.map(({ data }) => data)).toEqual(issues.map((issue) => printableLines(sentenceOf(issue))));
    expect(told.map(({ properties }) => properties[place])).toEqual(
      issues.map(({ file }) => (file === undefined ? undefined : printable(file))),
    );
  });
});

describe('GitHub outputs', () => {
  it('say what later steps ask', () => {
    expect(outputsOf(runOf(samplePlanReport()))).toMatchObject({
      'exit-code': '0',
      'has-changes': 'true',
      digest: `sha256:${'3f2a'.repeat(16)}`,
      create: '1',
      blocked: '1',
      failed: '0',
    });
    expect(outputsOf(runOf(failedPart()))).toMatchObject({ 'exit-code': '5', 'has-changes': 'false' });
    expect(outputsOf(runOf(samplePlanReport(), failedPart()))).not.toHaveProperty('digest');
  });

  it('stand between delimiters that are never the same', () => {
    const text = renderOutputs(runOf(samplePlanReport()));
    const blocks = [...text.matchAll(/^([\w-]+)<<(\S+)\n(.*)\n\2\n/gm)];
    expect(blocks.map(([, name]) => name)).toContain('digest');
    expect(blocks.map(([block]) => block).join('')).toBe(text);
    expect(new Set(blocks.map(([, , delimiter]) => delimiter)).size).toBe(blocks.length);
  });
});

describe('Azure', () => {
  it('reads as Azure writes it', () => {
    expect(renderIssues(runOf(samplePlanReport())).split('\n').slice(1, 4)).toEqual([
      '##vso[task.logissue type=error;sourcepath=extensions/sankey/sankey.qext;code=missing-entry;]sankey: There is no sankey.js beside the .qext file.%0ABuild the extension.',
      '##vso[task.logissue type=warning;code=blocked-drift;]heat-table: update blocked: changed on the tenant on 2026-11-20, not by this project; --overwrite heat-table replaces it',
      '##vso[task.logissue type=warning;sourcepath=extensions/kpi-card/kpi-card.js;linenumber=3;columnnumber=7;code=external-origin;]kpi-card: The code loads from https://cdn.example.%0AAdd it to the content security policy.',
    ]);
    expect(uploadSummary('/tmp/100%.md')).toBe('##vso[task.uploadsummary]/tmp/100%AZP25.md\n');
  });
});

/** https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format */
const codeQuality = new Ajv().compile({
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!\\./|/)' },
          lines: {
            type: 'object',
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});

const { plan: _plan, refusals: _refusals, ...validated } = samplePlanReport();

describe('GitLab', () => {
  it('gets the numbers of the Terraform widget', () => {
    expect(JSON.parse(renderTerraform(runOf(samplePlanReport(), samplePlanReport())))).toEqual({
      create: 4,
      update: 4,
      delete: 4,
      tool: expect.stringMatching(/^qlik-sync\//),
    });
  });

  it.each<readonly [string, RunResult]>([
    ['failed', runOf(failedPart())],
    ['failed in one environment of several', runOf(samplePlanReport(), failedPart())],
    ['was shown, but not applied', runOf({ ...samplePlanReport(), failure: { message: 'No.' } })],
    ['is none, since nothing is planned', runOf(validated)],
  ])('gets no numbers of a plan that %s', (_row, run) => {
    const document = JSON.parse(renderTerraform(run));
    for (const key of ['create', 'update', 'delete']) expect(document).not.toHaveProperty(key);
  });

  it.each<readonly [string, RunResult]>([
    ['a plan', runOf(samplePlanReport())],
    ['an apply', runOf(sampleApplyReport())],
    ['drift', runOf(sampleDrift())],
    ['several, one failed', runOf(samplePlanReport(), samplePlanReport(), failedPart())],
    ...Object.entries(hostileWords).map(
      ([row, word]) => [row, runOf(sampleApplyReport(taintWith(word)))] as const,
    ),
  ])('code quality of %s is as documented', (_row, run) => {
    const entries = JSON.parse(renderCodeQuality(run));
    expect(codeQuality(entries), JSON.stringify(codeQuality.errors)).toBe(true);
    expect(entries).toHaveLength(issuesOf(run).length);
    expect(new Set(entries.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(
      entries.length,
    );
    for (const { description } of entries) expect(description).not.toMatch(/[\n\u0000-\u001f]/);
  });
});
