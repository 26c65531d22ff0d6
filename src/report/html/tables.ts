/** What `validate` looked at, what `pack` wrote, and the answers of commands that only tell something. */

import { formatBytes } from '../../core/format.js';
import { answerTables } from '../answer-tables.js';
import { type Content, html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';
import { renderSection } from './section.js';

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
