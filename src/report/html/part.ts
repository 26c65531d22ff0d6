/** One environment: what it is about, the verdict, the numbers, the cards, the small print. */

import { entriesOf } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';
import { nameOfPlace, titleOf } from '../title.js';
import type { Tone } from '../tone.js';
import { verdictOf } from '../verdict.js';
import { renderCards } from './cards.js';
import { renderCounters } from './counters.js';
import { renderFindings } from './findings.js';
import { renderImpact } from './impact.js';
import { renderFolded, renderForecast, renderOrigin } from './notes.js';
import { renderAnswers, renderArchives, renderValidated } from './tables.js';
import { renderTrouble } from './trouble.js';

/** `index` makes ids unique on a page with several. */
export function renderPart(part: ReportParts, index: number): Markup {
  const id = `part-${index}`;
  return html`<article id="${id}" aria-labelledby="${id}-title">
${renderHead(part, id)}
${renderOrigin(part)}
${renderTrouble(part)}
${renderCounters(part, id)}
${renderCards(entriesOf(part), id)}
${renderImpact(part, id)}
${renderAnswers(part, id)}
${renderFindings(part, id)}
${renderValidated(part, id)}
${renderArchives(part, id)}
${renderFolded(part, id)}
${renderForecast(part, id)}
</article>`;
}

const marks: Readonly<Record<Tone, string>> = { good: '✓', news: '→', attention: '!', bad: '✕' };

function renderHead(part: ReportParts, id: string): Markup {
  const { tone, words } = verdictOf(part);
  const { command } = part.header;
  const where = nameOfPlace(part.header);
  return html`<header class="head">
<p class="brand">qlik-sync</p>
<h1 id="${id}-title" title="${titleOf(part)}">${command}${where === undefined ? undefined : html` <span class="soft">·</span> ${where}`}</h1>
<p class="verdict ${tone}"><span class="mark" aria-hidden="true">${marks[tone]}</span>${words}</p>
${renderFacts(part)}
</header>`;
}

function renderFacts({ header: { tenant, project }, source = {} }: ReportParts): Markup {
  const { commit, branch, dirty, ci } = source;
  const state = dirty === true ? ' with local changes' : '';
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Tenant', tenant?.url],
    ['Project', project],
    ['Credentials', tenant?.source],
    ['Branch', branch],
    ['Commit', commit === undefined ? undefined : `${commit.slice(0, 12)}${state}`],
    ['CI run', ci],
  ];
  const items = facts.flatMap(([term, text]) =>
    text === undefined ? [] : [html`<div><dt>${term}</dt><dd>${text}</dd></div>`],
  );
  return items.length === 0 ? html`` : html`<dl class="facts">${items}</dl>`;
}
