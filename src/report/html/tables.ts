/** What `validate` looked at and what `pack` wrote. */

import { formatBytes } from '../../core/format.js';
import { type Content, html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';

export function renderValidated({ extensions = [] }: ReportParts): Markup {
  const rows = extensions.map(({ name, version, files, bytes, folder }) => [
    name,
    version,
    files,
    formatBytes(bytes),
    folder,
  ]);
  return renderTable('Extensions', ['Name', 'Version', 'Files', 'Size', 'Folder'], rows);
}

export function renderArchives({ archives = [] }: ReportParts): Markup {
  const rows = archives.map(({ name, file, bytes, md5 }) => [name, file, formatBytes(bytes), md5]);
  return renderTable('Archives', ['Name', 'File', 'Size', 'md5'], rows);
}

function renderTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Content[])[],
): Markup {
  if (rows.length === 0) return html``;
  const body = rows.map(
    ([name, ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<section class="group"><h2>${title} <span class="soft">${rows.length}</span></h2>
<div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}
