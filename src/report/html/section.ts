import { type Content, html, type Markup } from '../escape-html.js';

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How many there are of what the title names. */
  readonly n?: number;
  readonly body: Content;
}

/** A title beside what it stands for, or above it where there is no room. */
export function renderSection({ id, title, n, body }: Section): Markup {
  return html`<section class="group" aria-labelledby="${id}">
<h2 id="${id}" tabindex="-1">${title}${n === undefined ? undefined : html` <span class="soft">${n}</span>`}</h2>
<div class="body">
${body}
</div>
</section>
`;
}
