/** What the central directory of a zip archive says; local headers only serve to find the bytes. Nothing is trusted. */

import { findDirectory } from './end-record.js';
import { decodeName, type EntryName, parsePath } from './entry-name.js';
import { readExtraFields, readZip64Numbers } from './extra-fields.js';
import { UnreadableArchiveError } from './unreadable.js';

export interface ZipEntry {
  /** With `/`, without `.` parts; never leads out of the folder it is unpacked to. */
  readonly path: string;
  readonly encoding: EntryName['encoding'];
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly protection: 'none' | 'encrypted';
  readonly crc32: number;
  /** Declared bytes; not to be trusted. */
  readonly compressed: number;
  /** Declared bytes; not to be trusted. */
  readonly unpacked: number;
  /** Where the entry's local header begins. */
  readonly offset: number;
  /** The file type and permissions that a Unix program recorded (`st_mode`); 0 where none did. */
  readonly mode: number;
}

/** Far above Qlik's 500 files and 100 MB, so that only what no tenant can hold is rejected. */
const mostFiles = 10_000;

const mostUnpacked = 256 * 2 ** 20;

const entrySignature = 0x02014b50;

const entryLength = 46;

const localSignature = 0x04034b50;

const localLength = 30;

/** General purpose bits: encrypted, strongly encrypted, with hidden headers; UTF-8. */
const encryptedFlags = 0x2041;

const utf8Flag = 0x800;

/**
 * The entries that are files, in the order of the directory; a path may come twice.
 *
 * @throws UnreadableArchiveError for what is not a zip archive, holds a name that leads out of its folder, is larger than
 * any tenant takes, or has entries that share their bytes (a small archive of those takes hours to read)
 */
export function readZipDirectory(zip: Buffer): readonly ZipEntry[] {
  const { start, end, count, shift } = findDirectory(zip);
  const files: ZipEntry[] = [];
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + entryLength > end || zip.readUInt32LE(at) !== entrySignature) throw damaged();
    const next = endOfEntry(zip, at);
    if (next > end) throw damaged();
    const entry = readEntry(zip, at, shift);
    if (entry !== undefined) files.push(entry);
    if (files.length > mostFiles) throw new UnreadableArchiveError(`contains more than ${mostFiles} files`);
    at = next;
  }
  if (at + 4 <= end && zip.readUInt32LE(at) === entrySignature) throw damaged();
  assertSizes(zip, files);
  return files;
}

/** Where an entry of the directory ends, by the lengths of its last three fields. @param at where it begins */
export function endOfEntry(zip: Buffer, at: number): number {
  return at + entryLength + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
}

function damaged(): UnreadableArchiveError {
  return new UnreadableArchiveError('is damaged: its directory does not list as many files as it announces');
}

/** `undefined` for a folder: many archives list none, and a folder has no content. */
function readEntry(zip: Buffer, at: number, shift: number): ZipEntry | undefined {
  const nameEnd = at + entryLength + zip.readUInt16LE(at + 28);
  const extra = readExtraFields(zip.subarray(nameEnd, nameEnd + zip.readUInt16LE(at + 30)));
  const flags = zip.readUInt16LE(at + 8);
  const { text, encoding } = decodeName({
    bytes: zip.subarray(at + entryLength, nameEnd),
    claims: (flags & utf8Flag) === 0 ? 'nothing' : 'utf-8',
    ...(extra.unicodePath !== undefined && { unicodePath: extra.unicodePath }),
  });
  const { path, kind } = parsePath(text);
  if (kind === 'folder') return undefined;
  const numbers = readZip64Numbers(
    {
      unpacked: zip.readUInt32LE(at + 24),
      compressed: zip.readUInt32LE(at + 20),
      offset: zip.readUInt32LE(at + 42),
    },
    extra.zip64,
  );
  if (numbers === undefined) throw new UnreadableArchiveError('whose size or place is missing', text);
  return {
    path,
    encoding,
    method: zip.readUInt16LE(at + 10),
    protection: (flags & encryptedFlags) === 0 ? 'none' : 'encrypted',
    crc32: zip.readUInt32LE(at + 16),
    ...numbers,
    offset: numbers.offset + shift,
    mode: zip.readUInt16LE(at + 40),
  };
}

function assertSizes(zip: Buffer, entries: readonly ZipEntry[]): void {
  const total = (size: (entry: ZipEntry) => number): number =>
    entries.reduce((sum, entry) => sum + size(entry), 0);
  if (total(({ unpacked }) => unpacked) > mostUnpacked) {
    throw new UnreadableArchiveError(`unpacks to more than ${mostUnpacked / 2 ** 20} MiB`);
  }
  if (total(({ compressed }) => compressed) > zip.length) {
    throw new UnreadableArchiveError('has files that share their bytes, or is cut short');
  }
}

/** The entry's bytes as they are in the archive. @throws UnreadableArchiveError where the archive ends before they do */
export function compressedBytes(zip: Buffer, { offset, path, compressed }: ZipEntry): Buffer {
  const isThere = offset + localLength <= zip.length && zip.readUInt32LE(offset) === localSignature;
  if (isThere) {
    const start = offset + localLength + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
    if (start + compressed <= zip.length) return zip.subarray(start, start + compressed);
  }
  throw new UnreadableArchiveError('whose bytes are not where the directory says', path);
}

/** Of APPNOTE.TXT, 4.4.5: those that programs still write. */
const methodNames: Readonly<Record<number, string>> = {
  1: 'shrink',
  6: 'implode',
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  20: 'zstd',
  93: 'zstd',
  95: 'XZ',
  98: 'PPMd',
  99: 'AES encryption',
};

/** @throws UnreadableArchiveError for what is encrypted, or compressed with a method that not every zip program knows */
export function assertUnpackable({ protection, method, path }: ZipEntry): void {
  if (protection === 'encrypted') throw new UnreadableArchiveError('which is encrypted', path);
  if (method === 0 || method === 8) return;
  const name = methodNames[method] ?? `the method ${method}`;
  throw new UnreadableArchiveError(`which is packed with ${name} instead of Deflate`, path);
}
