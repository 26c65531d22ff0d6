/** The changes of a plan that would be written (neither `none` nor blocked), and the two sides of a change. */

import { withoutUndefined } from './json.js';
import { markerOf } from './marker.js';
import type { Action, ActualExtension, DesiredExtension } from './model.js';
import { originWorkOf } from './origins/model.js';
import type { ActualSummary, DesiredSummary } from './summaries.js';

/** The part of a change, of this plan or a reviewed one, that decides whether it is written. */
interface Decided {
  readonly action: Action;
  readonly blocked?: unknown;
}

export function isWritten({ action, blocked }: Decided): boolean {
  return action !== 'none' && blocked === undefined;
}

/** Whether an apply would write anything, extensions or entries. */
export function hasWork(plan: {
  readonly changes: readonly Decided[];
  readonly origins?: Parameters<typeof originWorkOf>[0];
}): boolean {
  return workOf(plan).length + originWorkOf(plan.origins).length > 0;
}

export function workOf<T extends Decided>({ changes }: { readonly changes: readonly T[] }): readonly T[] {
  return changes.filter(isWritten);
}

/** The folder's side of a change, as plans show and record it. */
export function summariseDesired(desired: DesiredExtension): DesiredSummary {
  return {
    digest: desired.digest,
    ...(desired.manifest.version !== undefined && { version: desired.manifest.version }),
    files: desired.files.length,
    bytes: desired.bytes,
  };
}

/** The tenant's side of a change, as plans show and record it. */
export function summariseActual(actual: ActualExtension): ActualSummary {
  const marker = markerOf(actual);
  const digest = actual.resolvedDigest ?? (marker.kind === 'ours' ? marker.digestStart : undefined);
  const { id, md5, qextVersion: version, revision, updatedAt, userId, archiveName, tags } = actual;
  return {
    id,
    ...withoutUndefined({ digest, md5, version, revision, updatedAt, userId, archiveName, tags }),
  };
}
