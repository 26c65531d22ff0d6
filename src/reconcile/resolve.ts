/** Finds the content digest of records whose archive name does not carry it. Reads only. */

import pLimit from 'p-limit';
import { TenantError } from '../core/errors.js';
import { isMarkedAs, isOwned, markerOf } from '../core/marker.js';
import type { ActualExtension, ActualState, DesiredExtension, DesiredState } from '../core/model.js';
import type { PullObstacle } from '../core/pull-obstacle.js';
import { findSeenDigest, findUnseen, type SeenChange } from '../core/seen.js';
import type { Packer } from '../source/archive/pack.js';
import { createContentTest } from '../source/left-out.js';
import { type ReadArchive, whyUnreadable } from './archives.js';

interface Resolving {
  readonly pack: Packer;
  readonly concurrency: number;
  /** The changes of the plan that is applied. */
  readonly reviewed?: readonly SeenChange[] | undefined;
  /** Whether content that differs is also compared without its line endings, for which the folder is read again. */
  readonly endings: 'compared' | 'not-compared';
  /** Absent: only owned records are resolved. */
  readonly adopting?: Adopting;
}

/** Records that are not ours are resolved too, and files that an upload from the folder would leave out do not count. */
export interface Adopting {
  /** What keeps `pull` from making the folder the same as the archive. */
  readonly findObstacle: (
    extension: DesiredExtension,
    archive: Uint8Array,
  ) => Promise<PullObstacle | undefined>;
  readonly counts: (extension: DesiredExtension) => Promise<(path: string) => boolean>;
}

/** Only names on both sides whose archive name is not a current marker cost anything. */
export async function resolveContent(
  desired: DesiredState,
  actual: ActualState,
  project: string,
  readArchive: ReadArchive,
  { pack, concurrency, reviewed = [], endings, adopting }: Resolving,
): Promise<ActualState> {
  const wanted = new Map(desired.extensions.map((extension) => [extension.name, extension]));
  const limit = pLimit(concurrency);
  const concerns = (record: ActualExtension): boolean =>
    adopting === undefined ? isOwned(record, project) : !record.bundled;
  const resolveOne = (record: ActualExtension): ActualExtension | Promise<ActualExtension> => {
    const extension = wanted.get(record.name ?? '');
    if (extension === undefined || !concerns(record)) return record;
    if (!isToldByMarker(extension, record)) return limit(look, extension, record);
    const isEqual = isMarkedAs(extension, record);
    return isEqual || endings === 'not-compared' ? record : limit(compareEndings, extension, record);
  };
  const look = async (extension: DesiredExtension, record: ActualExtension): Promise<ActualExtension> => {
    if (await holdsOurZip(extension, record, pack)) return { ...record, resolvedDigest: extension.digest };
    const unseen = findUnseen(reviewed, record);
    if (unseen !== undefined) return leaveUnread(record, unseen);
    const counts = (await adopting?.counts(extension)) ?? createContentTest(extension);
    const told = await readDigest({ extension, record, counts }, readArchive, adopting);
    if (told.unreadable === undefined) return { ...record, ...told };
    const resolvedDigest = findSeenDigest(reviewed, extension, record);
    return resolvedDigest === undefined
      ? leaveUnread(record, told.unreadable)
      : { ...record, resolvedDigest };
  };
  const records = await Promise.all(actual.extensions.map(resolveOne));
  return { ...actual, extensions: records };
}

/** The marker already shows that it differs; reading the archive could only show that nothing important does. */
function leaveUnread(record: ActualExtension, why: string): ActualExtension {
  const isMarked = markerOf(record).kind === 'ours';
  return { ...record, notLookedAt: why, ...(!isMarked && { unreadable: why }) };
}

/** Needs no archive: the digest in the marker is enough. */
async function compareEndings(
  extension: DesiredExtension,
  record: ActualExtension,
): Promise<ActualExtension> {
  const marker = markerOf(record);
  if (marker.kind !== 'ours' || isMarkedAs(extension, record)) return record;
  const { countOtherEndings } = await import('../source/archive/other-endings.js');
  const onlyLineEndings = countOtherEndings(extension, (digest) => digest.startsWith(marker.digestStart));
  return onlyLineEndings === undefined ? record : { ...record, onlyLineEndings };
}

/** An older marker that differs may differ only by files that today's rules leave out. */
function isToldByMarker(extension: DesiredExtension, record: ActualExtension): boolean {
  const marker = markerOf(record);
  return marker.kind === 'ours' && (marker.rules === 'current' || isMarkedAs(extension, record));
}

async function holdsOurZip(
  extension: DesiredExtension,
  record: ActualExtension,
  pack: Packer,
): Promise<boolean> {
  return record.md5 !== undefined && (await pack(extension)).md5 === record.md5;
}

interface Reading {
  readonly extension: DesiredExtension;
  readonly record: ActualExtension;
  readonly counts: (path: string) => boolean;
}

/**
 * Only tenant and analytics admins may download whole archives (since 2024-10). An archive that cannot be read stays
 * unknown, which counts as different and affects no other extension. Only an adoption cannot go on without it, since
 * nothing else shows whether the content is the same.
 */
async function readDigest(
  { extension, record, counts }: Reading,
  readArchive: ReadArchive,
  adopting: Adopting | undefined,
): Promise<Pick<ActualExtension, 'resolvedDigest' | 'onlyLineEndings' | 'unreadable' | 'pullObstacle'>> {
  const { digestArchive } = await import('../source/archive/archive.js');
  try {
    const archive = await readArchive(record);
    const { digest } = await digestArchive(archive, counts, extension.lineEndings);
    if (digest === extension.digest) return { resolvedDigest: digest };
    const { countOtherEndingsIn } = await import('../source/archive/other-endings.js');
    const onlyLineEndings = await countOtherEndingsIn(extension, archive, counts);
    const pullObstacle = await adopting?.findObstacle(extension, archive);
    return {
      resolvedDigest: digest,
      ...(onlyLineEndings !== undefined && { onlyLineEndings }),
      ...(pullObstacle !== undefined && { pullObstacle }),
    };
  } catch (error) {
    const mustKnow = error instanceof TenantError && error.status === 403 && adopting !== undefined;
    const unreadable = mustKnow ? undefined : whyUnreadable(error);
    if (unreadable === undefined) throw error;
    return { unreadable };
  }
}
