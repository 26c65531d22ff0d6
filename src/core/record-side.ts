/** One side of what a run did to a record: compared with what stands there now, sent back, described. */

import { ownersOf, ownerTag, sendableName } from './marker.js';
import type { ActualExtension, Write } from './model.js';

/** One side of what a run did to a record, as its journal tells it. */
export interface RecordSide {
  readonly md5?: string;
  readonly archiveName?: string;
  readonly tags: readonly string[];
  readonly version?: string;
  readonly supernova?: boolean;
}

/** What a write left, or would have left. */
export type Remains = RecordSide | 'nothing';

export function sentBack(
  name: string,
  { tags, archiveName }: RecordSide,
): Pick<Write, 'tags' | 'archiveName'> {
  return { tags, archiveName: sendableName(archiveName ?? `${name}.zip`) };
}

export function isAs(record: ActualExtension, side: RecordSide): boolean {
  const hasTags = (some: readonly string[], all: readonly string[]) => some.every((tag) => all.includes(tag));
  return (
    (side.md5 === undefined || record.md5 === side.md5) &&
    isNamedAs(record, side) &&
    hasTags(record.tags, side.tags) &&
    hasTags(side.tags, record.tags)
  );
}

/** A restored archive has the name that could be sent. */
export function isNamedAs({ archiveName }: ActualExtension, side: RecordSide): boolean {
  if (side.archiveName === undefined || archiveName === undefined) return true;
  return archiveName === side.archiveName || archiveName === sendableName(side.archiveName);
}

export function describePutBack(
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
