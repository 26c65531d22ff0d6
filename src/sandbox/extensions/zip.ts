/** Reads zip archives and trusts nothing: sizes are checked before inflating, lengths and CRC after it. */

import { crc32, inflateRawSync } from 'node:zlib';
import { Refusal } from '../http/answer.js';

export interface ZipEntry {
  /** As the archive spells it, with `/`. */
  readonly path: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes once inflated, as the archive claims. */
  readonly size: number;
  /** Offset of the local header. */
  readonly offset: number;
}

const signature = { end: 0x06054b50, central: 0x02014b50, local: 0x04034b50 };

const length = { end: 22, central: 46, local: 30, comment: 0xffff };

const zip64 = 0xffffffff;

/** The files of an archive, in its own order, without folder entries. @throws {Refusal} 422 */
export function readEntries(zip: Buffer): readonly ZipEntry[] {
  const end = findEnd(zip);
  const count = zip.readUInt16LE(end + 10);
  const entries: ZipEntry[] = [];
  let position = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (position + length.central > end || zip.readUInt32LE(position) !== signature.central) throw corrupt();
    const { entry, next } = readCentralHeader(zip, position);
    if (next > end || entry.size === zip64 || entry.offset === zip64) throw corrupt();
    if (!entry.path.endsWith('/')) entries.push(entry);
    position = next;
  }
  return entries;
}

function findEnd(zip: Buffer): number {
  const lowest = Math.max(0, zip.length - length.end - length.comment);
  for (let at = zip.length - length.end; at >= lowest; at -= 1) {
    const found = zip.readUInt32LE(at) === signature.end;
    if (found && at + length.end + zip.readUInt16LE(at + 20) === zip.length) return at;
  }
  throw corrupt();
}

function readCentralHeader(zip: Buffer, at: number): { entry: ZipEntry; next: number } {
  const flags = zip.readUInt16LE(at + 8);
  const nameEnd = at + length.central + zip.readUInt16LE(at + 28);
  const entry = {
    path: decodeName(zip.subarray(at + length.central, nameEnd)),
    method: zip.readUInt16LE(at + 10),
    encrypted: (flags & 1) === 1,
    crc: zip.readUInt32LE(at + 16),
    packed: zip.readUInt32LE(at + 20),
    size: zip.readUInt32LE(at + 24),
    offset: zip.readUInt32LE(at + 42),
  };
  return { entry, next: nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32) };
}

/** UTF-8 if valid, whatever the flag says; else Latin-1. Backslashes come from old Windows packers. */
function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return (text.includes('\ufffd') ? bytes.toString('latin1') : text).replaceAll('\\', '/');
}

/** @throws {Refusal} 422 */
export function readEntry(zip: Buffer, entry: ZipEntry): Buffer {
  const content = inflate(entry, packedBytes(zip, entry));
  if (content.length !== entry.size || crc32(content) !== entry.crc) throw corrupt(entry.path);
  return content;
}

function packedBytes(zip: Buffer, entry: ZipEntry): Buffer {
  const header = entry.offset;
  if (header + length.local > zip.length || zip.readUInt32LE(header) !== signature.local) {
    throw corrupt(entry.path);
  }
  const start = header + length.local + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  if (start + entry.packed > zip.length) throw corrupt(entry.path);
  return zip.subarray(start, start + entry.packed);
}

function inflate(entry: ZipEntry, packed: Buffer): Buffer {
  if (entry.encrypted) throw corrupt(entry.path);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw corrupt(entry.path);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch {
    throw corrupt(entry.path);
  }
}

function corrupt(path?: string): Refusal {
  const where = path === undefined ? '' : `: ${path}`;
  return new Refusal(422, `The file is not a valid zip archive${where}.`);
}
