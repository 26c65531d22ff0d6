/** `/api/v1/extensions` and `/api/v1/themes`, which differ in little. */

import { suffixOf } from '../../core/digest.js';
import type { Kind } from '../../core/kind.js';
import {
  type Addressed,
  createExtension,
  deleteExtension,
  documentOf,
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

export async function answerExtensions(
  sandbox: Sandbox,
  call: Call,
  caller: Caller,
  kind: Kind,
): Promise<Answer> {
  const [idOrName, file, ...path] = call.segments.slice(3);
  const { themeRights } = sandbox.behaviour;
  if (kind === 'theme' && themeRights === 'no-list')
    throw new Refusal(403, 'User is not authorized to read themes.');
  const place = { sandbox, call, caller };
  if (idOrName === undefined) return answerCollection(place, kind);
  const addressed = { kind, idOrName };
  if (file === undefined) return answerRecord(place, addressed);
  if (file !== 'file') throw new Refusal(404, 'There is nothing at this path.');
  if (path.length > 0) return byMethod(call, { GET: () => downloadFile(sandbox, addressed, path.join('/')) });
  return byMethod(call, {
    GET: () => {
      const message = `User is not authorized to read ${kind} with ${idOrName}.`;
      requireAdmin(caller, message);
      if (kind === 'theme' && themeRights === 'no-download') throw new Refusal(403, message);
      return downloadArchive(sandbox, addressed);
    },
  });
}

interface Place {
  readonly sandbox: Sandbox;
  readonly call: Call;
  readonly caller: Caller;
}

function answerCollection({ sandbox, call, caller }: Place, kind: Kind) {
  return byMethod(call, {
    GET: () => json(200, { data: documentOf(sandbox, kind).read().records }),
    POST: async () => {
      requirePublisher(caller, `User is not authorized to create ${kind}s.`);
      return json(201, await createExtension(sandbox, kind, readUpload(call, sandbox.behaviour)));
    },
  });
}

function answerRecord({ sandbox, call, caller }: Place, addressed: Addressed) {
  const { kind, idOrName } = addressed;
  const find = () => findRecord(documentOf(sandbox, kind).read(), idOrName, kind);
  return byMethod(call, {
    GET: () => json(200, find()),
    PATCH: async () => {
      requirePublisher(caller, `User is not authorized to update ${kind} with ${idOrName}.`);
      find();
      const patched = await patchExtension(sandbox, addressed, readUpload(call, sandbox.behaviour));
      const isList = kind === 'theme' && sandbox.behaviour.themePatch === 'list';
      return json(200, isList ? { data: [patched] } : patched);
    },
    DELETE: async () => {
      requirePublisher(caller, `User is not authorized to delete ${kind} with ${idOrName}.`);
      await deleteExtension(sandbox, addressed);
      return noContent();
    },
  });
}

async function downloadArchive(sandbox: Sandbox, addressed: Addressed): Promise<Answer> {
  const { record, bytes } = await readStoredArchive(sandbox, addressed);
  const name = (record.file?.originalname ?? '').replace(/[^\x20-\x7e]|["\\]/g, '_');
  const headers = {
    'content-type': 'application/zip',
    'content-disposition': `attachment; filename="${name}"`,
  };
  return { status: 200, headers, body: bytes };
}

async function downloadFile(sandbox: Sandbox, addressed: Addressed, path: string): Promise<Answer> {
  const { bytes } = await readStoredArchive(sandbox, addressed);
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
  return mediaTypes[suffixOf(path)] ?? 'application/octet-stream';
}
