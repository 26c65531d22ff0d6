/** The page as text; `html-page.test.ts` opens it in a browser. */

import { createHash } from 'node:crypto';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/html.js';
import { html } from '../../src/report/html/markup.js';
import { printable } from '../../src/report/paint.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  failedPart,
  runOf,
  sampleAnswers,
  sampleApplyReport,
  sampleDrift,
  samplePlanReport,
  samplePreview,
  type Taint,
} from './sample.js';

describe('the template', () => {
  it.each([
    ['text', html`<p>${'<b>&"\''}</p>`, '<p>&#60;b&#62;&#38;&#34;&#39;</p>'],
    ['an attribute', html`<a title="${'"><script>'}">`, '<a title="&#34;&#62;&#60;script&#62;">'],
    ['markup, lists, numbers, nothing', html`${[html`<i>${1}</i>`, 'a&b']}${undefined}`, '<i>1</i>a&#38;b'],
  ])('takes %s as it is', (_row, { markup }, expected) => {
    expect(markup).toBe(expected);
  });
});

describe('the page', () => {
  it('of impact alone says who uses what', () => {
    const { impact, header } = samplePlanReport();
    const page = renderHtml(
      runOf({
        kind: 'impact',
        header: { ...header, command: 'impact' },
        impact: impact!,
        question: 'uses',
        exitCode: 0,
      }),
    );
    expect(page).toContain('<h3>kpi-card</h3>');
    expect(page).toContain('Sales cockpit');
  });

  it('says whence the archives come and what is kept of what they replace', () => {
    const page = renderHtml(runOf(samplePlanReport()));
    expect(page).toContain('Undoes run 20261120T101500Z-3f2a.');
    expect(page).toContain('Promotes the archives of stage (https://stage.eu.qlikcloud.com), byte for byte.');
    expect(page).toContain('Backups of what the tenant holds now: 3 already stored, 1 to download');
  });

  it.each(['apply', 'adopt', 'rollback', 'promote'] as const)(
    'of an %s that was declined says so',
    (command) => {
      const { header, refusals: _, ...report } = samplePlanReport();
      expect(renderHtml(runOf({ ...report, header: { ...header, command } }))).toContain('not applied');
    },
  );

  it('allows nothing but its own style sheet', () => {
    const page = renderHtml(runOf(samplePlanReport()));
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy?.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|\son\w+=|\sstyle=|url\(|@import|src=/i);
  });

  it.each([
    [
      'a plan',
      runOf(samplePlanReport()),
      ['apply would refuse', 'bubble-map', '7 reads and 4 writes', 'Used by 2 apps', '5 files: 1 added'],
    ],
    [
      'an apply',
      runOf(sampleApplyReport()),
      ['2 of 5 changes applied', 'update failed: The tenant answered 500. (trace t1)', 'It took 1.2 s.'],
    ],
    ['drift', runOf(sampleDrift()), ['1 difference', 'changed on tenant', 'agreed with finance']],
    [
      'a failure',
      runOf(failedPart()),
      ['The run stopped', 'The tenant does not answer.', 'Is it the right address?', 'trace t9'],
    ],
    [
      'several',
      runOf(samplePlanReport(), failedPart()),
      ['over 2 environments', 'href="#part-1"', 'id="part-1"'],
    ],
  ] as const)('of %s says what people look for', (_row, run, words) => {
    const page = renderHtml(run);
    for (const word of words) expect(page).toContain(word);
  });

  it('has every id once', () => {
    const page = renderHtml(runOf(samplePlanReport(), sampleApplyReport(), sampleDrift(), failedPart()));
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]*)"/g)) expect(ids).toContain(target);
  });

  it.each([
    ['impact', 0, ['2 apps, 226 people', '1 app not opened', 'so what they use is unknown']],
    ['doctor', 1, ['1 check failed', 'credentials', '<p>refused</p><p>Give another key.</p>']],
    ['history', 2, ['20261120T101500Z-3f2a', 'jane@host', 'exit 5', '1 created, 2 failed', 'broken.ndjson']],
    ['config', 3, ['tenant not usable', 'extensions', 'a, b', 'config:1', '--timeout', 'no address']],
  ] as const)('of %s has its answer', (_row, index, words) => {
    const page = renderHtml(runOf(sampleAnswers()[index]!));
    for (const word of words) expect(page).toContain(word);
    expect(page).not.toContain('no problems');
  });

  it.each(Object.entries(hostileWords))(
    'has the same elements in its answers with %s in them',
    (_row, word) => {
      const answers = (taint: Taint): string =>
        renderHtml(runOf(...sampleAnswers(taint), samplePreview(taint)));
      expect(shapeOf(answers(taintWith(word)))).toEqual(
        shapeOf(answers((text) => `${text}${breaksOf(word)}`)),
      );
    },
  );

  it.each(Object.entries(hostileWords))('has the same elements with %s in every name', (_row, word) => {
    const [plain, tainted] = [
      renderHtml(runOf(sampleApplyReport())),
      renderHtml(runOf(sampleApplyReport(taintWith(word)))),
    ];
    expect(shapeOf(tainted)).toEqual(shapeOf(plain));
    expect(textOf(tainted)).toContain(printable(taintWith(word)('bubble-map')));
    expect(tainted).not.toMatch(/[\u0000-\u0008\u001b\u202e]/);
  });
});

/** A message of several lines has as many paragraphs. */
function breaksOf(word: string): string {
  return '\n'.repeat(word.split('\n').length - 1);
}

/** The page without doctype and void elements is well-formed XML, so an XML parser of somebody else can judge it. */
function asXml(page: string): string {
  const xml = page.replace('<!doctype html>\n', '').replace(/<((?:meta|img)[^>]*)>/g, '<$1/>');
  expect(XMLValidator.validate(xml)).toBe(true);
  return xml;
}

function shapeOf(page: string): readonly string[] {
  const words: string[] = [];
  const walk = (nodes: readonly Record<string, unknown>[]): void => {
    for (const node of nodes) {
      const [tag] = Object.keys(node).filter((key) => key !== ':@' && key !== '#text');
      if (tag === undefined || /^(span)$/.test(tag)) continue;
      words.push(tag);
      walk(node[tag] as readonly Record<string, unknown>[]);
    }
  };
  walk(new XMLParser({ preserveOrder: true }).parse(asXml(page)));
  return words;
}

function textOf(page: string): string {
  return page.replace(/<[^>]*>/g, '').replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}
