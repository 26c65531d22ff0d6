/** Why something is uploaded over what the tenant holds, for programs and for people. */

import { markerOf, ownersOf } from './marker.js';
import type { ActualExtension, ChangeReason, DesiredExtension, State } from './model.js';
import { describeDrift } from './rails.js';

export function describeUpload(
  state: State,
  desired: DesiredExtension,
  actual: ActualExtension,
): { readonly reason: ChangeReason; readonly message: string } {
  const versions = describeVersions(actual.qextVersion, desired.manifest.version);
  switch (state) {
    case 'changed':
      return { reason: 'content-changed', message: `${whatChanged(desired, actual)}${versions}` };
    case 'unmarked':
      return markerOf(actual).kind === 'outdated'
        ? { reason: 'marker-outdated', message: 'same content, uploaded once to renew its marker' }
        : { reason: 'marker-missing', message: 'same content, uploaded once to mark it as ours' };
    case 'drifted':
      return { reason: 'changed-on-tenant', message: `overwritten: ${describeDrift(actual)}${versions}` };
    case 'disowned':
    case 'unmanaged':
      return { reason: 'adopted', message: `adopted${versions}` };
    case 'foreign':
      return {
        reason: 'ownership-taken',
        message: `ownership taken from ${ownersOf(actual.tags).join(', ')}${versions}`,
      };
    case 'missing':
    case 'in-sync':
    case 'orphan':
    case 'skipped':
      throw new Error(`no upload is decided for state ${state}`);
  }
}

/** Where the very archive counts, it may be another one of the same files. */
function whatChanged({ archiveMd5, digest }: DesiredExtension, actual: ActualExtension): string {
  const marker = markerOf(actual);
  const isSame = archiveMd5 !== undefined && marker.kind === 'ours' && digest.startsWith(marker.digestStart);
  return isSame ? 'same files in another archive' : 'content changed';
}

function describeVersions(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return '';
  return before === after ? `, version still ${after}` : `, ${before} → ${after}`;
}
