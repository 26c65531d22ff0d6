/**
 * Escaping for Markdown: text that every renderer shows unchanged.
 *
 * Only letters, digits, spaces, characters beyond ASCII and a few harmless signs remain; everything else becomes a numeric
 * character reference. CommonMark (2.5): references "cannot be used in place of symbols indicating structure", so the text
 * can begin no block and no span. The remaining signs mean structure only at the beginning of a block, and there they
 * become references, too. What GitHub and GitLab search for afterwards, in the finished page (`@person`, `#12`, `:smile:`,
 * an address …), gets an invisible character in between, or is put into `<code>`, where they do not search.
 */

import { printable } from '../paint.js';

/** For words in a sentence. */
export function markdownText(text: string): string {
  return refer(printable(text)).replace(
    /(&#(?:33|35|36|37|38|58|64|126);)(?=[\p{L}\p{N}"_+/])/gu,
    '$1&#8203;',
  );
}

/** For a name, a path or a command, as code. */
export function markdownCode(text: string): string {
  return `<code>${refer(printable(text))}</code>`;
}

function refer(text: string): string {
  const lead = /^[ \d+\-=.)/]*/.exec(text)?.[0].length ?? 0;
  return text.replace(/[!-/:-@[-`{-~]|^ +| +$/g, (found, index: number) =>
    isHarmless(found, index, lead, text) ? found : [...found].map(reference).join(''),
  );
}

/** `.` and `:` are part of addresses, which GitHub makes links. */
function isHarmless(sign: string, index: number, lead: number, text: string): boolean {
  if (index < lead) return false;
  if (sign === '.') return !/www$/i.test(text.slice(0, index));
  if (sign === ':') return /^(?:\s|$)/.test(text.slice(index + 1));
  return ',;\'"()/?=+-'.includes(sign);
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

/** A hidden comment of letters, digits and single signs, so that nothing in it can end it. */
export function markdownMarker(words: readonly string[]): string {
  const safe = words.map((word) => word.replace(/[^A-Za-z0-9._+]+/g, '-').replace(/^-|-$/g, ''));
  return `<!-- ${safe.join(':')} -->\n`;
}

/** A block of code whose fence is longer than any in it. A tab belongs to code; other control characters are escaped. */
export function markdownFence(language: string, code: string): string {
  const lines = code.split('\n').map((line) => line.split('\t').map(printable).join('\t'));
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${lines.join('\n')}\n${fence}\n`;
}
