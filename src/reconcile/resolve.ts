/** Finds out what a record holds where its archive name does not tell. Reads only. */

import pLimit from 'p-limit';
import { TenantError } from '../core/errors.js';
import { isOwned, markerOf } from '../core/marker.js';
import type { ActualExtension, ActualState, DesiredExtension, DesiredState } from '../core/model.js';
import { pack } from '../source/archive/pack.js';
import type { ArchiveReader } from './archives.js';

interface Resolving {
  readonly concurrency: number;
  /** Absent: records that are ours only. */
  readonly adopting?: Adopting;
}

/** Records of others are resolved too, and what no upload from the folder would take does not count. */
export interface Adopting {
  readonly counts: (extension: DesiredExtension) => Promise<(path: string) => boolean>;
}

/** Only names that both sides know and whose archive name is not ours or outdated cost anything. */
export async function resolveContent(
  desired: DesiredState,
  actual: ActualState,
  project: string,
  readArchive: ArchiveReader,
  { concurrency, adopting }: Resolving,
): Promise<ActualState> {
  const wanted = new Map(desired.extensions.map((extension) => [extension.name, extension]));
  const limit = pLimit(concurrency);
  const concerns = (record: ActualExtension): boolean =>
    adopting === undefined ? isOwned(record, project) : !record.bundled;
  const resolveOne = async (record: ActualExtension): Promise<ActualExtension> => {
    const extension = wanted.get(record.name ?? '');
    if (extension === undefined || !concerns(record) || markerOf(record).kind === 'ours') return record;
    if (await holdsOurZip(extension, record)) return { ...record, resolvedDigest: extension.digest };
    const digest = await readDigest(record, readArchive, await adopting?.counts(extension));
    return digest === undefined ? record : { ...record, resolvedDigest: digest };
  };
  const records = await Promise.all(actual.extensions.map((record) => limit(resolveOne, record)));
  return { extensions: records };
}

async function holdsOurZip(extension: DesiredExtension, record: ActualExtension): Promise<boolean> {
  return record.md5 !== undefined && (await pack(extension)).md5 === record.md5;
}

/**
 * Whole archives are for tenant and analytics admins only (since 2024-10). Whatever stands in the way of one archive,
 * its content stays unknown, which counts as different, and no other extension is concerned. Only an adoption depends on
 * it: whoever may not look cannot say that the content is the same.
 */
async function readDigest(
  record: ActualExtension,
  readArchive: ArchiveReader,
  counts: ((path: string) => boolean) | undefined,
): Promise<string | undefined> {
  const { digestArchive } = await import('../source/archive/archive.js');
  try {
    return (await digestArchive(await readArchive(record), counts))?.digest;
  } catch (error) {
    const mustKnow = error instanceof TenantError && error.status === 403 && counts !== undefined;
    if (error instanceof TenantError && error.status !== 401 && !mustKnow) return undefined;
    throw error;
  }
}
