/** What a tenant holds of a project, as something to be deployed elsewhere: the very archives. Reads only. */

import pLimit from 'p-limit';
import { md5Of } from '../core/digest.js';
import { onDay } from '../core/format.js';
import { isOwned, markerOf, ownersOf } from '../core/marker.js';
import type { ActualExtension, ActualState, Blocked, DesiredExtension } from '../core/model.js';
import { assertDistinctNames } from '../core/names.js';
import { readArchived, type StoredArchive } from '../source/archive/archived.js';
import type { ArchiveReader } from './archives.js';

export interface HeldExtension {
  readonly extension: DesiredExtension;
  readonly archive: StoredArchive;
  /** Why it must not be deployed elsewhere. */
  readonly blocked?: Blocked;
}

export interface Holding {
  /** What people call the tenant. */
  readonly place: string;
  readonly readArchive: ArchiveReader;
  /** Whether an archive can be read again for nothing; else it stays in memory. */
  readonly again: 'free' | 'downloads';
}

/** Records of the project. @throws RefusedError where two of them cannot be told apart */
export function findOwned(actual: ActualState, project: string): readonly NamedRecord[] {
  assertDistinctNames({ extensions: [], skipped: [], notSelected: [] }, actual, project);
  return actual.extensions.flatMap((record) =>
    record.name !== undefined && isOwned(record, project) ? [{ ...record, name: record.name }] : [],
  );
}

/**
 * By name: records of nobody or of others. What the project has elsewhere under such a name was not given up by it, as
 * far as anybody knows: a person cleared our tag, or took it over.
 */
export function findStrangers(
  actual: ActualState,
  project: string,
  place: string,
): ReadonlyMap<string, Blocked> {
  const strangers = actual.extensions.filter((record) => !isOwned(record, project));
  return new Map(
    strangers.flatMap((record) =>
      record.name === undefined ? [] : [[record.name, describeStranger(record, place)]],
    ),
  );
}

function describeStranger(record: ActualExtension, place: string): Blocked {
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

/** @throws TenantError where one of the archives cannot be read */
export async function readHeld(
  records: readonly NamedRecord[],
  holding: Holding,
): Promise<readonly HeldExtension[]> {
  const limit = pLimit(atOnce);
  return Promise.all(records.map((record) => limit(readOne, record, holding)));
}

async function readOne(record: NamedRecord, { place, readArchive, again }: Holding): Promise<HeldExtension> {
  const { name, supernova } = record;
  const bytes = await readArchive(record);
  const md5 = md5Of(bytes);
  const described = await readArchived(bytes, { name, displayFolder: `the archive on ${place}` });
  // What the tenant makes of the archive counts, whatever its manifest says.
  const manifest = { ...described.manifest, supernova };
  const blocked = findObstacle(record, described, place);
  return {
    extension: { ...described, manifest, archiveMd5: md5 },
    archive: { md5, read: again === 'free' ? () => readArchive(record) : async () => bytes },
    ...(blocked !== undefined && { blocked }),
  };
}

/** What somebody put there by hand was never reviewed, and no approval for the other tenant speaks for it. */
function findObstacle(record: NamedRecord, { files }: DesiredExtension, place: string): Blocked | undefined {
  if (markerOf(record).kind === 'none') {
    const message = `changed on ${place}${onDay(record.updatedAt)}, not by its project; apply or adopt it there first`;
    return { rail: 'drift', message };
  }
  if (files.some(({ path }) => path === `${record.name}.qext`)) return undefined;
  return { rail: 'drift', message: `its archive on ${place} holds no ${record.name}.qext that can be read` };
}
