/** A record before or after a write of a run: compared with what the tenant holds now, restored, described. */

import { stemOf } from './kind.js';
import { sendableName } from './marker.js';
import type { ActualExtension, Write } from './model.js';
import { ownersOf, ownerTag } from './owner.js';

/** A record before or after a write, as the journal has it. */
export interface RecordSide {
  readonly md5?: string;
  readonly archiveName?: string;
  readonly tags: readonly string[];
  readonly version?: string;
  readonly supernova?: boolean;
}

/** What a write left behind, or would have left. */
export type Remains = RecordSide | 'nothing';

/** The write that restores `side` with its archive. */
export function restoringWrite(
  name: string,
  { tags, archiveName }: RecordSide,
): Pick<Write, 'tags' | 'archiveName'> {
  return { tags, archiveName: sendableName(archiveName ?? `${stemOf(name)}.zip`) };
}

/** Whether the record still matches `side`; fields that the journal lacks are not compared. */
export function matches(record: ActualExtension, side: RecordSide): boolean {
  const hasTags = (some: readonly string[], all: readonly string[]) => some.every((tag) => all.includes(tag));
  return (
    (side.md5 === undefined || record.md5 === side.md5) &&
    matchesArchiveName(record, side) &&
    hasTags(record.tags, side.tags) &&
    hasTags(side.tags, record.tags)
  );
}

/** A restored archive carries the name in the form that can be sent. */
export function matchesArchiveName({ archiveName }: ActualExtension, side: RecordSide): boolean {
  if (side.archiveName === undefined || archiveName === undefined) return true;
  return archiveName === side.archiveName || archiveName === sendableName(side.archiveName);
}

export function describeRestore(
  before: RecordSide,
  record: ActualExtension,
  what: 'tags' | 'all',
  project: string,
): string {
  const from = record.qextVersion;
  const to = before.version;
  const versions =
    from === undefined || to === undefined || from === to ? describeVersion(before) : `, ${from} → ${to}`;
  const restored = what === 'tags' ? 'tags as they were' : `restored from its backup${versions}`;
  const givesUp = record.tags.includes(ownerTag(project)) && !before.tags.includes(ownerTag(project));
  if (!givesUp) return restored;
  const [owner] = ownersOf(before.tags);
  return `${restored}; ${owner === undefined ? 'no longer ours' : `given back to project ${owner}`}`;
}

export function describeVersion({ version }: RecordSide): string {
  return version === undefined ? '' : `, ${version}`;
}
