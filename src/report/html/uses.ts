import { count } from '../../core/format.js';
import type { AppUse, ExtensionImpact, Impact } from '../../core/impact.js';
import { html, type Markup } from '../escape-html.js';
import { describeApp, describeHeld, describeUsage, describeUses } from '../impact/words.js';

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
