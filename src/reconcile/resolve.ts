/** Finds the content digest of records whose archive name does not carry it. Reads only. */

import pLimit from 'p-limit';
import { TenantError } from '../core/errors.js';
import { isMarkedAs, isOwned, markerOf } from '../core/marker.js';
import type { ActualExtension, ActualState, DesiredExtension, DesiredState } from '../core/model.js';
import { findSeenDigest, findUnseen, type SeenChange } from '../core/seen.js';
import { pack } from '../source/archive/pack.js';
import { createContentTest } from '../source/left-out.js';
import { type ReadArchive, whyUnreadable } from './archives.js';

interface Resolving {
  readonly concurrency: number;
  /** The changes of the plan that is applied. */
  readonly reviewed?: readonly SeenChange[] | undefined;
  /** Absent: only owned records are resolved. */
  readonly adopting?: Adopting;
}

/** Records that are not ours are resolved too, and files that an upload from the folder would leave out do not count. */
export interface Adopting {
  readonly counts: (extension: DesiredExtension) => Promise<(path: string) => boolean>;
}

/** Only names on both sides whose archive name is not a current marker cost anything. */
export async function resolveContent(
  desired: DesiredState,
  actual: ActualState,
  project: string,
  readArchive: ReadArchive,
  { concurrency, reviewed = [], adopting }: Resolving,
): Promise<ActualState> {
  const wanted = new Map(desired.extensions.map((extension) => [extension.name, extension]));
  const limit = pLimit(concurrency);
  const concerns = (record: ActualExtension): boolean =>
    adopting === undefined ? isOwned(record, project) : !record.bundled;
  const resolveOne = async (record: ActualExtension): Promise<ActualExtension> => {
    const extension = wanted.get(record.name ?? '');
    if (extension === undefined || !concerns(record) || isToldByMarker(extension, record)) return record;
    if (await holdsOurZip(extension, record)) return { ...record, resolvedDigest: extension.digest };
    const unseen = findUnseen(reviewed, record);
    if (unseen !== undefined) return leaveUnread(record, unseen);
    const counts = (await adopting?.counts(extension)) ?? createContentTest(extension);
    const told = await readDigest(record, readArchive, counts, adopting);
    if (told.unreadable === undefined) return { ...record, ...told };
    const resolvedDigest = findSeenDigest(reviewed, extension, record);
    return resolvedDigest === undefined
      ? leaveUnread(record, told.unreadable)
      : { ...record, resolvedDigest };
  };
  const records = await Promise.all(actual.extensions.map((record) => limit(resolveOne, record)));
  return { extensions: records };
}

/** A marker tells already that it differs; reading could only have told that nothing of importance does. */
function leaveUnread(record: ActualExtension, why: string): ActualExtension {
  const isMarked = markerOf(record).kind === 'ours';
  return { ...record, notLookedAt: why, ...(!isMarked && { unreadable: why }) };
}

/** An older marker that differs may differ only by files that today's rules leave out. */
function isToldByMarker(extension: DesiredExtension, record: ActualExtension): boolean {
  const marker = markerOf(record);
  return marker.kind === 'ours' && (marker.rules === 'current' || isMarkedAs(extension, record));
}

async function holdsOurZip(extension: DesiredExtension, record: ActualExtension): Promise<boolean> {
  return record.md5 !== undefined && (await pack(extension)).md5 === record.md5;
}

/**
 * Only tenant and analytics admins may download whole archives (since 2024-10). An archive that cannot be read stays
 * unknown, which counts as different and affects no other extension. Only an adoption cannot go on without it: without
 * reading there is no saying that the content is the same.
 */
async function readDigest(
  record: ActualExtension,
  readArchive: ReadArchive,
  counts: (path: string) => boolean,
  adopting: Adopting | undefined,
): Promise<Pick<ActualExtension, 'resolvedDigest' | 'unreadable'>> {
  const { digestArchive } = await import('../source/archive/archive.js');
  try {
    return { resolvedDigest: (await digestArchive(await readArchive(record), counts)).digest };
  } catch (error) {
    const mustKnow = error instanceof TenantError && error.status === 403 && adopting !== undefined;
    const unreadable = mustKnow ? undefined : whyUnreadable(error);
    if (unreadable === undefined) throw error;
    return { unreadable };
  }
}
