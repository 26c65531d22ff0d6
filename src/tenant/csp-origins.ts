/** The typed client of Qlik's CSP origins API. Only `reconcile` may call its writes. */

import { isObject } from '../core/json.js';
import { type CspEntry, type CspEntryBody, isCspEntry } from '../core/origins/entry.js';
import type { WriteOptions } from './extensions.js';
import { segment, writeId } from './http/address.js';
import { alreadyGone, readJson, readNothing } from './http/answers.js';
import type { TenantHttp } from './http/http.js';
import { createBody, type RequestBody } from './http/multipart.js';
import { type CallOptions, readEntries, readPages } from './pages.js';

/**
 * Every operation of Qlik's CSP origins API (qlik.dev/apis/rest/csp-origins). All methods throw TenantError if the tenant
 * refuses or cannot be reached, and the reason of an aborted signal.
 */
export interface CspOriginsClient {
  /** All entries, from pages of 100. Needs the right `csp:list`. */
  list(options?: CallOptions): Promise<readonly CspEntry[]>;
  create(body: CspEntryBody, options?: WriteOptions): Promise<CspEntry>;
  /** Throws with status 404 if it does not exist; see `isGone`. */
  get(id: string, options?: CallOptions): Promise<CspEntry>;
  /** Replaces the whole entry. */
  replace(id: string, body: CspEntryBody, options?: WriteOptions): Promise<CspEntry>;
  /** A 404 or 410 means that it was already gone. */
  remove(id: string, options?: WriteOptions): Promise<'removed' | 'already-gone'>;
  /** The whole header as the tenant's pages get it; `undefined` if the answer has none. */
  header(options?: CallOptions): Promise<string | undefined>;
}

const base = '/api/v1/csp-origins';

/** The most that Qlik allows. */
const entriesOfPage = 100;

/** How many requests it took to list them. */
export function requestsToList(entries: readonly CspEntry[]): number {
  return Math.max(1, Math.ceil(entries.length / entriesOfPage));
}

export function createCspOriginsClient(http: TenantHttp): CspOriginsClient {
  return {
    list: async (options) => {
      const entries: CspEntry[] = [];
      for await (const entry of readEntries(
        readPages(http, `${base}?limit=${entriesOfPage}`, isCspEntry, options),
      )) {
        entries.push(entry);
      }
      // An entry that is changed while pages are read may be on two of them.
      return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
    },
    create: async (body, options = {}) =>
      http.request({ method: 'POST', path: base, body: json(body), ...options, read: readEntry }),
    get: async (id, { signal } = {}) =>
      http.request({ method: 'GET', path: `${base}/${segment(id)}`, signal, read: readEntry }),
    replace: async (id, body, options = {}) =>
      http.request({
        ...{ method: 'PUT', path: `${base}/${writeId(id)}`, body: json(body) },
        ...options,
        read: readEntry,
      }),
    remove: async (id, options = {}) => {
      const removing = http.request({
        ...{ method: 'DELETE', path: `${base}/${writeId(id)}` },
        ...options,
        read: readNothing,
      });
      return removing.then(() => 'removed' as const, alreadyGone);
    },
    header: async ({ signal } = {}) =>
      http.request({ method: 'GET', path: `${base}/actions/generate-header`, signal, read: readHeader }),
  };
}

function json(value: unknown): RequestBody {
  return createBody('application/json', [Buffer.from(JSON.stringify(value))]);
}

const readEntry = readJson(isCspEntry, 'a CSP entry with an id and an origin');

function readHeader(answer: Parameters<typeof readEntry>[0]): string | undefined {
  const header = readJson(isObject, 'an object')(answer)['Content-Security-Policy'];
  return typeof header === 'string' ? header : undefined;
}
