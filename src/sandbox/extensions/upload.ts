/** The body of a create or patch: `data`, `file`, or both. */

import { createHash } from 'node:crypto';
import type { ExtensionData, ExtensionFile } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { type Part, parseMultipart } from '../http/multipart.js';
import { newId } from '../ids.js';
import type { Behaviour } from '../options.js';
import { inspectArchive } from './archive.js';
import { parseData } from './data.js';
import type { Manifest } from './manifest.js';

/** An archive that passed every check. */
export interface Archive {
  readonly bytes: Buffer;
  readonly file: ExtensionFile & { readonly fileId: string };
  readonly manifest: Manifest;
}

export interface Upload {
  readonly data?: ExtensionData;
  readonly archive?: Archive;
}

/** @throws {Refusal} 415 and 422 */
export function readUpload(call: Call, behaviour: Behaviour): Upload {
  const parts = parseMultipart(call.headers['content-type'], call.body);
  const data = onlyPart(parts, 'data');
  const file = onlyPart(parts, 'file');
  if (data === undefined && file === undefined) {
    throw new Refusal(422, 'A file part or a data part is required.');
  }
  return {
    ...(data === undefined ? {} : { data: parseData(data.content.toString('utf8')) }),
    ...(file === undefined ? {} : { archive: readFilePart(file, behaviour) }),
  };
}

/** @throws {Refusal} 422 */
export function readArchive(
  bytes: Buffer,
  sent: { readonly originalname: string; readonly contentType: string },
  behaviour: Behaviour,
): Archive {
  const manifest = inspectArchive(bytes, behaviour);
  const md5 = createHash('md5').update(bytes).digest('hex');
  const { contentType, originalname } = sent;
  const file = { contentType, contentLength: bytes.length, md5, fileId: newId(), originalname };
  return { bytes, file, manifest };
}

function onlyPart(parts: readonly Part[], name: string): Part | undefined {
  const [part, second] = parts.filter((candidate) => candidate.name === name);
  if (second !== undefined) throw new Refusal(422, `The part ${name} was sent more than once.`);
  return part;
}

function readFilePart(part: Part, behaviour: Behaviour): Archive {
  const { filename, contentType = 'application/zip', content } = part;
  if (filename === undefined) throw new Refusal(422, 'The part file holds no file.');
  return readArchive(content, { originalname: filename, contentType }, behaviour);
}
