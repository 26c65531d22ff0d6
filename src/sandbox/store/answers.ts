/** Answers of the sandbox's store: XML, as S3 sends it. */

import { randomBytes } from 'node:crypto';
import type { Answer } from '../http/answer.js';
import { Refusal } from '../http/answer.js';

/** A refusal with S3's own code. */
export class StoreRefusal extends Refusal {
  readonly code: string;
  /** Further elements of the body. */
  readonly more: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, more: Readonly<Record<string, string>> = {}) {
    super(status, message);
    this.code = code;
    this.more = more;
  }
}

export function xml(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
  return {
    status,
    headers: { 'content-type': 'application/xml', ...requestId(), ...headers },
    body: Buffer.from(text),
  };
}

export function requestId(): Readonly<Record<string, string>> {
  return { 'x-amz-request-id': randomBytes(8).toString('hex').toUpperCase() };
}

/** @param method an answer to HEAD has no body */
export function refusalXml(refusal: Refusal, method: string): Answer {
  const code = refusal instanceof StoreRefusal ? refusal.code : codeOfStatus(refusal.status);
  const more = refusal instanceof StoreRefusal ? refusal.more : {};
  const fields = Object.entries({ Code: code, Message: refusal.message, ...more });
  const inside = fields.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
  const headers = {
    ...refusal.details.headers,
    ...(more['Region'] && { 'x-amz-bucket-region': more['Region'] }),
  };
  const answer = xml(refusal.status, `<Error>${inside}</Error>`, headers);
  return method === 'HEAD' ? { ...answer, body: Buffer.alloc(0) } : answer;
}

const codes: Readonly<Record<number, string>> = {
  400: 'InvalidRequest',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  405: 'MethodNotAllowed',
  413: 'EntityTooLarge',
  501: 'NotImplemented',
  503: 'SlowDown',
};

function codeOfStatus(status: number): string {
  return codes[status] ?? 'InternalError';
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
