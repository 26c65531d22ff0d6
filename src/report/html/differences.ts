/** What differs in one extension, folded twice: the extension, then each file with a patch. */

import type { ExtensionComparison, FieldChange, FileChange } from '../../core/comparison.js';
import { countKinds, describeSides } from '../diff-text.js';
import { html, type Markup } from '../escape-html.js';

export function renderDifferences({ files, manifest, unavailable }: ExtensionComparison): Markup {
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

/** A tab is part of code; anything else that could move a cursor is not. */
const tab: Markup = { markup: '\t' };

function kindOfLine(line: string): string {
  if (line.startsWith('@@')) return 'hunk';
  return line.startsWith('+') ? 'plus' : line.startsWith('-') ? 'minus' : 'same';
}
