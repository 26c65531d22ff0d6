/** `/api/v1/extensions` */

import {
  createExtension,
  deleteExtension,
  patchExtension,
  readStoredArchive,
} from '../extensions/actions.js';
import { extractFile } from '../extensions/archive.js';
import { findRecord } from '../extensions/records.js';
import { readUpload } from '../extensions/upload.js';
import { type Answer, json, noContent, Refusal } from '../http/answer.js';
import { type Caller, requireAdmin, requirePublisher } from '../http/auth.js';
import { byMethod, type Call } from '../http/call.js';
import type { Sandbox } from '../sandbox.js';

export async function answerExtensions(sandbox: Sandbox, call: Call, caller: Caller): Promise<Answer> {
  const [id, file, ...path] = call.segments.slice(3);
  if (id === undefined) return answerCollection(sandbox, call, caller);
  if (file === undefined) return answerRecord(sandbox, call, caller, id);
  if (file !== 'file') throw new Refusal(404, 'There is nothing at this path.');
  if (path.length > 0) return byMethod(call, { GET: () => downloadFile(sandbox, id, path.join('/')) });
  return byMethod(call, {
    GET: () => {
      requireAdmin(caller, `User is not authorized to read extension with ${id}.`);
      return downloadArchive(sandbox, id);
    },
  });
}

function answerCollection(sandbox: Sandbox, call: Call, caller: Caller) {
  return byMethod(call, {
    GET: () => json(200, { data: sandbox.extensions.read().records }),
    POST: async () => {
      requirePublisher(caller, 'User is not authorized to create extensions.');
      return json(201, await createExtension(sandbox, readUpload(call, sandbox.behaviour)));
    },
  });
}

function answerRecord(sandbox: Sandbox, call: Call, caller: Caller, id: string) {
  return byMethod(call, {
    GET: () => json(200, findRecord(sandbox.extensions.read(), id)),
    PATCH: async () => {
      requirePublisher(caller, `User is not authorized to update extension with ${id}.`);
      findRecord(sandbox.extensions.read(), id);
      return json(200, await patchExtension(sandbox, id, readUpload(call, sandbox.behaviour)));
    },
    DELETE: async () => {
      requirePublisher(caller, `User is not authorized to delete extension with ${id}.`);
      await deleteExtension(sandbox, id);
      return noContent();
    },
  });
}

async function downloadArchive(sandbox: Sandbox, id: string): Promise<Answer> {
  const { record, bytes } = await readStoredArchive(sandbox, id);
  const name = (record.file?.originalname ?? '').replace(/[^\x20-\x7e]|["\\]/g, '_');
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { status: 200, headers, body: bytes };
}

async function downloadFile(sandbox: Sandbox, id: string, path: string): Promise<Answer> {
  const { bytes } = await readStoredArchive(sandbox, id);
  const body = extractFile(bytes, path);
  if (body === undefined) throw new Refusal(404, `The file ${path} does not exist in the archive.`);
  return { status: 200, headers: { 'content-type': mediaTypeOf(path) }, body };
}

const mediaTypes: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  gif: 'image/gif',
  html: 'text/html; charset=utf-8',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  js: 'application/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  png: 'image/png',
  qext: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
};

/** Content-Type of one downloaded file, by its suffix. */
function mediaTypeOf(path: string): string {
  return mediaTypes[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';
}
