/** Runs with something of everything in them; `word` goes into every string that comes from outside. */

import type { Check } from '../../src/core/check.js';
import type { ExtensionComparison } from '../../src/core/comparison.js';
import type { AppUse, Impact } from '../../src/core/impact/impact.js';
import type { Change, Finding, Plan } from '../../src/core/model.js';
import type { Outcome } from '../../src/core/outcome.js';
import type { Preview, PreviewSide } from '../../src/core/preview.js';
import type { Drift } from '../../src/report/drift.js';
import type { PastRun } from '../../src/report/history.js';
import type { ApplyReport, PlanReport } from '../../src/report/plan.js';
import type { PreviewReport } from '../../src/report/preview.js';
import type { TenantHeader } from '../../src/report/run-header.js';
import type { ReportParts, RunResult } from '../../src/report/run-result.js';

/** Puts what an enemy may have written behind an ordinary word. */
export type Taint = (word: string) => string;

export const clean: Taint = (word) => word;

const hash = (digit: string): string => digit.repeat(64);

export function sampleChanges(taint: Taint): readonly Change[] {
  const desired = { digest: hash('a'), version: taint('1.5.0'), files: 14, bytes: 212_000 };
  const actual = {
    id: 'id-1',
    digest: 'b'.repeat(32),
    md5: 'c'.repeat(32),
    version: '1.4.0',
    updatedAt: '2026-11-20T10:00:00.000Z',
    userId: taint('user-1'),
  };
  const write = { carries: 'file-and-data', tags: [] } as const;
  return [
    {
      name: taint('bubble-map'),
      action: 'create',
      state: 'missing',
      reason: 'new',
      message: taint('new, 14 files, 212 kB'),
      desired,
      write,
    },
    {
      name: taint('kpi-card'),
      action: 'update',
      state: 'changed',
      reason: 'content-changed',
      message: taint('content changed, 1.4.0 → 1.5.0'),
      desired,
      actual,
      write,
    },
    {
      name: taint('sankey'),
      action: 'update',
      state: 'changed',
      reason: 'content-changed',
      message: taint('content changed, version still 2.1.0'),
      warning: taint('version not raised'),
      desired,
      actual,
      write,
    },
    {
      name: taint('plain-again'),
      action: 'replace',
      state: 'changed',
      reason: 'supernova-off',
      message: taint('deleted and created again, because Qlik never turns supernova off'),
      desired,
      actual,
      write,
    },
    {
      name: taint('old-gauge'),
      action: 'delete',
      state: 'orphan',
      reason: 'no-longer-desired',
      message: taint('no longer in extensions/*'),
      actual,
    },
    {
      name: taint('heat-table'),
      action: 'update',
      state: 'drifted',
      reason: 'changed-on-tenant',
      message: taint('content changed'),
      blocked: {
        rail: 'drift',
        message: taint('changed on the tenant on 2026-11-20, not by this project'),
        lift: taint('--overwrite heat-table'),
        effect: taint('replaces it'),
      },
      desired,
      actual,
    },
    {
      name: taint('legacy-bar'),
      action: 'none',
      state: 'orphan',
      reason: 'kept',
      message: taint('kept: no longer in extensions/*; --prune deletes it'),
      actual,
    },
    {
      name: taint('still'),
      action: 'none',
      state: 'in-sync',
      reason: 'in-sync',
      message: 'in sync',
      desired,
      actual,
    },
    {
      name: taint('other'),
      action: 'none',
      state: 'skipped',
      reason: 'not-selected',
      message: 'not selected',
    },
    {
      name: taint('stranger'),
      action: 'none',
      state: 'unmanaged',
      reason: 'not-ours',
      message: 'not ours',
      actual,
    },
  ];
}

export function samplePlan(taint: Taint): Plan {
  return {
    project: taint('acme-charts'),
    changes: sampleChanges(taint),
    summary: {
      create: 1,
      update: 2,
      replace: 1,
      delete: 1,
      blocked: 1,
      unchanged: 41,
      kept: 1,
      notSelected: 1,
      unmanaged: 7,
    },
    requests: { tier1: 7, tier2: 4, estimatedSeconds: 2 },
    digest: `sha256:${'3f2a'.repeat(16)}`,
  };
}

export function sampleFindings(taint: Taint): readonly Finding[] {
  return [
    {
      rule: 'missing-entry',
      severity: 'error',
      extension: taint('sankey'),
      file: taint('extensions/sankey/sankey.qext'),
      message: taint('There is no sankey.js beside the .qext file.'),
      hint: taint('Build the extension.'),
    },
    {
      rule: 'external-origin',
      severity: 'warning',
      extension: taint('kpi-card'),
      file: taint('extensions/kpi-card/kpi-card.js'),
      line: 3,
      column: 7,
      message: taint('The code loads from https://cdn.example.'),
      hint: taint('Add it to the content security policy.'),
    },
    {
      rule: 'protect-unmatched',
      severity: 'warning',
      message: taint('An entry of protect names no extension.'),
    },
    {
      rule: 'version-missing',
      severity: 'info',
      extension: taint('bubble-map'),
      file: taint('extensions/bubble-map/bubble-map.qext'),
      line: 1,
      message: taint('The .qext file has no version.'),
    },
  ];
}

function sampleComparisons(taint: Taint): readonly ExtensionComparison[] {
  const [before, after] = [
    { bytes: 5200, sha256: hash('1') },
    { bytes: 5900, sha256: hash('2') },
  ];
  const patch = [
    '@@ -1,4 +1,5 @@',
    " define(['qlik'], (qlik) => ({",
    `-  initialProperties: { title: '${taint('Sales')}' },`,
    `+  initialProperties: { title: '${taint('Revenue')}', subtitle: '' },`,
    '+  support: { snapshot: true, export: true },',
    '   paint($element, layout) {',
    '',
  ].join('\n');
  return [
    {
      name: taint('kpi-card'),
      manifest: [
        { field: 'version', before: '"1.4.0"', after: '"1.5.0"' },
        { field: taint('author'), after: taint('"Acme"') },
      ],
      files: [
        { path: taint('kpi-card.js'), kind: 'changed', before, after, patch },
        { path: taint('kpi-card.qext'), kind: 'changed', before, after, patch: '@@ -1 +1 @@\n-{}\n+{ }\n' },
        { path: taint('lib/chart.min.js'), kind: 'changed', before, after, noPatch: 'minified' },
        { path: taint('preview.png'), kind: 'added', after, noPatch: 'binary' },
        { path: taint('old.css'), kind: 'removed', before, patch: '@@ -1 +0,0 @@\n-.kpi { color: red }\n' },
      ],
    },
    {
      name: taint('sankey'),
      manifest: [],
      files: [],
      unavailable: taint('the archive is too large to download'),
    },
  ];
}

function sampleImpact(taint: Taint): Impact {
  const use = (name: string, users: number): AppUse => ({
    app: {
      id: 'app',
      itemId: 'item',
      name: taint(name),
      space: taint('Sales'),
      collections: [],
      tags: [],
      publishedCopies: 1,
      usage: { views: users * 9, users },
    },
    objects: ['a', 'b'],
    masterItems: [taint('KPI')],
  });
  return {
    extensions: [
      { extension: taint('kpi-card'), uses: [use('Sales cockpit', 214), use('Board report', 12)] },
      { extension: taint('old-gauge'), uses: [] },
    ],
    unopened: [{ app: { id: 'x', name: taint('Secret') }, reason: taint('403') }],
    apps: { listed: 120, opened: 14, fromCache: 106 },
    list: 'partial',
    usage: 'on',
    missing: [taint('the list changed meanwhile')],
    untold: [taint('collections of 1 app')],
  };
}

function sampleTenant(taint: Taint): TenantHeader {
  return { url: 'https://acme.eu.qlikcloud.com', environment: taint('prod'), source: 'config' };
}

export function samplePlanReport(taint: Taint = clean): PlanReport {
  return {
    kind: 'plan',
    header: {
      command: 'plan',
      tool: 'qlik-sync/1.2.3',
      project: taint('acme-charts'),
      tenant: sampleTenant(taint),
    },
    source: { commit: 'd'.repeat(40), dirty: true },
    plan: samplePlan(taint),
    findings: sampleFindings(taint),
    leftOut: [{ extension: taint('kpi-card'), files: [{ path: taint('LICENSE'), why: 'dropped-by-qlik' }] }],
    refusals: [
      {
        rail: 'deletes',
        message: taint('5 deletes are more than maxDeletes (3).'),
        hint: taint('--allow-deletes=5 permits them.'),
      },
    ],
    comparisons: sampleComparisons(taint),
    impact: sampleImpact(taint),
    backups: { stored: 3, download: 1 },
    undoes: ['20261120T101500Z-3f2a'],
    promotes: { environment: taint('stage'), url: 'https://stage.eu.qlikcloud.com' },
    exitCode: 0,
  };
}

export function sampleApplyReport(taint: Taint = clean): ApplyReport {
  const outcomes: readonly Outcome[] = [
    { name: taint('bubble-map'), action: 'create', status: 'done', id: 'id-9', bytes: 51_200, ms: 320 },
    {
      name: taint('kpi-card'),
      action: 'update',
      status: 'failed',
      ms: 90,
      error: {
        message: taint('The tenant answered 500.'),
        hint: taint('Run it again.'),
        status: 500,
        traceId: taint('t1'),
      },
    },
    {
      name: taint('sankey'),
      action: 'update',
      status: 'done',
      ms: 90,
      overwrote: taint('Somebody edited it in between.'),
    },
    {
      name: taint('plain-again'),
      action: 'replace',
      status: 'not-applied',
      error: { message: taint('The answer shows another file.') },
    },
    {
      name: taint('old-gauge'),
      action: 'delete',
      status: 'not-attempted',
      error: { message: taint('another change failed') },
    },
  ];
  const { header, ...rest } = samplePlanReport(taint);
  return {
    ...rest,
    kind: 'apply',
    header: { ...header, command: 'apply' },
    refusals: [],
    outcomes,
    ms: 1234,
    exitCode: 5,
  };
}

export function sampleDrift(taint: Taint = clean): ReportParts {
  const drift: readonly Drift[] = [
    {
      name: taint('heat-table'),
      kind: 'changed-on-tenant',
      message: taint('its content is not what this project deployed'),
      alarm: 'new',
      tenant: { id: 'i', updatedAt: '2026-11-20T10:00:00.000Z', userId: taint('jane') },
    },
    { name: taint('kpi-card'), kind: 'missing', message: taint('it is not on the tenant'), alarm: 'known' },
    {
      name: taint('sankey'),
      kind: 'tags-missing',
      message: taint('tags are missing'),
      alarm: 'ignored',
      ignored: { reason: taint('agreed with finance'), until: '2026-12-31' },
    },
  ];
  const { refusals: _refusals, ...rest } = samplePlanReport(taint);
  const { header } = rest;
  return { ...rest, kind: 'drift', header: { ...header, command: 'drift' }, drift, exitCode: 2 };
}

export function samplePreview(taint: Taint = clean): PreviewReport {
  const place = { file: taint('lib/draw.js'), line: 8, column: 3 };
  const side = { kind: 'supernova', result: 'drawn', errors: [], blocked: [], missing: [] } as const;
  const failed: PreviewSide = {
    ...{
      ...side,
      result: 'failed',
      why: taint('threw while it was drawn: TypeError: no'),
      version: taint('1.5.0'),
    },
    errors: [
      { kind: 'exception', message: taint('TypeError: no'), ...place },
      { kind: 'console', message: taint('from elsewhere') },
    ],
    blocked: [taint('connect-src https://tiles.example')],
    missing: [taint('gone.json')],
  };
  const picture = (name: string) => ({ picture: taint(`.qlik-sync/preview/${name}.png`) });
  const previews: readonly Preview[] = [
    {
      name: taint('sales-map'),
      old: { ...side, ...picture('sales-map.old') },
      new: { ...failed, ...picture('sales-map.new') },
      difference: { pixels: 1234, of: 256_000, ...picture('sales-map.diff') },
      data: { from: 'fixture', file: taint('extensions/sales-map.preview.json') },
    },
    {
      name: taint('kpi-card'),
      withoutOld: taint('only the folder is drawn: the key may not download archives'),
      new: { ...side, ...picture('kpi-card.new') },
      data: { from: 'sample' },
    },
  ];
  return {
    kind: 'preview',
    header: { ...samplePlanReport(taint).header, command: 'preview' },
    previews,
    browser: { version: 'Chromium 156.0', sandbox: 'off', stardust: taint('2.13.0') },
    pictures: new Map([[taint('.qlik-sync/preview/sales-map.old.png'), onePixel]]),
    exitCode: 6,
  };
}

/** A PNG in base64. */
const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What commands answer that change nothing. */
export function sampleAnswers(taint: Taint = clean): readonly ReportParts[] {
  const { header, impact, exitCode } = samplePlanReport(taint);
  const headOf = (command: string): ReportParts['header'] => ({ ...header, command });
  const run: PastRun = {
    ...{ id: '20261120T101500Z-3f2a', command: 'apply', result: 'ended', exitCode: 5, changes: [] },
    startedAt: '2026-11-20T10:15:00.000Z',
    who: { user: taint('jane'), host: taint('host'), pid: 1 },
    project: taint('acme-charts'),
    tenant: 'https://acme.eu.qlikcloud.com',
    source: { commit: 'd'.repeat(40), branch: taint('main') },
    counts: { created: 1, updated: 0, replaced: 0, deleted: 0, failed: 2, notAttempted: 0 },
  };
  const checks: readonly Check[] = [
    { name: 'config', status: 'ok', message: taint('qlik-sync.config.json') },
    { name: 'credentials', status: 'failed', message: taint('refused'), hint: taint('Give another key.') },
    { name: 'rate', status: 'unknown', message: taint('not looked at') },
  ];
  return [
    { kind: 'impact', header: headOf('impact'), impact: impact!, question: 'uses', exitCode: 5 },
    { kind: 'doctor', header: headOf('doctor'), checks, exitCode: 4 },
    {
      kind: 'history',
      header: headOf('history'),
      runs: [run],
      unreadable: [taint('broken.ndjson')],
      exitCode,
    },
    {
      kind: 'config',
      header: headOf('config'),
      settings: [{ key: taint('extensions'), value: [taint('a'), 'b'], from: taint('config:1') }],
      options: [{ key: '--timeout', value: 60, from: 'default' }],
      target: { kind: 'problem', message: taint('no address'), hint: taint('set it') },
      exitCode: 3,
    },
    {
      kind: 'fleet',
      header: headOf('fleet'),
      status: {
        seen: 2,
        extensions: [
          {
            name: taint('kpi'),
            kind: 'extension',
            versions: [{ version: taint('2.0.0'), environments: [taint('eu')], contents: 2, behind: false }],
            absent: [taint('us')],
          },
        ],
        behind: [{ environment: taint('us'), extensions: [taint('kpi')] }],
        unlisted: [taint('eu')],
      },
      unreached: [{ environment: taint('apac'), exitCode: 4, message: taint('refused') }],
      exitCode: 4,
    },
  ];
}

export function runOf(...parts: readonly ReportParts[]): RunResult {
  const [first] = parts;
  return {
    command: first?.header.command ?? 'plan',
    tool: 'qlik-sync/1.2.3',
    exitCode: first?.exitCode ?? 0,
    folder: '',
    parts,
  };
}

export function failedPart(taint: Taint = clean): ReportParts {
  return {
    kind: 'unreported',
    header: { command: 'plan', tool: 'qlik-sync/1.2.3' },
    exitCode: 5,
    failure: {
      message: taint('The tenant does not answer.'),
      hint: taint('Is it the right address?'),
      traceId: taint('t9'),
    },
  };
}
