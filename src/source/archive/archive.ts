/** What an archive of the tenant holds, in the same terms as a local folder. */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { type LineEndings, withEndings } from '../../core/content/line-endings.js';
import { comparePaths, digestOf, isDroppedByQlik, normalizePath } from '../../core/digest.js';
import { assertUnpackable, compressedBytes, type ZipEntry } from '../../core/zip/directory.js';
import { readExtensionEntries } from '../../core/zip/extension-files.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';

export interface ArchivedFile {
  /** Relative to the folder that holds the `.qext`, in Unicode NFC. */
  readonly path: string;
  readonly bytes: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

interface DigestedArchive {
  readonly digest: string;
  /** Sorted by the UTF-8 bytes of `path`. */
  readonly files: readonly ArchivedFile[];
}

/**
 * The digest of a downloaded archive: only what is in the folder of the `.qext` counts, and only files that Qlik itself
 * drops are left out.
 *
 * @param counts which files to digest; absent: all
 * @param lineEndings the line endings of the content
 * @throws UnreadableArchiveError if the content is not certain, and nothing else whatever the bytes
 */
export async function digestArchive(
  bytes: Uint8Array,
  counts: (path: string) => boolean = () => true,
  lineEndings: LineEndings = 'as-is',
): Promise<DigestedArchive> {
  const files: ArchivedFile[] = [];
  for (const { path, read } of openArchive(bytes).files) {
    if (isDroppedByQlik(path) || !counts(path)) continue;
    const content = withEndings(await read(), lineEndings);
    files.push({ path, bytes: content.length, sha256: sha256Of(content) });
  }
  return { digest: digestOf(files), files };
}

/** A file of an opened archive; its content is unpacked when it is read, and not kept. */
export interface PackedFile {
  /** Relative to the folder that holds the `.qext`, in Unicode NFC. */
  readonly path: string;
  /** Declared bytes; `read` returns exactly these. */
  readonly bytes: number;
  /** `st_mode` as a Unix program recorded it; 0 if none did. */
  readonly mode: number;
  /** Whether the name's encoding had to be guessed, as IBM code page 437. */
  readonly encoding: ZipEntry['encoding'];
  /** @throws UnreadableArchiveError if the bytes are not what the archive says about them */
  readonly read: () => Promise<Buffer>;
}

interface OpenedArchive {
  /** Every file of the extension, including what Qlik drops, sorted by the UTF-8 bytes of `path`, each path once. */
  readonly files: readonly PackedFile[];
  /** Paths in the archive outside the folder of the `.qext`. */
  readonly outside: readonly string[];
}

/** @throws UnreadableArchiveError for what no tenant can hold, or is not certain; nothing else whatever the bytes */
export function openArchive(bytes: Uint8Array): OpenedArchive {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { files, outside } = readExtensionEntries(zip);
  const opened = new Map<string, PackedFile>();
  for (const [spelled, entry] of files) {
    const path = normalizePath(spelled);
    if (opened.has(path) && !isDroppedByQlik(path)) {
      throw new UnreadableArchiveError('and the same name in another Unicode form', spelled);
    }
    const { unpacked: bytes, mode, encoding } = entry;
    opened.set(path, { path, bytes, mode, encoding, read: () => unpack(zip, entry) });
  }
  return { files: [...opened.values()].sort((a, b) => comparePaths(a.path, b.path)), outside };
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

async function unpack(zip: Buffer, entry: ZipEntry): Promise<Buffer> {
  assertUnpackable(entry);
  const packed = compressedBytes(zip, entry);
  const content = entry.method === 0 ? packed : await decompress(packed, entry);
  if (content.length !== entry.unpacked || crc32(content) !== entry.crc32) {
    throw new UnreadableArchiveError('which is damaged: its checksum is wrong', entry.path);
  }
  return content;
}

async function decompress(packed: Buffer, { unpacked, path }: ZipEntry): Promise<Buffer> {
  try {
    // One byte more than declared is allowed because zlib accepts no limit of 0; the lengths are compared afterwards.
    return await inflate(packed, { maxOutputLength: unpacked + 1 });
  } catch {
    throw new UnreadableArchiveError('which is damaged: it does not unpack to what it should', path);
  }
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
