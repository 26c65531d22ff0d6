/** HTML by template: inserted values are escaped, unless a template made them. */

import { printable } from '../paint.js';

export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | undefined | readonly Content[];

/** Values become text or the value of a quoted attribute; `undefined` becomes nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const rest = strings.slice(1).map((text, index) => `${contentOf(values[index])}${text}`);
  return { markup: `${strings[0] ?? ''}${rest.join('')}` };
}

function contentOf(value: Content): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'markup' in value ? value.markup : value.map(contentOf).join('');
}

function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

interface Section {
  readonly id: string;
  readonly title: string;
  /** How many of what the title names. */
  readonly n?: number;
  readonly body: Content;
}

/** A title next to its content, or above it on narrow screens. */
export function renderSection({ id, title, n, body }: Section): Markup {
  return html`<section class="group" aria-labelledby="${id}">
<h2 id="${id}" tabindex="-1">${title}${n === undefined ? undefined : html` <span class="soft">${n}</span>`}</h2>
<div class="body">
${body}
</div>
</section>
`;
}
