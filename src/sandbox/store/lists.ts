/** Lists of the sandbox's bucket: `ListObjectsV2`, and the first version, which s3cmd uses. */

import type { Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { escapeXml, StoreRefusal, xml } from './answers.js';
import type { Bucket, ListedObject } from './objects.js';

const mostKeys = 1000;

interface Asked {
  readonly version: 1 | 2;
  readonly prefix: string;
  readonly delimiter: string;
  readonly most: number;
  /** Keys after this one. */
  readonly after: string;
  readonly encode: (text: string) => string;
}

/** A key, or all keys with the same beginning up to the delimiter. */
type Entry = { readonly last: string } & ({ readonly object: ListedObject } | { readonly prefix: string });

/** @param atMs the moment that the list shows, on the process's own clock */
export function listObjects({ query }: Call, bucket: Bucket, atMs: number): Answer {
  const asked = readAsked(query);
  const objects = bucket.objects
    .listAt(atMs)
    .filter(({ key }) => key.startsWith(asked.prefix) && isAfter(key, asked.after));
  const entries = group(objects, asked);
  const shown = entries.slice(0, asked.most);
  const isTruncated = entries.length > shown.length;
  const last = shown.at(-1)?.last ?? '';
  const inside = [
    element('Name', bucket.name),
    element('Prefix', asked.encode(asked.prefix)),
    ...(asked.delimiter === '' ? [] : [element('Delimiter', asked.encode(asked.delimiter))]),
    element('MaxKeys', String(asked.most)),
    ...(query.get('encoding-type') === 'url' ? [element('EncodingType', 'url')] : []),
    element('IsTruncated', String(isTruncated)),
    ...(asked.version === 2
      ? [element('KeyCount', String(shown.length))]
      : [element('Marker', asked.encode(asked.after))]),
    ...(isTruncated ? [nextOf(asked, last)] : []),
    ...shown.map((entry) => describe(entry, asked)),
  ];
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside.join('')}</ListBucketResult>`,
  );
}

function readAsked(query: URLSearchParams): Asked {
  const version = query.get('list-type') === '2' ? 2 : 1;
  const token = query.get('continuation-token');
  const most = Number(query.get('max-keys') ?? mostKeys);
  const encoding = query.get('encoding-type');
  if (!Number.isInteger(most) || most < 0)
    throw new StoreRefusal(400, 'InvalidArgument', 'max-keys is not a number.');
  if (encoding !== null && encoding !== 'url') {
    throw new StoreRefusal(400, 'InvalidArgument', 'Invalid Encoding Method specified in Request');
  }
  return {
    version,
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    most: Math.min(most, mostKeys),
    after: token === null ? (query.get('start-after') ?? query.get('marker') ?? '') : readToken(token),
    encode: encoding === 'url' ? encodeKey : (text) => text,
  };
}

function group(objects: readonly ListedObject[], { prefix, delimiter, after }: Asked): readonly Entry[] {
  const groups = new Map<string, Entry>();
  for (const object of objects) {
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    // A page ends with the name of a group, and the next one must not begin with the group's other keys.
    if (end >= 0 && name === after) continue;
    groups.set(name, end < 0 ? { last: name, object } : { last: name, prefix: name });
  }
  return [...groups.values()];
}

function isAfter(key: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function nextOf({ version, encode }: Asked, last: string): string {
  return version === 2
    ? element('NextContinuationToken', Buffer.from(`after ${last}`).toString('base64'))
    : element('NextMarker', encode(last));
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (text.startsWith('after ')) return text.slice('after '.length);
  throw new StoreRefusal(400, 'InvalidArgument', 'The continuation token provided is incorrect');
}

function describe(entry: Entry, { encode }: Asked): string {
  if ('prefix' in entry) {
    return element('CommonPrefixes', '', element('Prefix', encode(entry.prefix)));
  }
  const { key, bytes, modifiedMs, etag } = entry.object;
  return element(
    'Contents',
    '',
    [
      element('Key', encode(key)),
      // Whole seconds, as in S3.
      element('LastModified', new Date(Math.floor(modifiedMs / 1000) * 1000).toISOString()),
      element('ETag', etag),
      element('Size', String(bytes.length)),
      element('StorageClass', 'STANDARD'),
    ].join(''),
  );
}

/** As in S3: slashes stay, and a space becomes a plus sign. */
function encodeKey(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function element(name: string, text: string, inside = ''): string {
  return `<${name}>${escapeXml(text)}${inside}</${name}>`;
}

export function listBuckets({ method }: Call, name: string): Answer {
  if (method !== 'GET') throw new StoreRefusal(405, 'MethodNotAllowed', 'This is not allowed here.');
  const bucket = element(
    'Bucket',
    '',
    element('Name', name) + element('CreationDate', '2026-01-01T00:00:00.000Z'),
  );
  return xml(200, `<ListAllMyBucketsResult><Buckets>${bucket}</Buckets></ListAllMyBucketsResult>`);
}
