/** A run as one self-contained page: no script, nothing loaded; works in dark mode, on paper and by keyboard. */

import { createHash } from 'node:crypto';
import { count } from '../../core/format.js';
import { nameOfPlace, titleOf } from '../counts.js';
import { entriesOf, unchangedOf } from '../entries.js';
import { describeBackups, describeOrigin } from '../plan.js';
import { describeBrowser } from '../preview.js';
import type { ReportParts, RunResult } from '../run-result.js';
import { type Tone, verdictOf } from '../verdict.js';
import { renderCards } from './cards.js';
import { renderImpact } from './impact.js';
import { html, type Markup, renderSection } from './markup.js';
import { style } from './style.js';
import { renderAnswers, renderArchives, renderCounters, renderFindings, renderValidated } from './tables.js';

export function renderHtml(result: RunResult): string {
  const { parts, tool } = result;
  const [first] = parts;
  const title = first === undefined || parts.length > 1 ? result.command : titleOf(first);
  const words =
    first === undefined || parts.length > 1 ? `${parts.length} environments` : verdictOf(first).words;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(parts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="${tool}">
<title>${title}: ${words} – qlik-sync</title>
<style>${{ markup: style }}</style>
</head>
<body>
${parts.length > 1 ? renderOverview(result) : undefined}
<main>
${parts.map((part, index) => renderPart(part, index))}
</main>
<footer>${tool}</footer>
</body>
</html>
`;
  return page.markup;
}

/** Nothing may be loaded, run, sent or framed; only this style sheet applies, and pictures are in the page itself. */
function policy(parts: readonly ReportParts[]): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const pictures = parts.some((part) => (part.pictures?.size ?? 0) > 0) ? '; img-src data:' : '';
  return `default-src 'none'; style-src 'sha256-${hash}'${pictures}; base-uri 'none'; form-action 'none'`;
}

function renderOverview({ parts, command, exitCode }: RunResult): Markup {
  const rows = parts.map((part, index) => {
    const { tone, words } = verdictOf(part);
    const { tenant } = part.header;
    return html`<tr><th scope="row"><a href="#part-${index}">${nameOfPlace(part.header) ?? 'unknown'}</a></th><td>${tenant?.url}</td><td><span class="pill ${tone}">${words}</span></td><td class="number">${part.exitCode}</td></tr>`;
  });
  return html`<header class="overview">
<p class="brand">qlik-sync</p>
<h1>${command} <span class="soft">over ${parts.length} environments</span></h1>
<div class="scroll"><table><thead><tr><th scope="col">Environment</th><th scope="col">Tenant</th><th scope="col">Result</th><th scope="col" class="number">Exit code</th></tr></thead><tbody>${rows}</tbody></table></div>
<p class="soft">The run ends with exit code ${exitCode}.</p>
</header>`;
}

/** One environment. `index` makes ids unique on a page with several. */
function renderPart(part: ReportParts, index: number): Markup {
  const id = `part-${index}`;
  return html`<article id="${id}" aria-labelledby="${id}-title">
${renderHead(part, id)}
${renderOrigin(part)}
${renderTrouble(part)}
${renderCounters(part, id)}
${renderCards(entriesOf(part), id, part.pictures)}
${renderImpact(part, id)}
${renderAnswers(part, id)}
${renderFindings(part, id)}
${renderValidated(part, id)}
${renderArchives(part, id)}
${renderFolded(part, id)}
${renderForecast(part, id)}
${renderBrowser(part, id)}
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

/** Why the run stopped, or what would stop apply. */
function renderTrouble({ failure, refusals = [] }: ReportParts): Markup {
  if (failure !== undefined) {
    const { message, hint, traceId } = failure;
    return renderCallout('The run stopped', message, hint, traceId);
  }
  return html`${refusals.map(({ message, hint }) => renderCallout('Apply would refuse', message, hint, undefined))}`;
}

function renderCallout(
  title: string,
  message: string,
  hint: string | undefined,
  traceId: string | undefined,
): Markup {
  return html`<section class="callout" aria-label="${title}">
<p class="label">${title}</p>
${paragraphs(message, 'message')}
${hint === undefined ? undefined : paragraphs(hint, 'hint')}
${traceId === undefined ? undefined : html`<p class="sides">trace ${traceId}</p>`}
</section>`;
}

function paragraphs(text: string, name: string): readonly Markup[] {
  return text.split('\n').map((line) => html`<p class="${name}">${line}</p>`);
}

function renderFolded(part: ReportParts, id: string): Markup {
  const unchanged = unchangedOf(part);
  const leftOut = (part.leftOut ?? []).flatMap(({ extension, files }) =>
    files.map(({ path }) => `${extension}/${path}`),
  );
  const body = [fold('Unchanged', unchanged), fold('Files that are not uploaded', leftOut)];
  if (unchanged.length + leftOut.length === 0) return html``;
  return renderSection({ id: `${id}-rest`, title: 'Other', body });
}

function fold(title: string, names: readonly string[]): Markup {
  if (names.length === 0) return html``;
  return html`<details class="folded"><summary>${title} <span class="soft">${names.length}</span></summary><ul class="names">${names.map((name) => html`<li>${name}</li>`)}</ul></details>`;
}

function renderOrigin(part: ReportParts): readonly Markup[] {
  return describeOrigin(part).map((line) => html`<p class="note">${line}</p>`);
}

/** What drew the pictures. */
function renderBrowser({ browser }: ReportParts, id: string): Markup {
  if (browser === undefined) return html``;
  const body = html`<div class="note"><p>${describeBrowser(browser)}</p></div>`;
  return renderSection({ id: `${id}-browser`, title: 'Browser', body });
}

/** What the plan costs in requests, and its digest. */
function renderForecast({ plan, ms, backups }: ReportParts, id: string): Markup {
  if (plan === undefined) return html``;
  const { tier1, tier2, estimatedSeconds } = plan.requests;
  const cost = `${count(tier1, 'read')} and ${count(tier2, 'write')}, about ${estimatedSeconds} s under Qlik's limits.`;
  const body = html`<div class="note"><p>${cost}</p>
${describeBackups(backups).map((line) => html`<p>${line}</p>`)}
${ms === undefined ? undefined : html`<p>It took ${(ms / 1000).toFixed(1)} s.</p>`}
<p class="digest">${plan.digest}</p></div>`;
  return renderSection({ id: `${id}-forecast`, title: 'Forecast', body });
}
