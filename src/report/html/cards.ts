/** A card for each extension, grouped by what happens to it. */

import type { ExtensionComparison, FieldChange, FileChange } from '../../core/comparison.js';
import { count, formatBytes } from '../../core/format.js';
import type { Outcome } from '../../core/outcome.js';
import type { Preview } from '../../core/preview.js';
import { describeOutcome } from '../change-words.js';
import { countKinds, describeSides } from '../diff-text.js';
import { type Entry, type EntryKind, entryKinds, symbols } from '../entries.js';
import { describeDifference, notesOf, picturesOf } from '../preview.js';
import type { ReportParts } from '../run-result.js';
import type { Tone } from '../verdict.js';
import { renderUses } from './impact.js';
import { html, type Markup, renderSection } from './markup.js';

const titles: Readonly<Record<EntryKind, string>> = {
  create: 'Create',
  update: 'Update',
  replace: 'Replace',
  delete: 'Delete',
  blocked: 'Blocked',
  kept: 'Kept',
  drift: 'Drift',
  known: 'Known',
  worse: 'Worse',
  differs: 'Differs',
  same: 'Same',
};

/** @param pictures of `preview`, in base64, by their names */
export function renderCards(
  entries: readonly Entry[],
  id: string,
  pictures: ReportParts['pictures'] = new Map(),
): readonly Markup[] {
  return entryKinds.flatMap((kind) => {
    const members = entries.filter((entry) => entry.kind === kind);
    if (members.length === 0) return [];
    const body = members.map((entry) => renderCard(entry, pictures));
    return [renderSection({ id: `${id}-${kind}`, title: titles[kind], n: members.length, body })];
  });
}

function renderCard(entry: Entry, pictures: ReadonlyMap<string, string>): Markup {
  const { kind, name, verb, words, warning, change, comparison, impact, preview } = entry;
  const { blocked } = change ?? {};
  return html`<article class="card ${kind}">
<header><span class="symbol" aria-hidden="true">${symbols[kind]}</span><h3>${name}</h3>${verb === kind ? undefined : html`<span class="verb">${verb}</span>`}</header>
${preview === undefined ? html`<p>${capitalise(blocked?.message ?? words)}</p>` : renderPreview(preview, pictures)}
${blocked?.lift === undefined ? undefined : html`<p class="lift"><code>${blocked.lift}</code> ${blocked.effect ?? 'lifts it'}</p>`}
${warning === undefined ? undefined : html`<p class="warning"><span class="pill attention">warning</span> ${warning}</p>`}
${renderOutcome(entry)}
${renderSides(entry)}
${impact === undefined ? undefined : renderUses(impact.used, impact.whole)}
${comparison === undefined ? undefined : renderDifferences(comparison)}
</article>`;
}

function renderPreview(preview: Preview, pictures: ReadonlyMap<string, string>): Markup {
  const figures = picturesOf(preview).flatMap(({ title, file }) => {
    const data = pictures.get(file);
    if (data === undefined) return [];
    const image = html`<img src="data:image/png;base64,${data}" alt="${preview.name}: ${title.toLowerCase()}" width="640" height="400">`;
    return [html`<figure><figcaption>${title}</figcaption>${image}</figure>`];
  });
  const words = describeDifference(preview);
  const notes = notesOf(preview).map((note) => html`<li>${note}</li>`);
  return html`${words === undefined ? undefined : html`<p>${capitalise(words)}</p>`}
${figures.length === 0 ? undefined : html`<div class="pictures">${figures}</div>`}
${notes.length === 0 ? undefined : html`<ul class="uses">${notes}</ul>`}`;
}

function renderOutcome({ outcome }: Entry): Markup | undefined {
  if (outcome === undefined) return undefined;
  const { error } = outcome;
  const { tone, label } = judge(outcome);
  return html`<p class="outcome"><span class="pill ${tone}">${label}</span> ${describeOutcome(outcome)}</p>
${error?.hint === undefined ? undefined : html`<p class="hint">${error.hint}</p>`}`;
}

function judge({ status, overwrote }: Outcome): { readonly tone: Tone; readonly label: string } {
  if (overwrote !== undefined) return { tone: 'bad', label: 'overwrote' };
  if (status === 'done') return { tone: 'good', label: 'done' };
  return { tone: status === 'not-attempted' ? 'attention' : 'bad', label: status.replace('-', ' ') };
}

/** What the tenant holds now, and what it will hold. */
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
    ...(actual?.updatedAt === undefined
      ? []
      : [`last changed on the tenant ${actual.updatedAt.slice(0, 10)}`]),
  ];
  return facts.length === 0 ? undefined : html`<p class="sides">${facts.join(' · ')}</p>`;
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function renderDifferences({ files, manifest, unavailable }: ExtensionComparison): Markup {
  if (unavailable !== undefined) return html`<p class="sides">no comparison: ${unavailable}</p>`;
  if (files.length === 0) return html`<p class="sides">same content</p>`;
  return html`<details class="differences"><summary>${countKinds(files)}</summary>
${manifest.length === 0 ? undefined : renderManifest(manifest)}
${files.map(renderFile)}
</details>`;
}

function renderManifest(fields: readonly FieldChange[]): Markup {
  const rows = fields.map(
    ({ field, before, after }) =>
      html`<tr><th scope="row">${field === '' ? '(whole file)' : field}</th><td>${side(before)}</td><td>${side(after)}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Manifest"><table class="fields"><thead><tr><th scope="col">Field</th><th scope="col">Tenant</th><th scope="col">Folder</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function side(text: string | undefined): Markup {
  return text === undefined ? html`<span class="soft">absent</span>` : html`<code>${text}</code>`;
}

function renderFile(file: FileChange): Markup {
  const { path, kind, before, after, patch } = file;
  const title = html`<span class="kind ${kind}">${kind}</span> <code>${path}</code> <span class="soft">${describeSides(file, before, after)}</span>`;
  if (patch === undefined) return html`<p class="file">${title}</p>`;
  return html`<details class="file"><summary>${title}</summary><pre tabindex="0" role="region" aria-label="Differences of ${path}">${renderPatch(patch)}</pre></details>`;
}

function renderPatch(patch: string): readonly Markup[] {
  const lines = patch.replace(/\n$/, '').split('\n');
  return lines.map(
    (
      line,
    ) => html`<span class="line ${kindOfLine(line)}">${line.split('\t').flatMap((part, index) => (index === 0 ? [part] : [tab, part]))}
</span>`,
  );
}

/** A tab is part of code; other control characters are escaped. */
const tab: Markup = { markup: '\t' };

function kindOfLine(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  return line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : 'same';
}
