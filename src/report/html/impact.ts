/** Who uses what: the answer of `impact`; of a plan, whose cards tell it, only what limits it. */

import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../../core/impact/impact.js';
import {
  describeAnswer,
  describeApp,
  describeHeld,
  describeLimits,
  describeScope,
  describeUsage,
  describeUses,
  type ImpactQuestion,
} from '../impact.js';
import type { ReportParts } from '../run-result.js';
import { html, type Markup, renderSection } from './markup.js';

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

export function renderUses(told: ExtensionImpact, impact: Impact): Markup {
  const words = describeUses(told, impact);
  if (told.uses.length === 0) return html`<p class="sides">${words}</p>`;
  return html`<details><summary>Used by ${words}</summary><ul class="uses">${told.uses.map(renderUse)}</ul></details>`;
}

function renderUse(use: AppUse): Markup {
  const { app } = use;
  const facts = [describeUsage(app), describeHeld(use, 'counted'), describeApp(app)];
  const words = facts.filter((fact) => fact !== undefined && fact !== '').join('; ');
  return html`<li>${app.name} <span class="soft">${words}</span></li>`;
}

/** With the reasons, since nothing is known of what these apps use. */
export function renderUnopened({ unopened }: Impact): Markup {
  if (unopened.length === 0) return html``;
  const items = unopened.map(
    ({ app, reason }) => html`<li>${app.name} <span class="soft">${reason}</span></li>`,
  );
  const head = `${count(unopened.length, 'app')} not opened, so nothing is known of what they use`;
  return html`<details><summary>${head}</summary><ul class="uses">${items}</ul></details>`;
}
