/** The two sides of a change as the plan shows and records them. */

import { markerOf } from './marker.js';
import type { ActualExtension, ActualSummary, DesiredExtension, DesiredSummary } from './model.js';
import { withoutUndefined } from './present.js';

/** What the folder would put there. */
export function summariseDesired(desired: DesiredExtension): DesiredSummary {
  return {
    digest: desired.digest,
    ...(desired.manifest.version !== undefined && { version: desired.manifest.version }),
    files: desired.files.length,
    bytes: desired.bytes,
  };
}

/** What stands there now. */
export function summariseActual(actual: ActualExtension): ActualSummary {
  const marker = markerOf(actual);
  const digest = marker.kind === 'ours' ? marker.digestStart : actual.resolvedDigest;
  const { id, md5, qextVersion: version, revision, updatedAt, userId, archiveName, tags } = actual;
  return {
    id,
    ...withoutUndefined({ digest, md5, version, revision, updatedAt, userId, archiveName, tags }),
  };
}
