/** Reads one file's size, hash and facts in one pass over its bytes. Synchronous: see `read.ts`. */

import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import {
  createEndingCounter,
  type LineEndings,
  withEndings,
  withoutReturns,
} from '../../core/content/line-endings.js';
import { type ContentFacts, inspectContent } from '../../core/content.js';
import { reasonOf } from '../../core/system-error.js';
import type { KeptEntry } from './keep.js';

/** As it is uploaded, which is not always as on the disk: see `LineEndings`. */
export interface FileContent {
  readonly bytes: number;
  readonly sha256: string;
  readonly facts: ContentFacts;
}

export type FileReading =
  | { readonly kind: 'read'; readonly content: FileContent; readonly stats: Stats }
  /** `how` completes "The file …". */
  | { readonly kind: 'changing'; readonly how: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

export type ReadFile = (absolutePath: string, entry: KeptEntry, more?: ReadMore) => FileReading;

interface ReadMore {
  /** The facts of bytes that were inspected in an earlier run, by their SHA-256. */
  readonly recall?: (sha256: string) => ContentFacts | undefined;
  /** Gets the content, unless it is too large to be held; the buffer is valid during the call. */
  readonly take?: ((path: string, content: Buffer) => void) | undefined;
}

export type Inspect = (path: string, content: Buffer) => ContentFacts;

/** What every step of one reading needs. */
interface FileReadContext extends ReadMore {
  readonly bufferFor: (bytes: number) => Buffer;
  readonly inspect: Inspect;
  readonly lineEndings: LineEndings;
}

/** Larger files exceed Qlik's limit: they are hashed in pieces, to save memory, and not inspected. */
const largestHeld = 32 * 2 ** 20;

const firstBuffer = 2 ** 18;

/** The reader uses one buffer for all files, which grows with the largest. */
export function createFileReader(
  lineEndings: LineEndings = 'as-is',
  inspect: Inspect = inspectContent,
): ReadFile {
  let buffer: Buffer | undefined;
  const bufferFor = (bytes: number): Buffer => {
    if (buffer === undefined || bytes > buffer.length) {
      buffer = Buffer.allocUnsafe(Math.min(largestHeld, Math.max(firstBuffer, bytes * 2)));
    }
    return buffer;
  };
  return (absolutePath, entry, more) => {
    const context = { bufferFor, inspect, lineEndings, ...more };
    const first = tryRead(absolutePath, entry, context);
    return first.kind === 'changing' ? tryRead(absolutePath, entry, context) : first;
  };
}

/** A link must not replace a file after it was listed, and a pipe must not block. */
const fileFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

const linkFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function tryRead(absolutePath: string, entry: KeptEntry, context: FileReadContext): FileReading {
  try {
    const file = openSync(absolutePath, entry.kind === 'link' ? linkFlags : fileFlags);
    try {
      return readOpen(file, entry, context);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return explainFailure(error);
  }
}

/** The file existed, as a file, when its folder was listed. */
function explainFailure(error: unknown): FileReading {
  switch ((error as NodeJS.ErrnoException).code) {
    case undefined:
      throw error;
    case 'ENOENT':
      return { kind: 'changing', how: 'disappeared while its folder was read' };
    case 'ELOOP':
    case 'EISDIR':
      return { kind: 'changing', how: 'was replaced by a link or a folder while its folder was read' };
    default:
      return { kind: 'unreadable', reason: reasonOf(error) };
  }
}

function readOpen(file: number, entry: KeptEntry, context: FileReadContext): FileReading {
  return readAtOnce(file, entry, context) ?? readCarefully(file, entry, context);
}

/** How far a file system's clock may be behind the process's within one tick. */
const tickMs = 50;

/**
 * For the usual file: no larger than the buffer, so that one system call reads it, and not written recently, so that it
 * did not change in between. Saves reading its stats first.
 */
function readAtOnce(file: number, entry: KeptEntry, context: FileReadContext): FileReading | undefined {
  const buffer = context.bufferFor(0);
  const startedAt = Date.now();
  const bytes = readSync(file, buffer, 0, buffer.length, 0);
  const stats = fstatSync(file);
  const isOld = Math.max(stats.mtimeMs, stats.ctimeMs) < startedAt - tickMs;
  if (bytes === buffer.length || bytes !== stats.size || !isOld || !stats.isFile()) return undefined;
  return { kind: 'read', content: describe(context, entry.path, buffer.subarray(0, bytes)), stats };
}

function readCarefully(file: number, entry: KeptEntry, context: FileReadContext): FileReading {
  const before = fstatSync(file);
  if (!before.isFile()) return { kind: 'unreadable', reason: 'it is no longer a file' };
  const isHeld = before.size <= largestHeld;
  const { read, content } = isHeld
    ? readWhole(file, entry.path, before.size, context)
    : readInPieces(file, context);
  const stats = fstatSync(file);
  const isSame = read === stats.size && before.mtimeMs === stats.mtimeMs && before.ctimeMs === stats.ctimeMs;
  return isSame && before.size === stats.size
    ? { kind: 'read', content, stats }
    : { kind: 'changing', how: 'changed while it was read, twice' };
}

interface WholeReading {
  /** Bytes on the disk. */
  readonly read: number;
  readonly content: FileContent;
}

function readWhole(file: number, path: string, size: number, context: FileReadContext): WholeReading {
  const buffer = context.bufferFor(size);
  let read = 0;
  while (read < size) {
    const count = readSync(file, buffer, read, size - read, read);
    if (count === 0) break;
    read += count;
  }
  return { read, content: describe(context, path, buffer.subarray(0, read)) };
}

function describe(context: FileReadContext, path: string, onDisk: Buffer): FileContent {
  const { inspect, recall, take, lineEndings } = context;
  const content = withEndings(onDisk, lineEndings);
  take?.(path, content);
  const sha256 = hash('sha256', content, 'hex');
  return { bytes: content.length, sha256, facts: recall?.(sha256) ?? inspect(path, content) };
}

function readInPieces(file: number, { bufferFor, lineEndings }: FileReadContext): WholeReading {
  const isToChange = lineEndings === 'lf' && holdsTextWithReturns(file, bufferFor(0));
  const sum = createHash('sha256');
  let [read, bytes] = [0, 0];
  for (const piece of piecesOf(file, bufferFor(0))) {
    // An LF follows each CR of such a text, even if it is in the next piece.
    const content = isToChange ? withoutReturns(piece) : piece;
    sum.update(content);
    read += piece.length;
    bytes += content.length;
  }
  return { read, content: { bytes, sha256: sum.digest('hex'), facts: {} } };
}

function holdsTextWithReturns(file: number, buffer: Buffer): boolean {
  const counter = createEndingCounter();
  for (const piece of piecesOf(file, buffer)) counter.add(piece);
  return (counter.count()?.crlf ?? 0) > 0;
}

/** Each is valid until the next. */
function* piecesOf(file: number, buffer: Buffer): Generator<Buffer> {
  for (let at = 0; ; ) {
    const count = readSync(file, buffer, 0, buffer.length, at);
    if (count === 0) return;
    yield buffer.subarray(0, count);
    at += count;
  }
}
