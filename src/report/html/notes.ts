/** What is only listed, and what the run costs. */

import { count } from '../../core/format.js';
import { unchangedOf } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import { describeBackups, describeOrigin } from '../plan/notes.js';
import type { ReportParts } from '../run-result.js';
import { renderSection } from './section.js';

export function renderFolded(part: ReportParts, id: string): Markup {
  const unchanged = unchangedOf(part);
  const leftOut = (part.leftOut ?? []).flatMap(({ extension, files }) =>
    files.map(({ path }) => `${extension}/${path}`),
  );
  const body = [fold('Unchanged', unchanged), fold('Files that are not uploaded', leftOut)];
  if (unchanged.length + leftOut.length === 0) return html``;
  return renderSection({ id: `${id}-rest`, title: 'The rest', body });
}

function fold(title: string, names: readonly string[]): Markup {
  if (names.length === 0) return html``;
  return html`<details class="folded"><summary>${title} <span class="soft">${names.length}</span></summary><ul class="names">${names.map((name) => html`<li>${name}</li>`)}</ul></details>`;
}

/** Where the archives come from, where that is not the folders. */
export function renderOrigin(part: ReportParts): readonly Markup[] {
  return describeOrigin(part).map((line) => html`<p class="note">${line}</p>`);
}

/** What the plan costs, as the tenant counts it, and what it is called. */
export function renderForecast({ plan, ms, backups }: ReportParts, id: string): Markup {
  if (plan === undefined) return html``;
  const { tier1, tier2, estimatedSeconds } = plan.requests;
  const cost = `${count(tier1, 'read')} and ${count(tier2, 'write')}, about ${estimatedSeconds} s under Qlik's limits.`;
  const body = html`<div class="note"><p>${cost}</p>
${describeBackups(backups).map((line) => html`<p>${line}</p>`)}
${ms === undefined ? undefined : html`<p>It took ${(ms / 1000).toFixed(1)} s.</p>`}
<p class="digest">${plan.digest}</p></div>`;
  return renderSection({ id: `${id}-forecast`, title: 'Forecast', body });
}
