/** Reads the table of contents of a zip that somebody else made. */

export interface ZipEntry {
  readonly path: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc32: number;
  /** Declared bytes; not to be believed. */
  readonly compressed: number;
  /** Declared bytes; not to be believed. */
  readonly unpacked: number;
  /** Where the entry's local header begins. */
  readonly offset: number;
  /** The file type and permissions that a Unix program wrote down (`st_mode`); 0 where none did. */
  readonly mode: number;
}

const endSignature = 0x06054b50;

const endLength = 22;

const entrySignature = 0x02014b50;

const entryLength = 46;

const localSignature = 0x04034b50;

const localLength = 30;

const longestComment = 0xffff;

const encryptedFlag = 0x1;

/**
 * The entries without folders, or `undefined` for what is no zip or of a kind that cannot be vouched for:
 * encrypted, spanned, zip64, names that lead out of the folder, one name twice, entries that share their bytes (a small
 * archive of those takes hours to read).
 */
export function readZipDirectory(zip: Buffer): readonly ZipEntry[] | undefined {
  const end = findEnd(zip);
  if (end === undefined) return undefined;
  const count = zip.readUInt16LE(end + 10);
  const entries = new Map<string, ZipEntry>();
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (at + entryLength > end || zip.readUInt32LE(at) !== entrySignature) return undefined;
    const entry = readEntry(zip, at);
    if (entry === undefined || entries.has(entry.path)) return undefined;
    entries.set(entry.path, entry);
    at += entryLength + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  const all = [...entries.values()];
  const packed = all.reduce((sum, entry) => sum + entry.compressed, 0);
  return packed > zip.length ? undefined : all.filter((entry) => !entry.path.endsWith('/'));
}

/** The entry's bytes as they lie in the archive; `undefined` where they do not fit in. */
export function compressedBytes(zip: Buffer, entry: ZipEntry): Buffer | undefined {
  const { offset } = entry;
  if (offset + localLength > zip.length || zip.readUInt32LE(offset) !== localSignature) return undefined;
  const start = offset + localLength + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
  const stop = start + entry.compressed;
  return stop <= zip.length ? zip.subarray(start, stop) : undefined;
}

/** The end record stands last, before a comment of any length. */
function findEnd(zip: Buffer): number | undefined {
  const lowest = Math.max(0, zip.length - endLength - longestComment);
  for (let at = zip.length - endLength; at >= lowest; at--) {
    if (zip.readUInt32LE(at) === endSignature && at + endLength + zip.readUInt16LE(at + 20) === zip.length) {
      return at;
    }
  }
  return undefined;
}

function readEntry(zip: Buffer, at: number): ZipEntry | undefined {
  const name = zip.subarray(at + entryLength, at + entryLength + zip.readUInt16LE(at + 28));
  const path = decodeName(name);
  const encrypted = (zip.readUInt16LE(at + 8) & encryptedFlag) !== 0;
  if (path === undefined || encrypted || leadsOut(path)) return undefined;
  return {
    path,
    method: zip.readUInt16LE(at + 10),
    crc32: zip.readUInt32LE(at + 16),
    compressed: zip.readUInt32LE(at + 20),
    unpacked: zip.readUInt32LE(at + 24),
    offset: zip.readUInt32LE(at + 42),
    mode: zip.readUInt16LE(at + 40),
  };
}

/** macOS writes UTF-8 without saying so; of any other encoding nobody knows what Qlik makes of it. */
function decodeName(name: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    return undefined;
  }
}

/** Also once the folder that wraps everything is taken away: `w//etc` and `w/C:/` are absolute then. */
function leadsOut(path: string): boolean {
  if (path.includes('\\') || path.includes('\0')) return true;
  const parts = path.replace(/\/$/, '').split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..' || /^[A-Za-z]:/.test(part));
}
