/** The numbers first: how many of each, as tiles that lead to the cards, and as a bar of their shares. */

import type { EntryKind } from '../entries.js';
import { entriesOf, entryKinds, symbols } from '../entries.js';
import { html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';

interface Counter {
  readonly label: string;
  readonly n: number;
  readonly kind?: EntryKind;
}

export function renderCounters(part: ReportParts, id: string): Markup {
  const counters = countersOf(part);
  if (counters.length === 0) return html``;
  const large = counters.filter(({ kind }) => kind !== undefined);
  const small = counters.filter(({ kind }) => kind === undefined);
  return html`<section class="counters" aria-label="Numbers">
<ul class="tiles">${large.map((counter) => renderTile(counter, id))}</ul>
${renderBar(counters)}
<p class="soft">${small.map(({ label, n }, index) => html`${index === 0 ? '' : ' · '}${n} ${label}`)}</p>
</section>`;
}

const labels: Readonly<Record<EntryKind, string>> = {
  create: 'create',
  update: 'update',
  replace: 'replace',
  delete: 'delete',
  blocked: 'blocked',
  kept: 'kept',
  drift: 'departed',
  known: 'known or ignored',
};

function countersOf(part: ReportParts): readonly Counter[] {
  const entries = entriesOf(part);
  const { plan, drift } = part;
  const number = (kind: EntryKind): number => entries.filter((entry) => entry.kind === kind).length;
  const tiles = (kinds: readonly EntryKind[]): readonly Counter[] =>
    kinds.map((kind) => ({ kind, label: labels[kind], n: number(kind) }));
  if (drift !== undefined) return tiles(['drift', 'known']);
  if (plan === undefined)
    return entries.length === 0 ? [] : tiles(entryKinds.filter((kind) => number(kind) > 0));
  const { unchanged, notSelected, unmanaged } = plan.summary;
  return [
    ...tiles(['create', 'update', 'replace', 'delete', 'blocked', 'kept']),
    { label: 'unchanged', n: unchanged },
    { label: 'not selected', n: notSelected },
    { label: 'unmanaged', n: unmanaged },
  ];
}

function renderTile({ label, n, kind = 'kept' }: Counter, id: string): Markup {
  const content = html`<span class="symbol" aria-hidden="true">${symbols[kind]}</span><strong>${n}</strong> <span>${label}</span>`;
  return n === 0
    ? html`<li class="tile none">${content}</li>`
    : html`<li class="tile ${kind}"><a href="#${id}-${kind}">${content}</a></li>`;
}

/** Shares of what the project knows; what is not ours or not selected is no part of it. */
function renderBar(counters: readonly Counter[]): Markup {
  const shares = counters.filter(({ label }) => label !== 'not selected' && label !== 'unmanaged');
  const total = shares.reduce((sum, { n }) => sum + n, 0);
  if (total === 0) return html``;
  const rects = shares.map(({ n, kind }, index) => {
    const before = shares.slice(0, index).reduce((sum, share) => sum + share.n, 0);
    return html`<rect class="${kind ?? 'same'}" x="${percent(before / total)}" width="${percent(n / total)}" height="10"/>`;
  });
  return html`<svg class="bar" aria-hidden="true" width="100%" height="10" preserveAspectRatio="none">${rects}</svg>`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
