/** Whether archives with our markers really are what the folders pack to: compares the bytes themselves. */

import type { DriftKind } from '../core/drift.js';
import { describeEndings } from '../core/format.js';
import type { ActualExtension, DesiredExtension } from '../core/model.js';
import { digestArchive } from '../source/archive/archive.js';
import { countOtherEndingsIn } from '../source/archive/other-endings.js';
import type { Packer } from '../source/archive/pack.js';
import { createContentTest } from '../source/left-out.js';
import { type ReadArchive, whyUnreadable } from './archives.js';

interface Pair {
  readonly desired: DesiredExtension;
  readonly record: ActualExtension;
}

/** What is wrong with an archive, for a person. */
interface BadArchive {
  readonly kind: Extract<DriftKind, 'changed-on-tenant' | 'unreadable'>;
  readonly message: string;
  /** How many files differ, if nothing but line endings does. */
  readonly onlyLineEndings?: number;
}

/**
 * What is wrong with each archive that does not hold the folder's content, by name. Another version of this tool may have
 * packed the same content into different bytes, so if the MD5 differs the archive is read.
 *
 * @throws TenantError if the credential is no longer accepted (401)
 */
export async function verifyArchives(
  pairs: readonly Pair[],
  readArchive: ReadArchive,
  pack: Packer,
): Promise<ReadonlyMap<string, BadArchive>> {
  const wrong = new Map<string, BadArchive>();
  // Packing is CPU-bound, so nothing would be gained side by side.
  for (const { desired, record } of pairs) {
    if ((await pack(desired)).md5 === record.md5) continue;
    const bad = await inspect(desired, record, readArchive);
    if (bad !== undefined) wrong.set(desired.name, bad);
  }
  return wrong;
}

async function inspect(
  desired: DesiredExtension,
  record: ActualExtension,
  readArchive: ReadArchive,
): Promise<BadArchive | undefined> {
  try {
    const [archive, counts] = [await readArchive(record), createContentTest(desired)];
    if ((await digestArchive(archive, counts)).digest === desired.digest) return undefined;
    const message = "its archive's name claims the folder's content, but its bytes differ";
    const onlyLineEndings = await countOtherEndingsIn(desired, archive, counts);
    return {
      kind: 'changed-on-tenant',
      ...(onlyLineEndings === undefined
        ? { message }
        : { message: `${message}; ${describeEndings(onlyLineEndings)}`, onlyLineEndings }),
    };
  } catch (error) {
    const why = whyUnreadable(error);
    if (why === undefined) throw error;
    const next = 'raise its version and qlik-sync apply uploads it anew';
    const message = `its archive is not the one that the folder packs to, and could not be read: ${why}; ${next}`;
    return { kind: 'unreadable', message };
  }
}
