/** Whether archives with our markers really are what the folders pack to: compares the bytes themselves. */

import { TenantError } from '../core/errors.js';
import type { ActualExtension, DesiredExtension } from '../core/model.js';
import { digestArchive } from '../source/archive/archive.js';
import { pack } from '../source/archive/pack.js';
import type { ReadArchive } from './archives.js';

interface Pair {
  readonly desired: DesiredExtension;
  readonly record: ActualExtension;
}

/**
 * By name, what is wrong with each archive that does not hold the folder's content. Another version of this tool may
 * have packed the same content into different bytes, so where the md5 differs the archive is read.
 */
export async function verifyArchives(
  pairs: readonly Pair[],
  readArchive: ReadArchive,
): Promise<ReadonlyMap<string, string>> {
  const wrong = new Map<string, string>();
  // Packing is CPU-bound, so nothing would be gained side by side.
  for (const { desired, record } of pairs) {
    if ((await pack(desired)).md5 === record.md5) continue;
    const problem = await inspect(desired, record, readArchive);
    if (problem !== undefined) wrong.set(desired.name, problem);
  }
  return wrong;
}

async function inspect(
  desired: DesiredExtension,
  record: ActualExtension,
  readArchive: ReadArchive,
): Promise<string | undefined> {
  try {
    const digested = await digestArchive(await readArchive(record));
    return digested?.digest === desired.digest
      ? undefined
      : "its archive's name claims the folder's content, but its bytes differ";
  } catch (error) {
    if (!(error instanceof TenantError) || error.status === 401) throw error;
    return `its archive is not the one that the folder packs to, and could not be read: ${error.message}`;
  }
}
