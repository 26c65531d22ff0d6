/** Several environments: one line each, the way to its section. */

import { html, type Markup } from '../escape-html.js';
import type { RunResult } from '../run-result.js';
import { nameOfPlace } from '../title.js';
import { verdictOf } from '../verdict.js';

export function renderOverview({ parts, command, exitCode }: RunResult): Markup {
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
