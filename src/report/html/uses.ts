import { count } from '../../core/format.js';
import type { ExtensionImpact } from '../../core/impact.js';
import { html, type Markup } from '../escape-html.js';
import { describeUse } from '../impact-words.js';

export function renderUses({ uses }: ExtensionImpact): Markup {
  if (uses.length === 0) return html`<p class="sides">used by no app that was opened</p>`;
  const users = uses.reduce((sum, { app }) => sum + (app.usage?.users ?? 0), 0);
  const reach = users === 0 ? '' : `, up to ${count(users, 'user')} in 28 days`;
  const items = uses.map(
    (use) => html`<li>${use.app.name} <span class="soft">${describeUse(use)}</span></li>`,
  );
  return html`<details><summary>Used by ${count(uses.length, 'app')}${reach}</summary><ul class="uses">${items}</ul></details>`;
}
