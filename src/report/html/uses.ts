import { count } from '../../core/format.js';
import type { ExtensionImpact, Impact } from '../../core/impact.js';
import { reachOf } from '../../core/impact-tally.js';
import { html, type Markup } from '../escape-html.js';
import { describeApp, describeUse } from '../impact-words.js';

export function renderUses({ uses }: ExtensionImpact): Markup {
  if (uses.length === 0) return html`<p class="sides">used by no app that was opened</p>`;
  const { people } = reachOf(uses);
  const reach = people === undefined ? '' : `, up to ${count(people, 'user')} in 28 days`;
  const items = uses.map(
    (use) =>
      html`<li>${use.app.name} <span class="soft">${describeUse(use)} ${describeApp(use.app)}</span></li>`,
  );
  return html`<details><summary>Used by ${count(uses.length, 'app')}${reach}</summary><ul class="uses">${items}</ul></details>`;
}

/** With the reasons, since nothing is known of what these apps use. */
export function renderUnopened({ unopened }: Impact): Markup {
  if (unopened.length === 0) return html``;
  const items = unopened.map(
    ({ app, reason }) => html`<li>${app.name} <span class="soft">${reason}</span></li>`,
  );
  const head = `${count(unopened.length, 'app')} could not be opened and may use the extensions too`;
  return html`<details><summary>${head}</summary><ul class="uses">${items}</ul></details>`;
}
