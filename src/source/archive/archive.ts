/** What an archive of the tenant holds, in the same terms as a local folder. */

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { comparePaths, digestOf, normalizePath } from '../../core/digest.js';
import { isDroppedByQlik } from '../left-out.js';
import { compressedBytes, readZipDirectory, type ZipEntry } from './zip-directory.js';

export interface ArchivedFile {
  /** Without the wrapping folder, in Unicode NFC. */
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

/** Far above Qlik's 500 files and 100 MB, so that only what no tenant can hold is given up. */
const mostEntries = 10_000;

const mostUnpacked = 256 * 2 ** 20;

/**
 * The digest of a downloaded archive: the wrapping folder is stripped, nothing but Qlik's own dropping
 * applies. `undefined` where the content cannot be told for certain; never throws on any bytes.
 * @param counts which files to digest; all where absent
 */
export async function digestArchive(
  bytes: Uint8Array,
  counts: (path: string) => boolean = () => true,
): Promise<DigestedArchive | undefined> {
  const opened = openArchive(bytes);
  if (opened === undefined) return undefined;
  const files: ArchivedFile[] = [];
  for (const { path, read } of opened.filter((entry) => !isDroppedByQlik(entry.path) && counts(entry.path))) {
    const content = await read();
    if (content === undefined) return undefined;
    files.push({ path, bytes: content.length, sha256: sha256Of(content) });
  }
  return { digest: digestOf(files), files };
}

/** A file of an archive that was opened; its content is unpacked when it is read, and not kept. */
export interface PackedFile {
  /** Without the wrapping folder, in Unicode NFC. */
  readonly path: string;
  /** Declared bytes; `read` gives no more than these. */
  readonly bytes: number;
  /** `st_mode` as a Unix program wrote it down; 0 where none did. */
  readonly mode: number;
  /** `undefined` where the bytes are not what the archive itself says of them. */
  readonly read: () => Promise<Buffer | undefined>;
}

/**
 * Every file, what Qlik drops included, sorted by the UTF-8 bytes of `path`, each path once. `undefined` for what no
 * tenant can hold, or cannot be told for certain; never throws on any bytes.
 */
export function openArchive(bytes: Uint8Array): readonly PackedFile[] | undefined {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readZipDirectory(zip);
  if (entries === undefined || entries.length > mostEntries || totalOf(entries) > mostUnpacked)
    return undefined;
  const wrapper = findWrapper(entries);
  if (wrapper === undefined) return undefined;
  const files = new Map<string, PackedFile>();
  for (const entry of entries) {
    const path = normalizePath(strip(entry.path, wrapper));
    if (files.has(path)) {
      if (isDroppedByQlik(path)) continue;
      return undefined;
    }
    files.set(path, { path, bytes: entry.unpacked, mode: entry.mode, read: () => unpack(zip, entry) });
  }
  return [...files.values()].sort((a, b) => comparePaths(a.path, b.path));
}

function totalOf(entries: readonly ZipEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.unpacked, 0);
}

/** `''`, or the one folder (with `/`) that holds the `.qext`; `undefined` where that is not clear. */
function findWrapper(entries: readonly ZipEntry[]): string | undefined {
  const folders = new Set<string>();
  for (const { path } of entries) {
    const slash = path.indexOf('/');
    const isShallow = slash === path.lastIndexOf('/');
    if (isShallow && path.endsWith('.qext') && path[slash + 1] !== '.') folders.add(path.slice(0, slash + 1));
  }
  if (folders.has('')) return '';
  const [only, ...others] = folders;
  return others.length === 0 ? only : undefined;
}

function strip(path: string, wrapper: string): string {
  return path.startsWith(wrapper) ? path.slice(wrapper.length) : path;
}

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

async function unpack(zip: Buffer, entry: ZipEntry): Promise<Buffer | undefined> {
  const packed = compressedBytes(zip, entry);
  const content = packed === undefined ? undefined : await decompress(packed, entry);
  const isWhole = content?.length === entry.unpacked && crc32(content) === entry.crc32;
  return isWhole ? content : undefined;
}

async function decompress(packed: Buffer, entry: ZipEntry): Promise<Buffer | undefined> {
  if (entry.method === 0) return packed;
  if (entry.method !== 8) return undefined;
  try {
    // One byte more than declared is allowed because zlib takes no limit of 0; the lengths are compared after.
    return await inflate(packed, { maxOutputLength: entry.unpacked + 1 });
  } catch {
    return undefined;
  }
}

export function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
