/** Who uses what: the answer of `impact`; of a plan, whose cards tell it, only what limits it. */

import type { ExtensionImpact, Impact } from '../../core/impact.js';
import { html, type Markup } from '../escape-html.js';
import type { ImpactQuestion } from '../impact/report.js';
import { describeAnswer, describeLimits, describeScope } from '../impact/words.js';
import type { ReportParts } from '../run-result.js';
import { renderSection } from './section.js';
import { renderUnopened, renderUses } from './uses.js';

export function renderImpact({ impact, question }: ReportParts, id: string): Markup {
  if (impact === undefined) return html``;
  const lines = [...describeScope(impact), ...describeLimits(impact)];
  const note = html`<div class="note">${lines.map((line) => html`<p>${line}</p>`)}</div>`;
  const answer = question === undefined ? [] : renderAnswer(question, impact);
  return renderSection({ id: `${id}-apps`, title: 'Apps', body: [...answer, renderUnopened(impact), note] });
}

function renderAnswer(question: ImpactQuestion, impact: Impact): readonly Markup[] {
  const { extensions } = impact;
  if (question === 'uses') {
    const none = html`<p>There is no extension to tell about.</p>`;
    return extensions.length === 0 ? [none] : extensions.map((told) => renderExtension(told, impact));
  }
  const head = html`<p>${describeAnswer(question, impact)}</p>`;
  if (question === 'missing') return [head, ...extensions.map((told) => renderExtension(told, impact))];
  const names = extensions.map(({ extension }) => html`<li>${extension}</li>`);
  return names.length === 0 ? [head] : [head, html`<ul class="names">${names}</ul>`];
}

function renderExtension(told: ExtensionImpact, impact: Impact): Markup {
  return html`<article class="card"><header><h3>${told.extension}</h3></header>${renderUses(told, impact)}</article>`;
}
