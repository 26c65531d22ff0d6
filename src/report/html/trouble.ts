import { html, type Markup } from '../escape-html.js';
import type { ReportParts } from '../run-result.js';

/** Why the run stopped, or what would stop apply. */
export function renderTrouble({ failure, refusals = [] }: ReportParts): Markup {
  if (failure !== undefined) {
    const { message, hint, traceId } = failure;
    return renderCallout('The run stopped', message, hint, traceId);
  }
  return html`${refusals.map(({ message, hint }) => renderCallout('Apply would refuse', message, hint, undefined))}`;
}

function renderCallout(
  title: string,
  message: string,
  hint: string | undefined,
  traceId: string | undefined,
): Markup {
  return html`<section class="callout" aria-label="${title}">
<p class="label">${title}</p>
${paragraphs(message, 'message')}
${hint === undefined ? undefined : paragraphs(hint, 'hint')}
${traceId === undefined ? undefined : html`<p class="sides">trace ${traceId}</p>`}
</section>`;
}

function paragraphs(text: string, name: string): readonly Markup[] {
  return text.split('\n').map((line) => html`<p class="${name}">${line}</p>`);
}
