/** A bucket of S3, or of a server that speaks its API. */

import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { elementsOf, textOf } from '../core/xml.js';
import type { Answer } from '../tenant/http/answers.js';
import type { Signature } from '../tenant/http/transport.js';
import { type HttpStoreOptions, openStoreHttp, type StoreRequest, strangeAnswer } from './http.js';
import { explainS3 } from './s3-errors.js';
import type { Listing, Store, StoredObject } from './store.js';

export interface S3Place {
  readonly bucket: string;
  /** Before every name; empty, or ends with `/`. */
  readonly prefix: string;
  readonly region: string;
  /** `https://s3.eu-central-1.amazonaws.com`, without the bucket. */
  readonly endpoint: string;
  /** Where the bucket's name is: in the path, or before the host. */
  readonly style: 'path' | 'virtual';
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

interface S3StoreOptions extends HttpStoreOptions {
  /** Asked before every request, so it should cache. None: nothing is signed. */
  readonly credentials: () => Promise<S3Credentials | undefined>;
}

export function openS3Store(place: S3Place, options: S3StoreOptions): Store {
  const { address, credentials } = options;
  const { origin, base } = locate(place);
  const http = openStoreHttp(origin, options);
  const sign = async (request: StoreRequest): Promise<Signature> => {
    const known = await credentials();
    return known === undefined ? unsigned : signV4(request, origin, place.region, known);
  };
  const send = (request: StoreRequest): Promise<Answer> => http.send(request, sign);
  const pathOf = (name: string): string => `${base}/${encodePath(`${place.prefix}${name}`)}`;
  const assertDone = (answer: Answer, name: string): void => {
    if (answer.status >= 300) throw explainS3(answer, { address, name, region: place.region });
  };
  return {
    address,
    async put(name, bytes) {
      assertDone(await send({ method: 'PUT', path: pathOf(name), body: bytes }), name);
    },
    async get(name) {
      const answer = await send({ method: 'GET', path: pathOf(name) });
      if (answer.status === 404 && codeOf(answer) === 'NoSuchKey') return undefined;
      assertDone(answer, name);
      return answer.body;
    },
    async list(prefix) {
      const pages: Page[] = [];
      for (let token: string | undefined; ; token = pages.at(-1)?.next) {
        const query = listQuery(`${place.prefix}${prefix}`, token);
        const answer = await send({ method: 'GET', path: `${base}/?${query}` });
        assertDone(answer, prefix);
        pages.push(readPage(answer, place.prefix, address));
        if (pages.at(-1)?.next === undefined) return joinPages(pages);
      }
    },
    async remove(name) {
      const answer = await send({ method: 'DELETE', path: pathOf(name) });
      if (answer.status !== 404 || codeOf(answer) !== 'NoSuchKey') assertDone(answer, name);
    },
    close: http.close,
  };
}

/** @returns `base` the path before a name, without its last `/` */
function locate({ endpoint, bucket, style }: S3Place): { readonly origin: string; readonly base: string } {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, '');
  if (style === 'path') return { origin: url.origin, base: `${path}/${encodePath(bucket)}` };
  return { origin: `${url.protocol}//${bucket}.${url.host}`, base: path };
}

/** As SigV4 encodes it: everything but letters, digits and `-._~`, with the slashes kept. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeStrictly).join('/');
}

function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function listQuery(prefix: string, token: string | undefined): string {
  const query = {
    ...(token !== undefined && { 'continuation-token': token }),
    'encoding-type': 'url',
    'list-type': '2',
    prefix,
  };
  return Object.entries(query)
    .map(([key, value]) => `${key}=${encodeStrictly(value)}`)
    .join('&');
}

const unsigned: Signature = { credential: 'nobody', secrets: [] };

async function signV4(
  { method, path, body }: StoreRequest,
  origin: string,
  region: string,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
): Promise<Signature> {
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const signer = new AwsV4Signer({
    ...{ method, url: `${origin}${path}`, service: 's3', region, accessKeyId, secretAccessKey },
    headers: { 'x-amz-content-sha256': hash },
    ...(sessionToken !== undefined && { sessionToken }),
  });
  const { headers } = await signer.sign();
  const secrets = [secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
  return { credential: 'AWS credentials', headers: Object.fromEntries(headers), secrets };
}

interface Page extends Listing {
  /** The token for the next page. */
  readonly next: string | undefined;
}

function readPage(answer: Answer, prefix: string, address: string): Page {
  const xml = answer.body.toString('utf8');
  const strange = (what: string): Error => strangeAnswer(answer, address, what);
  const [list] = elementsOf(xml, 'ListBucketResult');
  if (list === undefined) throw strange('something else than a list of objects');
  const decode = textOf(list, 'EncodingType') === 'url' ? decodeUrl : (text: string) => text;
  const objects = elementsOf(list, 'Contents').map((each): StoredObject => {
    const key = textOf(each, 'Key');
    const bytes = Number(textOf(each, 'Size') ?? Number.NaN);
    const modifiedAt = new Date(textOf(each, 'LastModified') ?? Number.NaN);
    if (key === undefined || Number.isNaN(bytes) || Number.isNaN(modifiedAt.getTime())) {
      throw strange('a list that lacks names, sizes or times');
    }
    return { name: decode(key).slice(prefix.length), bytes, modifiedAt };
  });
  const next = textOf(list, 'IsTruncated') === 'true' ? textOf(list, 'NextContinuationToken') : undefined;
  if (textOf(list, 'IsTruncated') === 'true' && next === undefined) {
    throw strange('a list that says there is more, but not where');
  }
  return { objects, now: clockOf(answer), next };
}

function decodeUrl(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function joinPages(pages: readonly Page[]): Listing {
  return { objects: pages.flatMap(({ objects }) => objects), now: pages[0]?.now ?? new Date() };
}

/** HTTP's own `Date`; this machine's where a server leaves it out. */
export function clockOf({ headers }: Pick<Answer, 'headers'>): Date {
  const date = new Date(headers['date'] ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? new Date() : date;
}

function codeOf(answer: Answer): string | undefined {
  return textOf(answer.body.toString('utf8'), 'Code');
}
