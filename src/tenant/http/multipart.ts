/** The bodies of requests, complete in memory, so that the same bytes can be sent again. */

import { randomUUID } from 'node:crypto';
import { UserError } from '../../core/errors.js';
import type { ExtensionData } from '../wire.js';

export interface RequestBody {
  readonly contentType: string;
  /** Sent one after the other, as joining them would copy the whole archive. */
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

export function createBody(contentType: string, chunks: readonly Uint8Array[]): RequestBody {
  return { contentType, chunks, length: chunks.reduce((sum, { length }) => sum + length, 0) };
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
