/** Tables of a page: what `validate` checked, what `pack` wrote, answers, and above all the numbers of a run. */

import { formatBytes } from '../../core/format.js';
import type { Finding } from '../../core/model.js';
import { answerTables } from '../answer-tables.js';
import { type EntryKind, entriesOf, entryKinds, symbols } from '../entries.js';
import type { ReportParts } from '../run-result.js';
import { type Content, html, type Markup, renderSection } from './markup.js';

export function renderValidated({ extensions = [] }: ReportParts, id: string): Markup {
  const rows = extensions.map(({ name, version, files, bytes, folder }) => [
    name,
    version,
    files,
    formatBytes(bytes),
    folder,
  ]);
  return renderTable(`${id}-extensions`, 'Extensions', ['Name', 'Version', 'Files', 'Size', 'Folder'], rows);
}

export function renderArchives({ archives = [] }: ReportParts, id: string): Markup {
  const rows = archives.map(({ name, file, bytes, md5 }) => [name, file, formatBytes(bytes), md5]);
  return renderTable(`${id}-archives`, 'Archives', ['Name', 'File', 'Size', 'md5'], rows);
}

export function renderAnswers(part: ReportParts, id: string): readonly Markup[] {
  return answerTables(part).map(({ id: own, title, columns, rows }) =>
    renderTable(
      `${id}-${own}`,
      title,
      columns,
      rows.map(([name, ...cells]) => [name, ...cells.map(renderLines)]),
    ),
  );
}

function renderLines(text: string): readonly Markup[] {
  return text.split('\n').map((line) => html`<p>${line}</p>`);
}

function renderTable(
  id: string,
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  if (rows.length === 0) return html``;
  const head = columns.map((column) => html`<th scope="col">${column}</th>`);
  const lines = rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  const body = html`<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table></div>`;
  return renderSection({ id, title, n: rows.length, body });
}

// The numbers of a run: tiles that link to the cards, and a bar of their shares.

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
  drift: 'drifted',
  known: 'known or ignored',
  worse: 'worse than before',
  differs: 'look different',
  same: 'no difference seen',
};

function countersOf(part: ReportParts): readonly Counter[] {
  const entries = entriesOf(part);
  const { kind: report, plan } = part;
  const number = (kind: EntryKind): number => entries.filter((entry) => entry.kind === kind).length;
  const tiles = (kinds: readonly EntryKind[]): readonly Counter[] =>
    kinds.map((kind) => ({ kind, label: labels[kind], n: number(kind) }));
  if (report === 'drift') return tiles(['drift', 'known']);
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

/** Shares of what the run covers: names that are unmanaged or not selected are not part of it. */
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

const tones = { error: 'bad', warning: 'attention', info: 'news' } as const;

/** The worst first; info findings are folded. */
export function renderFindings({ findings = [] }: ReportParts, id: string): Markup {
  if (findings.length === 0) return html``;
  const by = (severity: Finding['severity']): readonly Finding[] =>
    findings.filter((finding) => finding.severity === severity);
  const [loud, notes] = [[...by('error'), ...by('warning')], by('info')];
  const body = [
    loud.length === 0 ? undefined : html`<ul class="findings">${loud.map(renderFinding)}</ul>`,
    notes.length === 0 ? undefined : renderNotes(notes),
  ];
  return renderSection({ id: `${id}-findings`, title: 'Findings', n: findings.length, body });
}

function renderNotes(notes: readonly Finding[]): Markup {
  return html`<details class="folded"><summary>Notes <span class="soft">${notes.length}</span></summary><ul class="findings">${notes.map(renderFinding)}</ul></details>`;
}

function renderFinding({ severity, file, line, column, extension, message, hint, rule }: Finding): Markup {
  const place = [file ?? extension, line, column].filter((part) => part !== undefined).join(':');
  return html`<li><p><span class="pill ${tones[severity]}">${severity}</span> ${message}</p>
${hint === undefined ? undefined : html`<p class="hint">${hint}</p>`}
<p class="sides">${place === '' ? undefined : html`<code>${place}</code> · `}${rule}</p></li>`;
}
