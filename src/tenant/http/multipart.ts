/** The bodies of requests, complete in memory, so that the same bytes can be sent again. */

import { randomUUID } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import type { ExtensionData } from '../wire.js';

export interface RequestBody {
  readonly contentType: string;
  /** Sent one after the other, as joining a large archive with what is around it would copy it. */
  readonly chunks: readonly Uint8Array[];
  /** Sum of the chunks' bytes. */
  readonly length: number;
}

/** What an extension is created or patched with: an archive, metadata, or both. */
export interface ExtensionUpload {
  readonly file?: ArchiveFile;
  readonly data?: ExtensionData;
}

export interface ArchiveFile {
  /** The tenant returns it as `file.originalname`. Printable ASCII without quotes, slashes and `%`. */
  readonly name: string;
  /** The zip. */
  readonly bytes: Uint8Array;
}

/** Builds the `multipart/form-data` body: `data` as a plain JSON field, `file` as `application/zip`. */
export function buildUpload(upload: ExtensionUpload): RequestBody {
  assertUpload(upload);
  const boundary = `qlik-sync-${randomUUID()}`;
  const chunks: Uint8Array[] = [];
  if (upload.data !== undefined) {
    chunks.push(partHead(boundary, 'name="data"'), Buffer.from(JSON.stringify(upload.data)), lineBreak);
  }
  if (upload.file !== undefined) {
    const disposition = `name="file"; filename="${upload.file.name}"`;
    chunks.push(partHead(boundary, disposition, 'application/zip'), upload.file.bytes, lineBreak);
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return createBody(`multipart/form-data; boundary=${boundary}`, chunks);
}

export function createBody(contentType: string, parts: readonly Uint8Array[]): RequestBody {
  const chunks = joinSmall(parts);
  return { contentType, chunks, length: chunks.reduce((sum, { length }) => sum + length, 0) };
}

/** Each chunk is a call to the system, and one more time that the other side wakes. */
const smallBytes = 2 ** 16;

function joinSmall(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const runs: Uint8Array[][] = [];
  let isOpen = false;
  for (const part of parts) {
    const isSmall = part.length <= smallBytes;
    const last = runs.at(-1);
    if (isSmall && isOpen && last !== undefined) last.push(part);
    else runs.push([part]);
    isOpen = isSmall;
  }
  return runs.map((run) => (run.length === 1 && run[0] !== undefined ? run[0] : Buffer.concat(run)));
}

const lineBreak = Buffer.from('\r\n');

function partHead(boundary: string, disposition: string, contentType?: string): Buffer {
  const type = contentType === undefined ? '' : `Content-Type: ${contentType}\r\n`;
  return Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${type}\r\n`);
}

function assertUpload(upload: ExtensionUpload): void {
  if (upload.file === undefined && upload.data === undefined) {
    throw new UserError('An extension upload needs a file, data, or both.');
  }
  if (upload.file !== undefined && !isArchiveName(upload.file.name)) {
    throw new UserError('The archive name may contain only ASCII letters, digits and plain punctuation.', {
      hint: 'Some servers garble quotes, percent signs and other characters in multipart file names.',
    });
  }
}

function isArchiveName(name: string): boolean {
  return /^[\x20-\x7e]+$/.test(name) && !/["\\/%]/.test(name);
}
