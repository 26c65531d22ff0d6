/** Which apps use what: the answer of `impact`; of a plan, whose cards have the apps, only its limits. */

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
    const none = html`<p>No extension matches.</p>`;
    return extensions.length === 0 ? [none] : extensions.map((used) => renderExtension(used, impact));
  }
  const head = html`<p>${describeAnswer(question, impact)}</p>`;
  if (question === 'missing') return [head, ...extensions.map((used) => renderExtension(used, impact))];
  const names = extensions.map(({ extension }) => html`<li>${extension}</li>`);
  return names.length === 0 ? [head] : [head, html`<ul class="names">${names}</ul>`];
}

function renderExtension(used: ExtensionImpact, impact: Impact): Markup {
  return html`<article class="card"><header><h3>${used.extension}</h3></header>${renderUses(used, impact)}</article>`;
}

export function renderUses(used: ExtensionImpact, impact: Impact): Markup {
  const words = describeUses(used, impact);
  if (used.uses.length === 0) return html`<p class="sides">${words}</p>`;
  return html`<details><summary>Used by ${words}</summary><ul class="uses">${used.uses.map((use) => renderUse(use, used.extension))}</ul></details>`;
}

function renderUse(use: AppUse, name: string): Markup {
  const { app } = use;
  const facts = [describeUsage(app), describeHeld(use, name, 'counted'), describeApp(app)];
  const words = facts.filter((fact) => fact !== undefined && fact !== '').join('; ');
  return html`<li>${app.name} <span class="soft">${words}</span></li>`;
}

/** With the reason for each. */
function renderUnopened({ unopened }: Impact): Markup {
  if (unopened.length === 0) return html``;
  const items = unopened.map(
    ({ app, reason }) => html`<li>${app.name} <span class="soft">${reason}</span></li>`,
  );
  const head = `${count(unopened.length, 'app')} not opened, so what they use is unknown`;
  return html`<details><summary>${head}</summary><ul class="uses">${items}</ul></details>`;
}
