/** The two sides of a change as the plan shows and records them. */

import { markerOf } from './marker.js';
import type { ActualExtension, ActualSummary, DesiredExtension, DesiredSummary } from './model.js';

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
  const { id, md5, qextVersion: version, revision, updatedAt, userId } = actual;
  return withoutUndefined({ id, digest, md5, version, revision, updatedAt, userId });
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends { readonly id: string }>(
  value: T,
): Pick<Present<T>, 'id'> & Partial<Present<T>> {
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries) as Pick<Present<T>, 'id'> & Partial<Present<T>>;
}
