/** The subset of S3 that a store needs, and what its usual clients request besides. */

import { createHash } from 'node:crypto';
import { elementsOf, textOf } from '../../core/xml.js';
import type { Answer } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { escapeXml, requestId, StoreRefusal, xml } from './answers.js';
import { listBuckets, listObjects } from './lists.js';
import type { Bucket, StoredBytes } from './objects.js';
import type { StoreKey } from './signature.js';
import type { Switches } from './switches.js';

interface Request {
  readonly call: Call;
  readonly key: StoreKey;
  readonly bucket: Bucket;
  readonly switches: Switches;
}

/** What a request addresses: the bucket is in the path, or before the host. */
interface Address {
  readonly bucket: string;
  /** Decoded; empty for the bucket itself. */
  readonly object: string;
}

/** @throws {StoreRefusal} */
export function answerStore(request: Request): Answer {
  const { call, bucket } = request;
  const address = addressOf(call);
  if (address.bucket === '') return listBuckets(call, bucket.name);
  if (address.bucket !== bucket.name) {
    throw new StoreRefusal(404, 'NoSuchBucket', 'The specified bucket does not exist', {
      BucketName: address.bucket,
    });
  }
  assertPermitted(request);
  return address.object === '' ? answerBucket(request) : answerObject(request, address.object);
}

function addressOf({ path, headers }: Call): Address {
  const host = /^(.+)\.(?:s3\.)?localhost(?::\d+)?$/.exec(headers.host ?? '')?.[1];
  const whole = decodeURIComponent(path.slice(1));
  if (host !== undefined) return { bucket: host, object: whole };
  const slash = whole.indexOf('/');
  return slash < 0
    ? { bucket: whole, object: '' }
    : { bucket: whole.slice(0, slash), object: whole.slice(slash + 1) };
}

function assertPermitted({ call: { method }, key, switches }: Request): void {
  const isRead = method === 'GET' || method === 'HEAD';
  if (switches.denied.includes(method) || (key.may === 'read' && !isRead)) {
    throw new StoreRefusal(403, 'AccessDenied', 'Access Denied');
  }
}

function answerBucket({ call, bucket, switches }: Request): Answer {
  const { method, query } = call;
  if (method === 'HEAD') return done(200, { 'x-amz-bucket-region': bucket.region });
  if (method === 'POST' && query.has('delete')) return removeMany(call, bucket);
  if (method !== 'GET') throw new StoreRefusal(405, 'MethodNotAllowed', 'This is not allowed here.');
  if (query.has('location')) {
    const region = bucket.region === 'us-east-1' ? '' : bucket.region;
    return xml(200, `<LocationConstraint xmlns="${namespace}">${region}</LocationConstraint>`);
  }
  if (query.has('policyStatus')) {
    return xml(
      200,
      `<PolicyStatus><IsPublic>${String(switches.isPublic).toUpperCase()}</IsPublic></PolicyStatus>`,
    );
  }
  const other = [...query.keys()].find((name) => !listParameters.has(name));
  if (other !== undefined) throw new StoreRefusal(501, 'NotImplemented', `${other} is not implemented.`);
  return listObjects(call, bucket, performance.now() - switches.listLagMs);
}

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

const listParameters: ReadonlySet<string> = new Set([
  ...['list-type', 'prefix', 'delimiter', 'max-keys', 'encoding-type', 'fetch-owner', 'x-id'],
  ...['continuation-token', 'start-after', 'marker'],
]);

function answerObject(request: Request, name: string): Answer {
  const { call, bucket } = request;
  switch (call.method) {
    case 'PUT':
      return putObject(request, name);
    case 'GET':
    case 'HEAD':
      return getObject(call, bucket, name);
    case 'DELETE':
      bucket.objects.remove(name);
      return done(204);
    default:
      throw new StoreRefusal(501, 'NotImplemented', `${call.method} is not implemented.`);
  }
}

function putObject({ call, bucket, switches }: Request, name: string): Answer {
  const { headers, query, body } = call;
  if (headers['x-amz-copy-source'] !== undefined || query.has('partNumber')) {
    throw new StoreRefusal(501, 'NotImplemented', 'Copies and uploads in parts are not implemented.');
  }
  assertCondition(call, switches, bucket.objects.get(name));
  assertIntact(call);
  assertRoom({ bucket, switches }, name, body);
  return done(200, { etag: bucket.objects.put(name, body).etag });
}

function assertCondition({ headers }: Call, { conditions }: Switches, known: StoredBytes | undefined): void {
  const [none, match] = [headers['if-none-match'], headers['if-match']];
  if ((none === undefined && match === undefined) || conditions === 'ignored') return;
  if (conditions === 'refused') {
    throw new StoreRefusal(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    );
  }
  const isTaken = none === '*' && known !== undefined;
  if (isTaken || (match !== undefined && match !== known?.etag)) {
    throw new StoreRefusal(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    );
  }
}

function assertIntact({ headers, body }: Call): void {
  const stated = headers['content-md5'];
  if (stated === undefined || stated === createHash('md5').update(body).digest('base64')) return;
  throw new StoreRefusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

function assertRoom(
  { bucket, switches: { capacity } }: Pick<Request, 'bucket' | 'switches'>,
  name: string,
  body: Buffer,
): void {
  if (capacity === undefined) return;
  const others = bucket.objects.listAt(performance.now()).filter(({ key }) => key !== name);
  const total = others.reduce((sum, { bytes }) => sum + bytes.length, body.length);
  if (total > capacity) throw new StoreRefusal(507, 'QuotaExceeded', 'The quota of the bucket is used up.');
}

function getObject({ headers, method }: Call, { objects }: Bucket, name: string): Answer {
  const stored = objects.get(name);
  if (stored === undefined) {
    throw new StoreRefusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: name });
  }
  const about = {
    ...requestId(),
    etag: stored.etag,
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    'last-modified': new Date(stored.modifiedMs).toUTCString(),
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  if (method === 'HEAD' || range === null) {
    return { status: 200, headers: about, body: stored.bytes };
  }
  const [start, end] = [Number(range[1]), range[2] === '' ? stored.bytes.length - 1 : Number(range[2])];
  if (start >= stored.bytes.length)
    throw new StoreRefusal(416, 'InvalidRange', 'The requested range is not satisfiable');
  const part = stored.bytes.subarray(start, end + 1);
  const span = `bytes ${start}-${start + part.length - 1}/${stored.bytes.length}`;
  return { status: 206, headers: { ...about, 'content-range': span }, body: part };
}

function removeMany({ body }: Call, { objects }: Bucket): Answer {
  const keys = elementsOf(body.toString('utf8'), 'Object').flatMap((each) => textOf(each, 'Key') ?? []);
  for (const key of keys) objects.remove(key);
  const deleted = keys.map((key) => `<Deleted><Key>${escapeXml(key)}</Key></Deleted>`).join('');
  return xml(200, `<DeleteResult>${deleted}</DeleteResult>`);
}

function done(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...requestId(), ...headers }, body: Buffer.alloc(0) };
}
