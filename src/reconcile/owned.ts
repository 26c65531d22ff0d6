/** The extensions that a project owns on a tenant, as archives to deploy elsewhere unchanged. Reads only. */

import pLimit from 'p-limit';
import { md5Of } from '../core/digest.js';
import { onDay } from '../core/format.js';
import { stemOf } from '../core/kind.js';
import { isOwned, markerOf } from '../core/marker.js';
import type { ActualExtension, ActualState, Blocked, DesiredExtension } from '../core/model.js';
import { assertDistinctNames } from '../core/names.js';
import { ownersOf } from '../core/owner.js';
import { readArchived, type StoredArchive } from '../source/archive/archived.js';
import type { ReadArchive } from './archives.js';

export interface OwnedArchive {
  readonly extension: DesiredExtension;
  readonly archive: StoredArchive;
  /** Why it must not be deployed elsewhere. */
  readonly blocked?: Blocked;
}

export interface OwnedArchiveOptions {
  /** The tenant's name for people. */
  readonly place: string;
  readonly readArchive: ReadArchive;
  /** Whether an archive can be read again at no cost; otherwise it stays in memory. */
  readonly again: 'free' | 'downloads';
}

/** Records of the project. @throws RefusedError if two names differ only in case */
export function findOwned(actual: ActualState, project: string): readonly NamedRecord[] {
  assertDistinctNames({ extensions: [], skipped: [], notSelected: [] }, actual, project);
  return actual.extensions.flatMap((record) =>
    record.name !== undefined && isOwned(record, project) ? [{ ...record, name: record.name }] : [],
  );
}

/**
 * By name: records without an owner or of other projects. That the project no longer owns such a name here does not mean
 * that it gave the name up: a person may have removed our tag or taken the record over.
 */
export function findUnowned(
  actual: ActualState,
  project: string,
  place: string,
): ReadonlyMap<string, Blocked> {
  const unowned = actual.extensions.filter((record) => !isOwned(record, project));
  return new Map(
    unowned.flatMap((record) =>
      record.name === undefined ? [] : [[record.name, describeUnowned(record, place)]],
    ),
  );
}

function describeUnowned(record: ActualExtension, place: string): Blocked {
  if (ownersOf(record.tags).length > 0)
    return { rail: 'foreign', message: `${place} holds it as another project's` };
  if (markerOf(record).kind === 'none')
    return { rail: 'unmanaged', message: `${place} holds it, but not as ours` };
  return { rail: 'disowned', message: `our tag is gone on ${place}; adopt it there first` };
}

export interface NamedRecord extends ActualExtension {
  readonly name: string;
}

const atOnce = 4;

/** @throws TenantError if one of the archives cannot be read */
export async function readOwned(
  records: readonly NamedRecord[],
  holding: OwnedArchiveOptions,
): Promise<readonly OwnedArchive[]> {
  const limit = pLimit(atOnce);
  return Promise.all(records.map((record) => limit(readOne, record, holding)));
}

async function readOne(
  record: NamedRecord,
  { place, readArchive, again }: OwnedArchiveOptions,
): Promise<OwnedArchive> {
  const { name, supernova } = record;
  const bytes = await readArchive(record);
  const md5 = md5Of(bytes);
  const described = await readArchived(bytes, { name, displayFolder: `the archive on ${place}` });
  // How the tenant treats the archive counts, whatever its manifest says.
  const manifest = { ...described.manifest, supernova };
  const blocked = findObstacle(record, described, place);
  return {
    extension: { ...described, manifest, archiveMd5: md5 },
    archive: { md5, read: again === 'free' ? () => readArchive(record) : async () => bytes },
    ...(blocked !== undefined && { blocked }),
  };
}

/** A manual change was never reviewed, and no approval for the other tenant covers it. */
function findObstacle(record: NamedRecord, { files }: DesiredExtension, place: string): Blocked | undefined {
  if (markerOf(record).kind === 'none') {
    const message = `changed on ${place}${onDay(record.updatedAt)}, not by its project; apply or adopt it there first`;
    return { rail: 'drift', message };
  }
  if (files.some(({ path }) => path === `${stemOf(record.name)}.qext`)) return undefined;
  return {
    rail: 'drift',
    message: `its archive on ${place} holds no ${stemOf(record.name)}.qext that can be read`,
  };
}
