/** Where a zip archive's directory is: found from the end, as every reader does it. */

import { inZip64, readUInt64 } from './extra-fields.js';
import { UnreadableArchiveError } from './unreadable.js';

interface DirectoryPlace {
  /** Offset of the first entry. */
  readonly start: number;
  /** Offset after the last entry. */
  readonly end: number;
  /** How many entries the archive declares; not to be trusted. */
  readonly count: number;
  /** To be added to the archive's offsets where something precedes it, such as a self-extracting program. */
  readonly shift: number;
}

/** How many bytes may precede the first record: a self-extracting program takes a few hundred thousand. */
const mostBefore = 2 ** 20;

/** How many bytes may follow the last record: bsdtar pads its last block of 10,240 with zeros. */
const mostAfter = 2 ** 20;

const longestComment = 0xffff;

const signatureOf = (kind: number): Buffer => Buffer.from([0x50, 0x4b, kind & 0xff, kind >> 8]);

const endSignature = signatureOf(0x0605);

const localSignature = signatureOf(0x0403);

const entrySignature = 0x02014b50;

const zip64Signature = 0x06064b50;

const locatorSignature = 0x07064b50;

const endLength = 22;

const zip64Length = 56;

const locatorLength = 20;

/**
 * The last record whose directory exists: a comment, or what follows the archive, may look like a record by chance.
 *
 * @throws UnreadableArchiveError for what is not a zip archive, or is one part of a split one
 */
export function findDirectory(zip: Buffer): DirectoryPlace {
  const lowest = Math.max(0, zip.length - endLength - longestComment - mostAfter);
  const tail = zip.subarray(lowest, Math.max(lowest, zip.length - endLength + endSignature.length));
  for (
    let at = tail.lastIndexOf(endSignature);
    at !== -1;
    at = tail.subarray(0, at).lastIndexOf(endSignature)
  ) {
    const place = readPlace(zip, lowest + at);
    if (place !== undefined) return place;
  }
  throw describeLack(zip, tail);
}

/** Whether it begins like an archive, or has a directory although something precedes the archive. */
export function isZip(bytes: Buffer): boolean {
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return true;
  try {
    findDirectory(bytes);
    return true;
  } catch (error) {
    if (error instanceof UnreadableArchiveError) return false;
    throw error;
  }
}

function describeLack(zip: Buffer, tail: Buffer): UnreadableArchiveError {
  if (tail.includes(endSignature))
    return new UnreadableArchiveError('is damaged: its directory is not where it should be');
  if (startsAsZip(zip)) return new UnreadableArchiveError('is cut short: its directory is missing');
  return new UnreadableArchiveError('is not a zip archive');
}

function startsAsZip(zip: Buffer): boolean {
  return zip.subarray(0, localSignature.length).equals(localSignature);
}

/** `undefined` where there is no directory as the record describes it. */
function readPlace(zip: Buffer, at: number): DirectoryPlace | undefined {
  const behind = zip.length - (at + endLength + zip.readUInt16LE(at + 20));
  if (behind < 0 || behind > mostAfter) return undefined;
  const { disk, count, size, offset, end } = readZip64(zip, at) ?? readEnd(zip, at);
  const start = end - size;
  const isThere =
    start >= 0 && start >= offset && (count === 0 || zip.readUInt32LE(start) === entrySignature);
  if (!isThere) return undefined;
  if (disk !== 0) throw new UnreadableArchiveError('is one of several parts');
  assertBefore(zip, start - offset);
  return { start, end, count, shift: start - offset };
}

/** With a second archive in front, some programs would read the first and some the last. */
function assertBefore(zip: Buffer, before: number): void {
  if (before > mostBefore) {
    throw new UnreadableArchiveError(`begins with ${before} bytes that do not belong to it`);
  }
  if (before > 0 && startsAsZip(zip)) {
    throw new UnreadableArchiveError('begins with another archive, so programs differ in what they read');
  }
}

interface EndRecord {
  /** Number of this part of the archive. */
  readonly disk: number;
  readonly count: number;
  /** Bytes of the directory. */
  readonly size: number;
  readonly offset: number;
  /** Where the directory has to end. */
  readonly end: number;
}

function readEnd(zip: Buffer, at: number): EndRecord {
  return {
    disk: zip.readUInt16LE(at + 4),
    count: zip.readUInt16LE(at + 10),
    size: zip.readUInt32LE(at + 12),
    offset: zip.readUInt32LE(at + 16),
    end: at,
  };
}

/** A small archive has one, too, if the program did not know its size in advance: `zip out.zip -`. */
function readZip64(zip: Buffer, at: number): EndRecord | undefined {
  const record = findZip64(zip, at - locatorLength);
  if (record === undefined) return undefined;
  const { disk, count, size, offset } = readEnd(zip, at);
  return {
    disk: disk === 0xffff ? zip.readUInt32LE(record + 16) : disk,
    count: count === 0xffff ? readUInt64(zip, record + 32) : count,
    size: size === inZip64 ? readUInt64(zip, record + 40) : size,
    offset: offset === inZip64 ? readUInt64(zip, record + 48) : offset,
    end: record,
  };
}

/** Where the locator says, or, if something was put in front of the archive, right before the locator. */
function findZip64(zip: Buffer, locator: number): number | undefined {
  if (locator < zip64Length || zip.readUInt32LE(locator) !== locatorSignature) return undefined;
  const places = [readUInt64(zip, locator + 8), locator - zip64Length];
  return places.find((at) => at <= locator - zip64Length && zip.readUInt32LE(at) === zip64Signature);
}
