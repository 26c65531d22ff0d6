/** What a tenant holds of a project, as something to be deployed elsewhere: the very archives. Reads only. */

import pLimit from 'p-limit';
import { onDay } from '../core/format.js';
import { isOwned, markerOf } from '../core/marker.js';
import { md5Of } from '../core/md5.js';
import type { ActualExtension, ActualState, Blocked, DesiredExtension } from '../core/model.js';
import { assertDistinctNames } from '../core/names.js';
import { readArchived, type StoredArchive } from '../source/archived.js';
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
