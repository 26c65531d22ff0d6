/**
 * The typed client of Qlik's Extensions API, and of its Themes API, which is the same at another path. Only `reconcile`
 * may call its writes.
 */

import { isObject } from '../core/json.js';
import type { Kind } from '../core/kind.js';
import { isZip } from '../core/zip/end-record.js';
import { filePath, segment, writeId } from './http/address.js';
import {
  type Answer,
  alreadyGone,
  badBody,
  loginPage,
  parseJson,
  readJson,
  readNothing,
} from './http/answers.js';
import { isHtml } from './http/error-body.js';
import type { TenantHttp } from './http/http.js';
import { buildUpload, type ExtensionUpload } from './http/multipart.js';
import type { CallOptions } from './pages.js';
import { type ExtensionRecord, hasMorePages, isExtensionRecord } from './wire.js';

export type { ExtensionUpload } from './http/multipart.js';

/**
 * Every operation of Qlik's Extensions API (qlik.dev/apis/rest/extensions), or of its Themes API. Records keep fields
 * that are not known here. All methods throw TenantError if the tenant refuses or cannot be reached, and the reason of an
 * aborted signal.
 */
export interface ExtensionsClient {
  /**
   * All extensions, or all themes, of the tenant; the list is not paged.
   *
   * @throws TenantError `incomplete-view` if the answer is not the whole list.
   */
  list(options?: CallOptions): Promise<readonly ExtensionRecord[]>;
  /** Needs a file, data, or both. Throws with status 409 if the name is taken. */
  create(upload: ExtensionUpload, options?: WriteOptions): Promise<ExtensionRecord>;
  /** By id or `qextFilename`. Throws with status 404 or 410 if it does not exist; see `isGone`. */
  get(idOrName: string, options?: CallOptions): Promise<ExtensionRecord>;
  /** Replaces the file, the given metadata fields, or both; `tags` replaces the whole list. By id only. */
  patch(id: string, upload: ExtensionUpload, options?: WriteOptions): Promise<ExtensionRecord>;
  /** By id only. A 404 or 410 means that it was already gone. */
  remove(id: string, options?: WriteOptions): Promise<'removed' | 'already-gone'>;
  /** The zip as it was uploaded, at most 64 MiB. Needs the role of a tenant or analytics administrator. */
  downloadArchive(idOrName: string, options?: CallOptions): Promise<Buffer>;
  /** One file of the archive, at most 64 MiB; `path` uses `/`. */
  downloadFile(idOrName: string, path: string, options?: CallOptions): Promise<DownloadedFile>;
}

export interface WriteOptions extends CallOptions {
  /** Cancels the write only while it waits for its turn; once it is being sent, it runs to its end. */
  readonly unlessSent?: AbortSignal | undefined;
  /** Awaited right before the write is sent, each time. If it throws, the write ends unsent. */
  readonly beforeSend?: (() => Promise<void>) | undefined;
}

/** `contentType` as the tenant states it. */
export interface DownloadedFile {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/** The path of each kind's API. */
export const apiPaths: Readonly<Record<Kind, string>> = {
  extension: '/api/v1/extensions',
  theme: '/api/v1/themes',
};

/** The client of an open tenant. It makes no request, and does not close the tenant. */
export function createExtensionsClient(http: TenantHttp, kind: Kind = 'extension'): ExtensionsClient {
  const base = apiPaths[kind];
  const readRecord = readJson(
    isExtensionRecord,
    kind === 'theme' ? 'a theme with an id' : 'an extension with an id',
  );
  return {
    list: ({ signal } = {}) =>
      http.request({ method: 'GET', path: base, signal, read: (answer) => readList(answer, kind) }),
    create: async (upload, options = {}) =>
      http.request({ method: 'POST', path: base, body: buildUpload(upload), ...options, read: readRecord }),
    get: async (idOrName, { signal } = {}) =>
      http.request({ method: 'GET', path: `${base}/${segment(idOrName)}`, signal, read: readRecord }),
    patch: async (id, upload, options = {}) =>
      http.request({
        method: 'PATCH',
        path: `${base}/${writeId(id)}`,
        body: buildUpload(upload),
        ...options,
        read: kind === 'theme' ? (answer) => readListed(answer, id) ?? readRecord(answer) : readRecord,
      }),
    remove: async (id, options = {}) => {
      const removing = http.request({
        method: 'DELETE',
        path: `${base}/${writeId(id)}`,
        ...options,
        read: readNothing,
      });
      return removing.then(() => 'removed' as const, alreadyGone);
    },
    downloadArchive: async (idOrName, { signal } = {}) =>
      http.request({ method: 'GET', path: `${base}/${segment(idOrName)}/file`, signal, read: readArchive }),
    downloadFile: async (idOrName, path, { signal } = {}) => {
      const address = `${base}/${segment(idOrName)}/file/${filePath(path)}`;
      return http.request({ method: 'GET', path: address, signal, read: readFile });
    },
  };
}

/** A PATCH of a theme is documented to answer a list, without saying which themes are in it; real answers are unknown. */
function readListed(answer: Answer, id: string): ExtensionRecord | undefined {
  const body = parseJson(answer);
  const data = isObject(body) && body['id'] === undefined ? body['data'] : body;
  if (!Array.isArray(data)) return undefined;
  return data.filter(isExtensionRecord).find((record) => record.id === id);
}

function readList(answer: Answer, kind: Kind): readonly ExtensionRecord[] {
  const body = parseJson(answer);
  const data = isObject(body) ? body['data'] : undefined;
  if (!isObject(body) || !Array.isArray(data)) throw incompleteView(answer, `has no list of ${kind}s`);
  if (hasMorePages(body)) {
    throw incompleteView(answer, 'announces more pages, which Qlik does not document');
  }
  if (!data.every(isExtensionRecord))
    throw incompleteView(
      answer,
      kind === 'theme' ? 'has an entry that is not a theme' : 'has an entry that is not an extension',
    );
  if (hasRepeatedId(data)) {
    const hint = 'Nothing was decided from it. The list may have changed while it was read: run again.';
    throw incompleteView(answer, 'lists one record twice', hint);
  }
  return data;
}

/** If one record is listed twice, another may be missing. */
function hasRepeatedId(records: readonly ExtensionRecord[]): boolean {
  return new Set(records.map(({ id }) => id)).size < records.length;
}

/** A list that may be incomplete must never look like a tenant without the rest: extensions would be created again. */
function incompleteView(answer: Answer, problem: string, hint = unknownForm): Error {
  return badBody(answer, problem, { code: 'incomplete-view', hint });
}

const unknownForm = 'Nothing was decided from it. A newer version of qlik-sync may understand this answer.';

function readArchive(answer: Answer): Buffer {
  if (isZip(answer.body)) return answer.body;
  if (isHtml(answer)) throw loginPage(answer, 'an HTML page');
  throw badBody(answer, 'is not a zip archive');
}

function readFile(answer: Answer): DownloadedFile {
  return { contentType: answer.headers['content-type'], bytes: answer.body };
}
