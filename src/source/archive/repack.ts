/** Packs the same extensions again and again, as `watch` does, and compresses only what has changed. */

import { md5Of } from '../../core/digest.js';
import type { DesiredExtension, KeptFile } from '../../core/model.js';
import { endOfEntry } from '../../core/zip/directory.js';
import { findDirectory } from '../../core/zip/end-record.js';
import { type Archive, type Packer, pack } from './pack.js';

/** How many bytes of archives are remembered; those unused for longest are dropped first. */
const defaultMemory = 64 * 2 ** 20;

/** Returns exactly the bytes that `pack` returns. */
export function createRepacker(maxBytes: number = defaultMemory): Packer {
  const remembered = new Map<string, PackedBefore>();

  function remember(extension: DesiredExtension, packed: PackedBefore): void {
    remembered.delete(extension.name);
    remembered.set(extension.name, packed);
    let bytes = [...remembered.values()].reduce((sum, { archive }) => sum + archive.size, 0);
    for (const [name, { archive }] of remembered) {
      if (bytes <= maxBytes) return;
      remembered.delete(name);
      bytes -= archive.size;
    }
  }

  return async (extension) => {
    const before = remembered.get(extension.name);
    const archive = before === undefined ? await pack(extension) : await packAgain(extension, before);
    remember(extension, { archive, files: extension.files });
    return archive;
  };
}

interface PackedBefore {
  readonly archive: Archive;
  readonly files: readonly KeptFile[];
}

/**
 * The same bytes with less work: only files that changed are packed, and replace their old entries. Only if the paths are
 * the same, since entries keep their order.
 */
async function packAgain(extension: DesiredExtension, { archive, files }: PackedBefore): Promise<Archive> {
  const old = new Map(files.map((file) => [file.path, file.sha256]));
  const changed = extension.files.filter((file) => old.get(file.path) !== file.sha256);
  const samePaths =
    old.size === extension.files.length && extension.files.every((file) => old.has(file.path));
  if (!samePaths) return pack(extension);
  if (changed.length === 0) return archive;
  const bytes = replaceEntries(archive.bytes, (await pack({ ...extension, files: changed })).bytes);
  return { bytes, md5: md5Of(bytes), size: bytes.length };
}

/** An entry as `pack` writes it: nothing is between two entries, and an entry depends on the others only by its offset. */
interface Entry {
  /** Its header in the directory, which says where the entry is. */
  readonly listed: Buffer;
  /** Its own header and its data. */
  readonly stored: Buffer;
}

/** @param by an archive of some of the same paths */
function replaceEntries(zip: Buffer, by: Buffer): Buffer {
  const now = new Map(entriesOf(by));
  const stored: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, before] of entriesOf(zip)) {
    const entry = now.get(name) ?? before;
    const listed = Buffer.from(entry.listed);
    listed.writeUInt32LE(offset, offsetAt);
    stored.push(entry.stored);
    directory.push(listed);
    offset += entry.stored.length;
  }
  const end = Buffer.from(zip.subarray(findDirectory(zip).end));
  end.writeUInt32LE(offset, directoryAt);
  return Buffer.concat([...stored, ...directory, end]);
}

/** Offsets in a header of the directory: the length of the name, the offset of the entry, and the name. */
const [nameLengthAt, offsetAt, nameAt] = [28, 42, 46];

/** Where the last record says where the directory is. The directory's length depends on the names alone. */
const directoryAt = 16;

/** By name, as its bytes. */
function entriesOf(zip: Buffer): readonly (readonly [string, Entry])[] {
  const { start, end } = findDirectory(zip);
  const listings: Buffer[] = [];
  for (let at = start; at < end; ) {
    const next = endOfEntry(zip, at);
    listings.push(zip.subarray(at, next));
    at = next;
  }
  return listings.map((listed, index) => {
    const until = listings[index + 1]?.readUInt32LE(offsetAt) ?? start;
    const name = listed.toString('latin1', nameAt, nameAt + listed.readUInt16LE(nameLengthAt));
    return [name, { listed, stored: zip.subarray(listed.readUInt32LE(offsetAt), until) }] as const;
  });
}
