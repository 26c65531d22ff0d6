import type { Finding } from '../../core/model.js';
import { html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';
import { renderSection } from './section.js';

const tones = { error: 'bad', warning: 'attention', info: 'news' } as const;

/** The worst first; notes are folded. */
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
