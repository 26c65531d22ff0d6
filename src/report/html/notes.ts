/** What is only listed, what limits the answer about apps, and what the run costs. */

import { count } from '../../core/format.js';
import { unchangedOf } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';

export function renderFolded(part: ReportParts): Markup {
  const unchanged = unchangedOf(part);
  const leftOut = (part.leftOut ?? []).flatMap(({ extension, files }) =>
    files.map(({ path }) => `${extension}/${path}`),
  );
  return html`${fold('Unchanged', unchanged)}${fold('Files that are not uploaded', leftOut)}`;
}

function fold(title: string, names: readonly string[]): Markup {
  if (names.length === 0) return html``;
  return html`<details class="folded"><summary>${title} <span class="soft">${names.length}</span></summary><ul class="names">${names.map((name) => html`<li>${name}</li>`)}</ul></details>`;
}

export function renderImpactNotes({ impact }: ReportParts): Markup {
  if (impact === undefined) return html``;
  const { apps, unopened, missing } = impact;
  const lines = [
    `${count(apps.listed, 'app')} listed, ${apps.opened} opened, ${apps.fromCache} known from before.`,
    ...(unopened.length === 0
      ? []
      : [`${count(unopened.length, 'app')} could not be opened and may use the extensions too.`]),
    ...missing.map((what) => `Not whole: ${what}.`),
  ];
  return html`<section class="group note" aria-label="Apps looked at">${lines.map((line) => html`<p class="soft">${line}</p>`)}</section>`;
}

/** What the plan costs, as the tenant counts it, and what it is called. */
export function renderForecast({ plan, drift, ms }: ReportParts): Markup {
  if (plan === undefined) return html``;
  const { tier1, tier2, estimatedSeconds } = plan.requests;
  const time =
    ms === undefined ? `about ${estimatedSeconds} s under Qlik's limits` : `${(ms / 1000).toFixed(1)} s`;
  const cost = `${count(tier1, 'read')} and ${count(tier2, 'write')}, ${time}`;
  return html`<section class="forecast" aria-label="Forecast">
${drift === undefined ? html`<div><p class="label">${ms === undefined ? 'Forecast' : 'Took'}</p><p>${cost}</p></div>` : undefined}
<div><p class="label">Plan digest</p><p><code class="digest">${plan.digest}</code></p></div>
</section>`;
}
