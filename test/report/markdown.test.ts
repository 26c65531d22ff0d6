import { describe, expect, it } from 'vitest';
import type { Impact } from '../../src/core/impact/impact.js';
import { renderHtml } from '../../src/report/html/html.js';
import type { ImpactQuestion } from '../../src/report/impact.js';
import {
  markdownCode,
  markdownFence,
  markdownMarker,
  markdownText,
} from '../../src/report/markdown/escape.js';
import { commentLimit, renderMarkdown } from '../../src/report/markdown/markdown.js';
import { printable } from '../../src/report/paint.js';
import type { ReportParts } from '../../src/report/run-result.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  clean,
  failedPart,
  runOf,
  sampleAnswers,
  sampleApplyReport,
  sampleChanges,
  sampleDrift,
  samplePlan,
  samplePlanReport,
} from './sample.js';

const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const texts = [
  ...ascii,
  ...ascii.map((sign) => `${sign}${sign} a${sign}b`),
  ...Object.values(hostileWords),
  '1. one',
  '- [ ] task',
  '    code',
  'www.a.example',
  'https://a.example',
  'a@b.example',
  'setext\n===',
  '&amp;',
  'kpi-card v1.2.3 (new)',
];

/** What a browser makes of it; the invisible character that keeps GitHub from linking is none of the text. */
function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll('\u200b', '');
}

/** Signs that begin a span anywhere, and those that begin a block where a line begins. */
const spans = /[\\`*_{}[\]<>|!#$@&^~%]/;
const blocks = /^(?: |[-+=#>]|\d+[.)])/;

describe('text in Markdown', () => {
  it.each(texts.map((text) => [text]))('%j stays what it is', (text) => {
    for (const escaped of [
      markdownText(text),
      markdownCode(text).slice('<code>'.length, -'</code>'.length),
    ]) {
      const bare = escaped.replace(/&#\d+;/g, '');
      expect(bare).not.toMatch(spans);
      expect(escaped).not.toMatch(blocks);
      expect(bare).not.toMatch(/\n|www\.|:\S/i);
      expect(decode(escaped)).toBe(printable(text));
    }
  });

  it('stays readable where nothing is to be feared', () => {
    expect(markdownText('content changed, 1.4.0 → 1.5.0 (kpi-card)')).toBe(
      'content changed, 1.4.0 → 1.5.0 (kpi-card)',
    );
  });

  it('mentions nobody and links nothing', () => {
    expect(markdownText('ask @team about #12 :smile:')).toBe(
      'ask &#64;&#8203;team about &#35;&#8203;12 &#58;&#8203;smile:',
    );
  });

  it.each([
    ['a `b` c', '```'],
    ['```\nrm\n```', '````'],
    ['`````', '``````'],
  ])('a fence around %j is longer than any in it', (code, fence) => {
    const [first, ...rest] = markdownFence('diff', code).trimEnd().split('\n');
    expect(first).toBe(`${fence}diff`);
    expect(rest.pop()).toBe(fence);
    expect(rest.join('\n')).not.toContain(fence);
  });

  it('a marker cannot be ended from within', () => {
    expect(markdownMarker(['plan', '--><script>', 'a:b'])).toBe('<!-- plan:script:a-b -->\n');
  });
});

describe('a plan', () => {
  it('reads as a comment', () => {
    const plan = samplePlan(clean);
    const changes = sampleChanges(clean).filter(({ name }) =>
      ['kpi-card', 'sankey', 'heat-table', 'still'].includes(name),
    );
    const { impact: _i, comparisons: _c, ...report } = samplePlanReport();
    const part = {
      ...report,
      plan: { ...plan, changes },
      findings: report.findings.slice(1, 2),
      leftOut: [],
    };
    expect(renderMarkdown(runOf(part), commentLimit)).toBe(`<!-- qlik-sync:plan:acme-charts:prod -->
### ❌ qlik-sync plan · prod · acme-charts: apply would refuse

<code>https&#58;//acme.eu.qlikcloud.com</code> · project <code>acme-charts</code> · commit <code>dddddddddddd</code> with local changes

Undoes run 20261120T101500Z-3f2a.

Promotes the archives of stage (https&#58;&#8203;//stage.eu.qlikcloud.com), byte for byte.

> [!CAUTION]
> **apply would refuse:** 5 deletes are more than maxDeletes (3).<br>
> &#45;&#45;allow-deletes=5 permits them.

|  | Extension | Action | What happens |
|---|---|---|---|
| **&#126;** | <code>kpi-card</code> | update | content changed, 1.4.0 → 1.5.0 |
| **&#126;** | <code>sankey</code> | update | content changed, version still 2.1.0<br>**warning:** version not raised |
| **&#33;** | <code>heat-table</code> | update | blocked: changed on the tenant on 2026-11-20, not by this project; --overwrite heat-table replaces it |

**Findings**

- **warning** <code>extensions/kpi-card/kpi-card.js&#58;3&#58;7</code> The code loads from https&#58;&#8203;//cdn.example. <code>external-origin</code><br>Add it to the content security policy.

<details><summary>Unchanged (1)</summary>

- <code>still</code>

</details>

Backups of what the tenant holds now: 3 already stored, 1 to download (needs the key of a tenant or analytics admin).

Plan: 1 to create, 2 to update, 1 to replace, 1 to delete, 1 blocked, 41 unchanged, 1 kept, 1 not selected, 7 unmanaged.<br>
11 requests (7 reads, 4 writes), about 2 s under Qlik's limits. Plan <code>sha256&#58;${'3f2a'.repeat(16)}</code>

`);
  });

  it('has its differences, folded, and who uses it', () => {
    const text = renderMarkdown(runOf(samplePlanReport()), commentLimit);
    expect(text).toContain(
      '<details><summary><code>kpi-card</code>: 5 files: 1 added, 3 changed, 1 removed</summary>',
    );
    expect(text).toContain(
      "```diff\n@@ -1,4 +1,5 @@\n define(['qlik'], (qlik) => ({\n-  initialProperties: { title: 'Sales' },\n",
    );
    expect(text).toContain(
      '- <code>kpi-card</code>: 2 apps, 226 people in 28 days, 2034 views\n  - Sales cockpit: 214 people, 1926 views; 2 objects; 1 master item: KPI; space Sales · 1 published\n',
    );
  });

  it.each([
    [
      'a failure',
      failedPart(),
      ['failed', '**error:** The tenant does not answer. (trace t9)<br>', 'Is it the right address?'],
    ],
    [
      'an apply',
      sampleApplyReport(),
      ['2 of 5 changes applied', 'update failed: The tenant answered 500.', 'created, 51 kB, 0.3 s'],
    ],
    [
      'drift',
      sampleDrift(),
      ['1 difference', 'changed on tenant', 'ignored until 2026-12-31: agreed with finance'],
    ],
  ] as const)('%s says what was done', (_row, part, expected) => {
    const text = renderMarkdown(runOf(part), commentLimit);
    for (const words of expected) expect(text).toContain(words);
  });

  it('tells several environments apart, and the marker names all', () => {
    const text = renderMarkdown(runOf(samplePlanReport(), failedPart()), commentLimit);
    expect(text).toContain(
      '| ❌ | <code>prod</code> | apply would refuse | 0 |\n| ❌ | <code>unknown</code> | failed | 5 |\n',
    );
    expect(text.split('\n')[0]).toBe('<!-- qlik-sync:plan:acme-charts:prod -->');
  });
});

/** An environment of a fleet: `news` has two changes, `good` none, `bad` failed. */
function partOf(environment: string, tone: 'news' | 'good' | 'bad'): ReportParts {
  const { header, plan } = samplePlanReport();
  const place = {
    ...header,
    tenant: { url: `https://${environment}.example`, environment, source: 'config' },
  };
  if (tone === 'bad') return { ...failedPart(), header: place };
  const summary = { ...plan.summary, create: 0, update: 2, replace: 0, delete: 0, blocked: 0 };
  const idle = { ...plan, changes: [], summary: { ...summary, update: 0 } };
  const busy = { ...plan, changes: plan.changes.slice(1, 3), summary };
  return { kind: 'plan', header: place, plan: tone === 'good' ? idle : busy, exitCode: 0 };
}

describe('impact', () => {
  const { header, impact } = samplePlanReport();
  const shut = impact!;
  const whole = { ...shut, unopened: [], missing: [], list: 'whole' } as const;
  const ask = (question: ImpactQuestion, answer: Impact, exitCode: 0 | 5 | 9): string => {
    const part = {
      kind: 'impact',
      header: { ...header, command: 'impact' },
      question,
      impact: answer,
      exitCode,
    } as const;
    return renderMarkdown(runOf(part), commentLimit);
  };

  it.each<readonly [ImpactQuestion, string, Impact, 0 | 5 | 9, readonly string[]]>([
    ['uses', 'not whole', shut, 5, ['⚠️ qlik-sync impact', '1 app not opened', '- Secret: 403']],
    ['uses', 'whole', whole, 0, ['✅ qlik-sync impact', ': 1 app\n', 'Apps that use these extensions']],
    [
      'unused',
      'not whole',
      { ...shut, extensions: shut.extensions.slice(1) },
      9,
      ['1 app not opened', 'No use found, but 1 app could not be opened', '- <code>old-gauge</code>\n'],
    ],
    [
      'unused',
      'whole',
      { ...whole, extensions: whole.extensions.slice(1) },
      0,
      ['1 unused', '**Used by no visible app:**\n\n- <code>old-gauge</code>\n'],
    ],
    [
      'missing',
      'without a hit',
      { ...whole, extensions: [] },
      0,
      ['✅', '0 missing', '**Every extension that apps refer to is on the tenant.**'],
    ],
    [
      'missing',
      'with hits',
      whole,
      0,
      ['⚠️', '2 missing', 'Apps refer to these extensions, which are not on the tenant'],
    ],
    ['uses', 'of nobody', { ...whole, apps: { listed: 0, opened: 0, fromCache: 0 } }, 5, ['no app visible']],
  ])('%s, %s: says what is known and what is not', (question, _row, answer, exitCode, expected) => {
    const text = ask(question, answer, exitCode);
    for (const words of expected) expect(text).toContain(words);
    expect(text).not.toContain('no problems');
  });

  it('tells all of an app: people, trend, owner, collections, tags, copies, last update', () => {
    const [first] = whole.extensions;
    const [use] = first!.uses;
    const app = {
      ...use!.app,
      owner: 'u1',
      tags: ['finance'],
      collections: ['Board'],
      updatedAt: '2026-11-03T08:00:00Z',
      usage: { users: 300, views: 1204, trend: 2.13 },
    };
    const answer = { ...whole, extensions: [{ ...first!, uses: [{ ...use!, app }] }] };
    const facts = [
      '1 app, 300 people in 28 days, 1204 views',
      '300 people, 1204 views, rising (+2.1 people a week); 2 objects; 1 master item: KPI',
      'space Sales · owner u1 · updated 2026-11-03 · tags finance · collections Board · 1 published',
    ];
    const part = { kind: 'impact', header, question: 'uses', impact: answer, exitCode: 0 } as const;
    const markdown = ask('uses', answer, 0).replaceAll('&#43;', '+').replaceAll('&#8203;', '');
    for (const fact of facts) {
      expect(markdown).toContain(fact);
      expect(renderHtml(runOf(part))).toContain(fact);
    }
  });
});

describe('a limit', () => {
  const many = (n: number, name: string): ReturnType<typeof samplePlanReport> => {
    const report = samplePlanReport();
    const [first] = sampleChanges(clean).slice(1, 2);
    const [comparison] = report.comparisons ?? [];
    const names = Array.from({ length: n }, (_, index) => `${name}-${index}`);
    const changes = names.map((one) => ({ ...first!, name: one }));
    const comparisons = names.map((one) => ({ ...comparison!, name: one }));
    return { ...report, plan: { ...report.plan, changes }, comparisons };
  };

  it.each([1000, 4000, 20_000, commentLimit, 1_048_576])('of %i bytes is kept', (limit) => {
    const text = renderMarkdown(runOf(many(3000, 'größe')), limit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit);
    expect(text.includes('Plan: 1 to create')).toBe(limit > 1000);
    expect(text).toMatch(/> Cut to fit: .*file differences/);
  });

  it.each<readonly [string, (n: number) => 'news' | 'good' | 'bad', RegExp, number]>([
    ['all alike', () => 'news', /> Cut to fit: (?:\d+ .*, )?\d+ environments[.,]/, 200],
    ['one that failed among many that are well', (n) => (n === 150 ? 'bad' : 'good'), /The tenant/, 200],
    ['more than the overview has room for', () => 'news', /Cut to fit: .*overview lines/, 1500],
  ])('is kept by a fleet: %s', (_row, toneOf, words, n) => {
    const parts = Array.from({ length: n }, (_, index) => partOf(`environment-${index}`, toneOf(index)));
    const text = renderMarkdown(runOf(...parts), commentLimit);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(commentLimit);
    expect(text).toMatch(words);
    if (n === 200) expect(text.match(/^\| \S+ \| <code>environment-\d+<\/code>/gm)).toHaveLength(n);
  });

  it('cuts the differences first, then findings, and changes last', () => {
    const report = many(40, 'kpi');
    const at = (limit: number): string => renderMarkdown(runOf(report), limit);
    expect(at(16_000)).toContain('kpi-39');
    expect(at(16_000)).toMatch(/Cut to fit: \d+ file differences\. /);
    expect(at(4000)).toMatch(/Cut to fit: .*changes, .*findings/);
    expect(at(4000)).toContain('apply would refuse:');
  });
});

describe('hostile names', () => {
  it.each(Object.entries(hostileWords))('%s leave the tables of answers as they are', (_row, word) => {
    const text = renderMarkdown(runOf(...sampleAnswers(taintWith(word))), 1_048_576);
    const tables = text.match(/(?:^\|.*\n)+/gm) ?? [];
    expect(tables).toHaveLength(11);
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split('\n')
        .map((line) => line.split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
    expect(text.replace(/^<!--.*-->$/m, '')).not.toMatch(/<!--|<script|<img|\]\(|@team|<\/style/);
  });

  it.each(Object.entries(hostileWords))('%s stay text', (_row, word) => {
    const text = renderMarkdown(
      runOf(sampleApplyReport(taintWith(word)), samplePlanReport(taintWith(word))),
      1_048_576,
    );
    const outside = text.replace(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, '');
    expect(text.slice(0, text.indexOf('\n'))).toMatch(/^<!-- [\w.:+-]+ -->$/);
    expect(outside.replace(/^<!--.*-->$/m, '')).not.toMatch(/<!--|<script|<img|\]\(|@team|<\/style/);
    const tags = new Set([...outside.matchAll(/<\/?(\w+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(['br', 'code', 'details', 'summary']);
    for (const line of outside.split('\n').filter((one) => one.startsWith('|'))) {
      expect([...line.matchAll(/\|/g)].length).toBe(5);
    }
    expect(outside).not.toMatch(/^(?:::|##vso)/m);
  });
});
