/** Which row of the decision table applies to a name, before any approval is considered. */

import { isMarkedAs, isOwned, markerOf } from './marker.js';
import type { ActualExtension, DesiredExtension, State } from './model.js';
import { ownersOf } from './owner.js';

/** The state of a name that both sides have. */
export function classify(desired: DesiredExtension, actual: ActualExtension, project: string): State {
  if (actual.bundled) return 'unmanaged';
  const marker = markerOf(actual);
  if (ownersOf(actual.tags).length === 0) return marker.kind === 'ours' ? 'disowned' : 'unmanaged';
  if (!isOwned(actual, project)) return 'foreign';
  if (hasSameContent(desired, actual)) return keepsMarker(desired, actual) ? 'in-sync' : 'unmarked';
  return marker.kind === 'none' ? 'drifted' : 'changed';
}

/**
 * Compares the exact archive if the desired side asks for one, else the digest in the archive's name, else the digest
 * found by reading the archive. Unknown counts as different.
 */
export function hasSameContent(desired: DesiredExtension, actual: ActualExtension): boolean {
  if (desired.archiveMd5 !== undefined) return desired.archiveMd5 === actual.md5;
  return isMarkedAs(desired, actual) || actual.resolvedDigest === desired.digest;
}

/** Whether a record with the desired content can keep its archive name. */
export function keepsMarker(desired: DesiredExtension, actual: ActualExtension): boolean {
  return desired.archiveMd5 === undefined ? isMarkedAs(desired, actual) : markerOf(actual).kind === 'ours';
}
