/** Archives as the tenant accepts them: everything that qlik-sync can read, unless it lies about itself. */

import { hash } from 'node:crypto';
import { crc32, inflateRawSync } from 'node:zlib';
import { assertUnpackable, compressedBytes, type ZipEntry } from '../../core/zip/directory.js';
import { readExtensionEntries } from '../../core/zip/extension-files.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';
import { Refusal } from '../http/answer.js';

/** By path relative to the folder that holds the `.qext`. @throws {Refusal} 422 */
export function readEntries(zip: Buffer): ReadonlyMap<string, ZipEntry> {
  return refuseUnreadable(() => readExtensionEntries(zip).files);
}

/** @throws {Refusal} 422 */
export function readEntry(zip: Buffer, entry: ZipEntry): Buffer {
  return refuseUnreadable(() => {
    assertUnpackable(entry);
    const packed = compressedBytes(zip, entry);
    const content = entry.method === 0 ? packed : inflate(packed, entry);
    if (content?.length === entry.unpacked && crc32(content) === entry.crc32) return content;
    throw new UnreadableArchiveError('which is damaged', entry.path);
  });
}

/** The same for entries that `readEntry` gives the same content of. @throws {Refusal} 422 */
export function keyOfEntry(zip: Buffer, entry: ZipEntry): string {
  const { protection, method, unpacked, crc32: sum } = entry;
  const packed = refuseUnreadable(() => compressedBytes(zip, entry));
  return [hash('sha256', packed, 'hex'), protection, method, unpacked, sum].join(' ');
}

function inflate(packed: Buffer, { unpacked }: ZipEntry): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, unpacked) });
  } catch {
    return undefined;
  }
}

function refuseUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableArchiveError)) throw error;
    throw new Refusal(422, `The file is not a valid zip archive: it ${error.why}.`);
  }
}
