/** A card for each extension, grouped by what happens to it. */

import { count, formatBytes } from '../../core/format.js';
import type { ActualSummary, DesiredSummary } from '../../core/model.js';
import { type Entry, type EntryKind, entryKinds, symbols } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import { describeOutcome } from '../outcome-words.js';
import { renderDifferences } from './differences.js';
import { renderUses } from './uses.js';

const titles: Readonly<Record<EntryKind, string>> = {
  create: 'Create',
  update: 'Update',
  replace: 'Replace',
  delete: 'Delete',
  blocked: 'Blocked',
  kept: 'Kept',
  drift: 'Departed from the folders',
  known: 'Known or ignored',
};

export function renderCards(entries: readonly Entry[], id: string): Markup {
  const groups = entryKinds.map((kind) => ({
    kind,
    members: entries.filter((entry) => entry.kind === kind),
  }));
  return html`${groups
    .filter(({ members }) => members.length > 0)
    .map(
      ({ kind, members }) => html`<section class="group" aria-labelledby="${id}-${kind}">
<h2 id="${id}-${kind}" tabindex="-1">${titles[kind]} <span class="soft">${members.length}</span></h2>
${members.map(renderCard)}
</section>`,
    )}`;
}

function renderCard(entry: Entry): Markup {
  const { kind, name, verb, words, warning, change, comparison, impact } = entry;
  const { blocked } = change ?? {};
  return html`<article class="card ${kind}">
<header><span class="symbol" aria-hidden="true">${symbols[kind]}</span><h3>${name}</h3><span class="verb">${verb}</span></header>
<p>${blocked === undefined ? words : capitalise(blocked.message)}</p>
${blocked?.lift === undefined ? undefined : html`<p class="lift"><code>${blocked.lift}</code> ${blocked.effect ?? 'lifts it'}</p>`}
${warning === undefined ? undefined : html`<p class="warning"><span class="pill attention">warning</span> ${warning}</p>`}
${renderOutcome(entry)}
${renderSides(change?.desired, change?.actual)}
${impact === undefined ? undefined : renderUses(impact)}
${comparison === undefined ? undefined : renderDifferences(comparison)}
</article>`;
}

function renderOutcome({ outcome }: Entry): Markup | undefined {
  if (outcome === undefined) return undefined;
  const { status, error, overwrote } = outcome;
  const tone = status === 'done' ? 'good' : status === 'not-attempted' ? 'attention' : 'bad';
  const label = status === 'done' ? 'done' : status.replace('-', ' ');
  return html`<p class="outcome"><span class="pill ${tone}">${label}</span> ${describeOutcome(outcome)}</p>
${error?.hint === undefined ? undefined : html`<p class="hint">${error.hint}</p>`}
${overwrote === undefined ? undefined : html`<p class="hint"><span class="pill bad">overwritten</span> ${overwrote}</p>`}`;
}

/** What stands there and what will, in small letters. */
function renderSides(
  desired: DesiredSummary | undefined,
  actual: ActualSummary | undefined,
): Markup | undefined {
  const facts = [
    ...(desired === undefined ? [] : [`${count(desired.files, 'file')}, ${formatBytes(desired.bytes)}`]),
    ...(desired === undefined ? [] : [`folder ${desired.digest.slice(0, 12)}`]),
    ...(actual?.digest === undefined ? [] : [`tenant ${actual.digest.slice(0, 12)}`]),
    ...(actual?.updatedAt === undefined ? [] : [`last changed there ${actual.updatedAt.slice(0, 10)}`]),
  ];
  return facts.length === 0 ? undefined : html`<p class="sides">${facts.join(' · ')}</p>`;
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
