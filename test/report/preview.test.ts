/** What an extension says of itself stays text, in whatever a preview is told. */

import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html/html.js';
import { renderJson } from '../../src/report/json.js';
import { commentLimit, renderMarkdown } from '../../src/report/markdown/markdown.js';
import { plain } from '../../src/report/paint.js';
import { picturesOf } from '../../src/report/preview.js';
import { renderText } from '../../src/report/text.js';
import { assertPlain, payloads } from '../acceptance/support/hostile-text.js';
import { hostileWords, taintWith } from './hostile.js';
import { clean, runOf, samplePreview } from './sample.js';

const words = Object.entries({ ...hostileWords, ...payloads });

describe('a hostile extension', () => {
  const lines = (text: string): number => text.split('\n').length;
  const textOf = (word: string): string =>
    renderText(samplePreview(word === '' ? clean : taintWith(word)), { paint: plain, detail: 'normal' });

  it.each(words)('adds no line to the text: %s', (_name, word) => {
    assertPlain(textOf(word));
    expect(lines(textOf(word))).toBe(lines(textOf('')));
  });

  it.each(words)('is in the document as it is: %s', (_name, word) => {
    const text = renderJson(samplePreview(taintWith(word)));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]|##vso\[/);
    const { previews } = JSON.parse(text) as ReturnType<typeof samplePreview>;
    expect(previews[0]?.name).toBe(taintWith(word)('sales-map'));
    expect(previews[0]?.new.errors[0]?.message).toBe(taintWith(word)('TypeError: no'));
  });

  it('that talks without end fills no comment', () => {
    const long = runOf(samplePreview(taintWith('x'.repeat(100_000))));
    expect(Buffer.byteLength(renderMarkdown(long, commentLimit))).toBeLessThanOrEqual(commentLimit);
  });
});

it('has the pictures of both sides and of their difference, in this order, in each report', () => {
  const report = samplePreview();
  const [first, second] = report.previews.map((preview) => picturesOf(preview).map(({ title }) => title));
  expect([first, second]).toEqual([['Tenant', 'Folder', 'Difference'], ['Folder']]);
  const files = ['old', 'new', 'diff'].map((which) => `.qlik-sync/preview/sales-map.${which}.png`);
  expect(renderText(report, { paint: plain, detail: 'normal' })).toContain(files.join(' '));
  expect(renderMarkdown(runOf(report), commentLimit)).toMatch(/map\.old\.png.*map\.new\.png.*map\.diff\.png/);
  // The page holds what it has the bytes of.
  expect(renderHtml(runOf(report)).match(/<img [^>]*>/g)).toEqual([
    expect.stringContaining('alt="sales-map: tenant"'),
  ]);
});
