/** Checks Signature Version 4 in the `Authorization` header strictly: a wrong signature must not be accepted. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Call } from '../http/call.js';
import { splitTarget } from '../http/call.js';
import { StoreRefusal } from './answers.js';

export interface StoreKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Present with a temporary key. */
  readonly sessionToken?: string;
  readonly may: 'everything' | 'read';
}

interface SignatureRules {
  readonly keys: readonly StoreKey[];
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Signed {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly names: readonly string[];
  readonly signature: string;
}

/** The key that signed the request. @throws {StoreRefusal} */
export function authenticateStore(call: Call, rules: SignatureRules): StoreKey {
  const signed = readAuthorization(call.headers.authorization);
  const key = rules.keys.find(({ accessKeyId }) => accessKeyId === signed.accessKeyId);
  if (key === undefined) {
    throw new StoreRefusal(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
    );
  }
  assertScope(signed, rules.region);
  const time = assertTime(call, signed, rules.now);
  assertToken(call, key);
  assertHeaders(call, signed);
  assertPayload(call);
  const expected = signatureOf(call, signed, key.secretAccessKey, time);
  if (!isSame(expected, signed.signature)) {
    throw new StoreRefusal(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: signed.accessKeyId },
    );
  }
  return key;
}

const form =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/([^/,\s]+)\/aws4_request, ?SignedHeaders=([a-z0-9;_-]+), ?Signature=([0-9a-f]{64})$/;

function readAuthorization(header: string | undefined): Signed {
  if (header === undefined) throw new StoreRefusal(403, 'AccessDenied', 'Access Denied.');
  const match = form.exec(header);
  if (match === null) {
    throw new StoreRefusal(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] = match;
  return { accessKeyId, date, region, service, names: names.split(';'), signature };
}

function assertScope({ region, service }: Signed, own: string): void {
  if (region === own && service === 's3') return;
  const wrong =
    service === 's3'
      ? `the region '${region}' is wrong; expecting '${own}'`
      : `the service '${service}' is wrong`;
  throw new StoreRefusal(
    400,
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; ${wrong}`,
    {
      Region: own,
    },
  );
}

const allowedSkewMs = 15 * 60_000;

/** @returns the time of the request, `YYYYMMDDThhmmssZ` */
function assertTime({ headers }: Call, { date }: Signed, now: number): string {
  const text = String(headers['x-amz-date'] ?? '');
  const [, day, hour, minute, second] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (day === undefined || day !== date) {
    throw new StoreRefusal(
      403,
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    );
  }
  const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${hour}:${minute}:${second}Z`;
  if (Math.abs(Date.parse(iso) - now) > allowedSkewMs) {
    throw new StoreRefusal(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        RequestTime: text,
        ServerTime: new Date(now).toISOString(),
        MaxAllowedSkewMilliseconds: String(allowedSkewMs),
      },
    );
  }
  return text;
}

function assertToken({ headers }: Call, { sessionToken }: StoreKey): void {
  const token = headers['x-amz-security-token'];
  if (token === sessionToken) return;
  throw token === undefined
    ? new StoreRefusal(
        403,
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records.',
      )
    : new StoreRefusal(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
}

function assertHeaders({ headers }: Call, { names }: Signed): void {
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  const unsigned = needed.filter((name) => !names.includes(name));
  if (unsigned.length === 0 && names.every((name) => headers[name] !== undefined)) return;
  throw new StoreRefusal(
    403,
    'AccessDenied',
    'There were headers present in the request which were not signed',
    {
      HeadersNotSigned: unsigned.join(', '),
    },
  );
}

/** The hash of the real body; anything else only if the client says that it did not sign the body. */
function assertPayload({ headers, body }: Call): void {
  const stated = headers['x-amz-content-sha256'];
  if (stated === undefined) {
    throw new StoreRefusal(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  if (stated === 'UNSIGNED-PAYLOAD') return;
  if (String(stated).startsWith('STREAMING-')) {
    throw new StoreRefusal(501, 'NotImplemented', 'Bodies in signed chunks are not implemented.');
  }
  if (stated !== sha256(body)) {
    throw new StoreRefusal(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
}

function signatureOf(call: Call, signed: Signed, secret: string, time: string): string {
  const scope = `${signed.date}/${signed.region}/${signed.service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(call, signed.names))].join('\n');
  const parts = [signed.date, signed.region, signed.service, 'aws4_request'];
  const key = parts.reduce<Buffer>((last, part) => hmac(last, part), Buffer.from(`AWS4${secret}`));
  return hmac(key, text).toString('hex');
}

function canonicalRequest({ method, path, target, headers }: Call, names: readonly string[]): string {
  const { query } = splitTarget(target);
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  return [
    ...[method, path.split('/').map(encodeAgain).join('/'), canonicalQuery(query)],
    ...[lines.join(''), names.join(';'), String(headers['x-amz-content-sha256'])],
  ].join('\n');
}

function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '');
  const encoded = pairs.map((pair) => {
    const mark = pair.indexOf('=');
    const [name, value] = mark < 0 ? [pair, ''] : [pair.slice(0, mark), pair.slice(mark + 1)];
    return [encodeAgain(name), encodeAgain(value)] as const;
  });
  const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return encoded
    .sort(([a, x], [b, y]) => before(a, b) || before(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encodeAgain(text: string): string {
  return encodeURIComponent(decodeURIComponent(text)).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));
}
