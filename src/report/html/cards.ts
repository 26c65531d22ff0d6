/** A card for each extension, grouped by what happens to it. */

import { count, formatBytes } from '../../core/format.js';
import type { Outcome } from '../../core/model.js';
import { type Entry, type EntryKind, entryKinds, symbols } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import { describeOutcome } from '../outcome-words.js';
import type { Tone } from '../tone.js';
import { renderDifferences } from './differences.js';
import { renderSection } from './section.js';
import { renderUses } from './uses.js';

const titles: Readonly<Record<EntryKind, string>> = {
  create: 'Create',
  update: 'Update',
  replace: 'Replace',
  delete: 'Delete',
  blocked: 'Blocked',
  kept: 'Kept',
  drift: 'Departed',
  known: 'Known',
};

export function renderCards(entries: readonly Entry[], id: string): readonly Markup[] {
  return entryKinds.flatMap((kind) => {
    const members = entries.filter((entry) => entry.kind === kind);
    if (members.length === 0) return [];
    const body = members.map(renderCard);
    return [renderSection({ id: `${id}-${kind}`, title: titles[kind], n: members.length, body })];
  });
}

function renderCard(entry: Entry): Markup {
  const { kind, name, verb, words, warning, change, comparison, impact } = entry;
  const { blocked } = change ?? {};
  return html`<article class="card ${kind}">
<header><span class="symbol" aria-hidden="true">${symbols[kind]}</span><h3>${name}</h3>${verb === kind ? undefined : html`<span class="verb">${verb}</span>`}</header>
<p>${capitalise(blocked?.message ?? words)}</p>
${blocked?.lift === undefined ? undefined : html`<p class="lift"><code>${blocked.lift}</code> ${blocked.effect ?? 'lifts it'}</p>`}
${warning === undefined ? undefined : html`<p class="warning"><span class="pill attention">warning</span> ${warning}</p>`}
${renderOutcome(entry)}
${renderSides(entry)}
${impact === undefined ? undefined : renderUses(impact.told, impact.whole)}
${comparison === undefined ? undefined : renderDifferences(comparison)}
</article>`;
}

function renderOutcome({ outcome }: Entry): Markup | undefined {
  if (outcome === undefined) return undefined;
  const { error } = outcome;
  const { tone, label } = judge(outcome);
  return html`<p class="outcome"><span class="pill ${tone}">${label}</span> ${describeOutcome(outcome)}</p>
${error?.hint === undefined ? undefined : html`<p class="hint">${error.hint}</p>`}`;
}

function judge({ status, overwrote }: Outcome): { readonly tone: Tone; readonly label: string } {
  if (overwrote !== undefined) return { tone: 'bad', label: 'done, but' };
  if (status === 'done') return { tone: 'good', label: 'done' };
  return { tone: status === 'not-attempted' ? 'attention' : 'bad', label: status.replace('-', ' ') };
}

/** What stands there and what will, in small letters. */
function renderSides({ change, kind }: Entry): Markup | undefined {
  const { desired, actual } = change ?? {};
  const digests = [actual?.digest, desired?.digest].flatMap((digest) =>
    digest === undefined ? [] : [digest.slice(0, 12)],
  );
  const facts = [
    ...(desired === undefined || kind === 'create'
      ? []
      : [`${count(desired.files, 'file')}, ${formatBytes(desired.bytes)}`]),
    ...(digests.length === 0 ? [] : [`content ${[...new Set(digests)].join(' → ')}`]),
    ...(actual?.updatedAt === undefined ? [] : [`last changed there ${actual.updatedAt.slice(0, 10)}`]),
  ];
  return facts.length === 0 ? undefined : html`<p class="sides">${facts.join(' · ')}</p>`;
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
