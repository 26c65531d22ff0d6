/** What a real Markdown parser makes of hostile names: the very elements it makes of harmless ones. */

import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { commentLimit, renderMarkdown } from '../../src/report/markdown/markdown.js';
import { hostileWords, taintWith } from './hostile.js';
import {
  failedPart,
  runOf,
  sampleApplyReport,
  sampleDrift,
  samplePlanReport,
  samplePreview,
  type Taint,
} from './sample.js';

const reports = {
  plan: (taint: Taint) => samplePlanReport(taint),
  apply: (taint: Taint) => sampleApplyReport(taint),
  drift: (taint: Taint) => sampleDrift(taint),
  failure: (taint: Taint) => failedPart(taint),
  preview: (taint: Taint) => samplePreview(taint),
} as const;

function parse(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
}

/** Elements in their order, but for line breaks, which a message may hold; of attributes only what could act. */
function skeleton(html: string): readonly string[] {
  return [...html.replaceAll(/<br ?\/?>/g, '').matchAll(/<(\/?[a-z][a-z0-9]*)([^>]*)>|<!--/gi)].map(
    ([all, name, attributes]) =>
      name === undefined ? all : `${name}${/href|src|on\w+=/i.test(attributes ?? '') ? ' acts' : ''}`,
  );
}

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
const words = [
  ...Object.values(hostileWords),
  ...ascii.map((sign) => `${sign}${sign}${sign} a${sign}b${sign}`),
];

describe.each(Object.keys(reports) as (keyof typeof reports)[])('a report of %s', (kind) => {
  const render = (word: string): string =>
    parse(renderMarkdown(runOf(reports[kind](taintWith(word))), commentLimit));
  const harmless = skeleton(render('word'));

  it('has elements at all', () => {
    expect(harmless.length).toBeGreaterThan(3);
    expect(harmless.filter((element) => element.endsWith(' acts'))).toEqual([]);
  });

  it('keeps its shape whatever is in it', () => {
    const bent = words.filter((word) => skeleton(render(word)).join() !== harmless.join());
    expect(bent).toEqual([]);
  });
});
