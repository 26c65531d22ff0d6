/** What a plan would do: all that is neither left as it is nor stopped by a rail. */

import { withoutUndefined } from './json.js';
import { markerOf } from './marker.js';
import type { Action, ActualExtension, ActualSummary, DesiredExtension, DesiredSummary } from './model.js';

/** As much of a change, of this plan or a reviewed one, as tells whether it is written. */
interface Decided {
  readonly action: Action;
  readonly blocked?: unknown;
}

export function isWritten({ action, blocked }: Decided): boolean {
  return action !== 'none' && blocked === undefined;
}

export function workOf<T extends Decided>({ changes }: { readonly changes: readonly T[] }): readonly T[] {
  return changes.filter(isWritten);
}

// The two sides of a change as the plan shows and records them.

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
