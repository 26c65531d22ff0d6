/** A bucket of S3, or of a server that speaks its API. */

import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { elementsOf, textOf } from '../core/xml.js';
import type { Answer } from '../tenant/http/answers.js';
import type { Signature } from '../tenant/http/transport.js';
import {
  createObjectStore,
  type HttpStoreOptions,
  openStoreHttp,
  type Page,
  type StoreRequest,
  strangeAnswer,
} from './http.js';
import { explainS3 } from './s3-errors.js';
import { leastNow, type Store, type StoredObject } from './store.js';

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
  /** Called before every request, so it should cache. Absent: nothing is signed. */
  readonly credentials: () => Promise<S3Credentials | undefined>;
}

export function openS3Store(place: S3Place, options: S3StoreOptions): Store {
  const { address, credentials } = options;
  const { origin, base } = locate(place);
  const http = openStoreHttp(origin, options);
  // A day's key is derived once for each secret, which may change every hour in a long session.
  let keys: { readonly secret: string; readonly cache: Map<string, ArrayBuffer> } | undefined;
  const sign = async (request: StoreRequest): Promise<Signature> => {
    const known = await credentials();
    if (known === undefined) return unsigned;
    if (keys?.secret !== known.secretAccessKey) keys = { secret: known.secretAccessKey, cache: new Map() };
    return signV4(request, { origin, region: place.region, cache: keys.cache }, known);
  };
  const send = (request: StoreRequest): Promise<Answer> => http.send(request, sign);
  const verbs = createObjectStore(address, send, {
    pathOf: (name) => `${base}/${encodePath(`${place.prefix}${name}`)}`,
    listPath: (prefix, after) => `${base}/?${listQuery(`${place.prefix}${prefix}`, after)}`,
    readPage: (answer) => readPage(answer, place.prefix, address),
    isNothing: (answer) => codeOf(answer) === 'NoSuchKey',
    explain: (answer, name) => explainS3(answer, { address, name, region: place.region }),
  });
  return { ...verbs, close: http.close };
}

/** @returns `base` the path before a name, without its last `/` */
function locate({ endpoint, bucket, style }: S3Place): { readonly origin: string; readonly base: string } {
  const url = new URL(endpoint);
  const path = url.pathname.replace(/\/+$/, '');
  if (style === 'path') return { origin: url.origin, base: `${path}/${encodePath(bucket)}` };
  return { origin: `${url.protocol}//${bucket}.${url.host}`, base: path };
}

/** As SigV4 encodes it: everything but letters, digits and `-._~`, and the slashes stay. */
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

interface Signing {
  readonly origin: string;
  readonly region: string;
  /** The signer's own. */
  readonly cache: Map<string, ArrayBuffer>;
}

async function signV4(
  { method, path, body }: StoreRequest,
  { origin, region, cache }: Signing,
  { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
): Promise<Signature> {
  const hash = createHash('sha256')
    .update(body ?? '')
    .digest('hex');
  const signer = new AwsV4Signer({
    ...{ method, url: `${origin}${path}`, service: 's3', region, accessKeyId, secretAccessKey, cache },
    headers: { 'x-amz-content-sha256': hash },
    ...(sessionToken !== undefined && { sessionToken }),
  });
  const { headers } = await signer.sign();
  const secrets = [secretAccessKey, ...(sessionToken === undefined ? [] : [sessionToken])];
  return { credential: 'AWS credentials', headers: Object.fromEntries(headers), secrets };
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
  return { objects, now: clockOf(answer) ?? leastNow(objects), next };
}

function decodeUrl(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** HTTP's own `Date`; absent if a server leaves it out. */
export function clockOf({ headers }: Pick<Answer, 'headers'>): Date | undefined {
  const date = new Date(headers['date'] ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function codeOf(answer: Answer): string | undefined {
  return textOf(answer.body.toString('utf8'), 'Code');
}
