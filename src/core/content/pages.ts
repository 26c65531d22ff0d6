/** Pages of their own, such as a demo or a documentation, and what names them. */

import { fileName } from '../digest.js';

const dotHtm = Buffer.from('.htm');

/** Names in one file that are kept. */
const maxNames = 50;

/** Bounds the time for files that hold a list of pages. */
const maxCandidates = 2_000;

/** Characters before the suffix that may be the name. */
const longestName = 120;

/** A piece of markup that a script puts into a sheet has no document type. */
export function isWholePage(suffix: string, content: Buffer): boolean {
  if (suffix !== 'html' && suffix !== 'htm') return false;
  return /^(?:\xef\xbb\xbf)?\s*(?:<!--[\s\S]*?-->\s*)*<(?:!doctype|html)\b/i.test(
    content.toString('latin1', 0, 4_096),
  );
}

/** File names, without folders, of the pages that code or markup names. */
export function namesOfPages(suffix: string, content: Buffer): readonly string[] {
  if (!/^(?:m?js|cjs|html?)$/.test(suffix)) return [];
  const names = new Set<string>();
  let at = content.indexOf(dotHtm);
  for (let seen = 0; at !== -1 && seen < maxCandidates && names.size < maxNames; seen += 1) {
    const text = content.toString('utf8', Math.max(0, at - longestName), at + 6);
    const path = /([^"'`\s<>=()]+\.html?)(?!\w)/.exec(text)?.[1];
    if (path !== undefined && !path.includes('//')) names.add(fileName(path));
    at = content.indexOf(dotHtm, at + dotHtm.length);
  }
  return [...names];
}
