import { describe, expect, it } from 'vitest';
import type { Finding, Policy } from '../../src/core/model.js';
import { plan } from '../../src/core/plan.js';
import { coloured, plain, printable } from '../../src/report/paint.js';
import type { PlanReport } from '../../src/report/plan.js';
import { renderOutcome } from '../../src/report/plan-text.js';
import { renderText } from '../../src/report/text.js';
import { renderLeftOut, type TextOptions } from '../../src/report/text-parts.js';
import { actualExtension, actualState, desiredExtension, desiredState, policy } from '../core/worlds.js';

const desired = desiredState([
  desiredExtension('bubble-map'),
  desiredExtension('heat-table', { content: 'new', version: '2.0.0' }),
  desiredExtension('kpi-card', { content: 'new', version: '1.5.0' }),
  desiredExtension('sankey', { content: 'new', version: '2.1.0' }),
  desiredExtension('still'),
  desiredExtension('plain-again', { content: 'new' }),
]);
const actual = actualState([
  actualExtension('heat-table', { archiveName: 'heat.zip' }),
  actualExtension('kpi-card', { qextVersion: '1.4.0' }),
  actualExtension('old-gauge'),
  actualExtension('plain-again', { supernova: true }),
  actualExtension('sankey', { qextVersion: '2.1.0' }),
  actualExtension('still'),
  actualExtension('stranger', { tags: [] }),
]);

function report(changes: Partial<Policy> = {}): PlanReport {
  const decided = plan({
    desired,
    actual,
    policy: policy(changes),
    tenant: 'https://acme.eu.qlikcloud.com',
    reads: 1,
  });
  return {
    kind: 'plan',
    header: {
      command: 'plan',
      tool: 'qlik-sync/0.0.0',
      project: 'acme-charts',
      tenant: { url: 'https://acme.eu.qlikcloud.com', environment: 'prod', source: 'config' },
    },
    source: {},
    plan: { ...decided, digest: 'sha256:3f2a' },
    findings: [
      {
        rule: 'external-origin',
        severity: 'warning',
        file: 'extensions/kpi-card/kpi-card.js',
        line: 3,
        column: 7,
        message: 'loads from https://cdn.example',
        hint: 'add it to the CSP',
      },
    ],
    leftOut: [
      {
        extension: 'kpi-card',
        files: [
          { path: 'LICENSE', why: 'dropped-by-qlik' },
          { path: 'a.map', why: 'ignored' },
        ],
      },
    ],
    refusals: [],
    exitCode: 0,
  };
}

const normal = { paint: plain, detail: 'normal' } as const;

describe('plan text', () => {
  it('reads as the contract shows it', () => {
    expect(
      renderText(report({ prune: true }), normal),
    ).toBe(`qlik-sync plan · prod (config) · https://acme.eu.qlikcloud.com · project acme-charts

extensions/kpi-card/kpi-card.js:3:7: warning: loads from https://cdn.example [external-origin]
  add it to the CSP

  + bubble-map      create   new, 1 file, 212 kB
  ~ kpi-card        update   content changed, 1.4.0 → 1.5.0
  ~ sankey          update   content changed, version still 2.1.0          warning: version not raised
  - old-gauge       delete   no longer in extensions/*
  ! heat-table      update   blocked: changed on the tenant on 2026-11-20, not by this project; --overwrite heat-table replaces it
  ! plain-again     replace  blocked: it has to be deleted and created again, because Qlik never turns supernova off; --allow-replace plain-again does that

2 files left out: 1 ignored by your rules, 1 without a name or suffix, which Qlik drops; -v names them.

Plan: 1 to create, 2 to update, 0 to replace, 1 to delete, 2 blocked, 1 unchanged, 0 kept, 0 not selected, 1 unmanaged.
11 requests (7 reads, 4 writes), about 1 s under Qlik's limits. Plan sha256:3f2a
`);
  });

  it.each([
    [['node_modules/'], '1 folder left out: 1 ignored by default; -v names them.\n'],
    [['node_modules/', '.git/'], '2 folders left out: 2 ignored by default; -v names them.\n'],
    [['.env', '.git/'], '1 file and 1 folder left out: 2 ignored by default; -v names them.\n'],
    [['.env', '.npmrc'], '2 files left out: 2 ignored by default; -v names them.\n'],
    [[], ''],
  ])('counts files and folders that are left out apart: %j', (paths, line) => {
    const files = paths.map((path) => ({ path, why: 'default' }) as const);
    expect(renderLeftOut([{ extension: 'a', files }], 'normal')).toBe(line);
  });

  it('names what skip and a missing --prune kept', () => {
    const text = renderText(report({ onDrift: 'skip' }), normal);
    expect(text).toContain(
      '  = heat-table      keep     kept: changed on the tenant on 2026-11-20, not by this project; onDrift is skip\n',
    );
    expect(text).toContain(
      '  = old-gauge       keep     kept: no longer in extensions/*; --prune deletes it\n',
    );
  });

  describe('of findings on extensions that do not change', () => {
    const on = (extension: string, severity: Finding['severity'], message: string): Finding => ({
      ...{ rule: 'preview-missing', extension, severity, message },
    });
    const all = [
      on('steady', 'warning', 'first'),
      on('steady', 'info', 'second'),
      on('theme', 'info', 'third'),
      on('kpi-card', 'info', 'of what is updated'),
      on('heat-table', 'warning', 'of what is blocked'),
      on('steady', 'error', 'of what cannot stay'),
    ];
    const show = (findings: readonly Finding[], detail: TextOptions['detail'] = 'normal'): string =>
      renderText({ ...report(), findings }, { ...normal, detail });

    it('shows one line', () => {
      const text = show(all);
      expect(text).toContain(
        '1 warning, 2 notes on 2 extensions that do not change; qlik-sync validate or -v shows them.\n',
      );
      for (const shown of ['of what is updated', 'of what is blocked', 'of what cannot stay'])
        expect(text).toContain(shown);
      for (const hidden of ['first', 'second', 'third']) expect(text).not.toContain(hidden);
    });

    it('counts one as one', () => {
      expect(show([on('steady', 'warning', 'first')])).toContain(
        '1 warning on 1 extension that does not change; qlik-sync validate or -v shows it.\n',
      );
    });

    it('calls a theme a theme', () => {
      const theme = on('theme:corporate', 'warning', 'second');
      expect(show([theme])).toContain('1 warning on 1 theme that does not change;');
      expect(show([on('steady', 'warning', 'first'), theme, on('next', 'info', 'third')])).toContain(
        '2 warnings, 1 note on 2 extensions and 1 theme that do not change;',
      );
    });

    it('calls what is skipped a folder', () => {
      const skipped = { ...on('mashup', 'info', 'Skipped'), rule: 'not-visualization' } as const;
      expect(show([skipped])).toContain('1 note on 1 folder that is skipped; qlik-sync validate');
      expect(show([on('steady', 'info', 'first'), skipped, { ...skipped, extension: 'widgets' }])).toContain(
        '3 notes on 1 extension that does not change and 2 folders that are skipped;',
      );
    });

    it('shows all of them when verbose, and no line when quiet', () => {
      for (const message of ['first', 'second', 'third']) expect(show(all, 'verbose')).toContain(message);
      expect(show(all, 'verbose')).not.toContain('that do not change');
      expect(show(all, 'quiet')).not.toMatch(/that do not change|first/);
    });
  });

  it('counts what is unmanaged, and names it when verbose', () => {
    expect(renderText(report(), normal)).not.toContain('stranger');
    const some = report();
    const more = (unmanaged: number): PlanReport => ({
      ...some,
      plan: { ...some.plan, summary: { ...some.plan.summary, unmanaged } },
    });
    const verbose = { ...normal, detail: 'verbose' } as const;
    expect(renderText(some, verbose)).toContain('\nunmanaged: stranger\n');
    expect(renderText(more(3), verbose)).toContain('\nunmanaged: stranger, 2 without a name\n');
    expect(renderText(more(0), verbose)).not.toContain('\nunmanaged:');
  });

  it('says less when quiet and more when verbose', () => {
    expect(renderText(report(), { ...normal, detail: 'quiet' })).not.toContain('left out');
    expect(renderText(report(), { ...normal, detail: 'verbose' })).toContain(
      'left out of kpi-card: LICENSE (without a name or suffix, which Qlik drops)',
    );
  });

  it('colours only where a colour is wanted', () => {
    expect(renderText(report(), normal)).not.toContain('\u001b[');
    expect(renderText(report(), { ...normal, paint: coloured })).toContain('\u001b[32m+ bubble-map');
  });
});

describe('outcome text', () => {
  it.each([
    [
      { name: 'kpi', action: 'create', status: 'done', bytes: 51_200, ms: 320 },
      '  ✓ kpi  created, 51 kB, 0.3 s\n',
    ],
    [{ name: 'kpi', action: 'delete', status: 'done', ms: 20 }, '  ✓ kpi  deleted, 0.0 s\n'],
    [
      {
        name: 'kpi',
        action: 'update',
        status: 'failed',
        error: { message: 'no', hint: 'try', traceId: 't1' },
      },
      '  ✗ kpi  update failed: no (trace t1)\n    try\n',
    ],
    [
      { name: 'kpi', action: 'delete', status: 'not-attempted', error: { message: 'later' } },
      '  · kpi  delete not attempted: later\n',
    ],
    [
      { name: 'kpi', action: 'create', status: 'not-applied', error: { message: 'lost' } },
      '  ✗ kpi  create not applied: lost\n',
    ],
  ] as const)('%j', (outcome, text) => {
    expect(renderOutcome(outcome, plain)).toBe(text);
  });
});

describe('printable', () => {
  it.each([
    ['a\nb', 'a\\u000ab'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['right\u202eleft', 'right\\u202eleft'],
    ['größe – “x”', 'größe – “x”'],
  ])('%j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
