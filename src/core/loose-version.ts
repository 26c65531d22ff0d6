/** How npm reads a version that is not three plain numbers. Imports single functions: the whole package costs 5 ms. */

import type { SemVer } from 'semver';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';

/** Negative, zero or positive; `undefined` where one of them has no order. */
export function compareLoosely(left: string, right: string): number | undefined {
  const [a, b] = [parseLoosely(left), parseLoosely(right)];
  return a === null || b === null ? undefined : compare(a, b);
}

/** Whether it can be ordered: `latest` or an unbuilt placeholder cannot. */
export function isVersion(text: string): boolean {
  return parseLoosely(text) !== null;
}

function parseLoosely(text: string): SemVer | null {
  return parse(text) ?? parse(text, { loose: true }) ?? coerce(text, { includePrerelease: true });
}
