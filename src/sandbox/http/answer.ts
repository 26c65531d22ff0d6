/** Answers as plain values, which the listener sends. */

import { STATUS_CODES } from 'node:http';
import type { ErrorsBody, FlatErrorBody } from '../../tenant/wire.js';
import { newId } from '../ids.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface RefusalDetails {
  /** Name of the extension that was refused. */
  readonly resourceName?: string;
  /** JSON pointer to the invalid property of `data`. */
  readonly pointer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the status's own title. */
  readonly title?: string;
}

/** An error answer: thrown wherever a request is invalid, answered in one place. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** Anything else that is thrown is a bug of the sandbox. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(500, error instanceof Error ? error.message : String(error));
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  const body = Buffer.from(JSON.stringify(value));
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body };
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: Buffer.alloc(0) };
}

/** The answer to a call that only has an effect. */
export function emptyAfter(effect: () => void): Answer {
  effect();
  return noContent();
}

/** The two documented error bodies: flat below `/api/v1/extensions` and `/api/v1/themes`, `errors[]` otherwise. */
export function refusalAnswer(path: string, refusal: Refusal): Answer {
  const flat = /^\/api\/v1\/(?:extensions|themes)/.test(path) && refusal.status !== 429;
  const body = flat ? flatBody(refusal) : errorsBody(refusal);
  return json(refusal.status, body, { ...refusal.details.headers });
}

function flatBody({ status, message, details }: Refusal): FlatErrorBody {
  const { resourceName, pointer } = details;
  return {
    title: details.title ?? titleOf(status),
    status,
    meta: { message, ...(resourceName === undefined ? {} : { resourceName }) },
    ...(pointer === undefined ? {} : { source: { pointer } }),
    traceId: newTraceId(),
  };
}

function errorsBody({ status, message, details }: Refusal): ErrorsBody {
  const title = details.title ?? titleOf(status);
  return { errors: [{ code: `HTTP-${status}`, title, detail: message }], traceId: newTraceId() };
}

/** Sentence case, as in the real `{"status":404,"title":"Not found"}`. */
function titleOf(status: number): string {
  const text = STATUS_CODES[status] ?? 'Error';
  return text.charAt(0) + text.slice(1).toLowerCase();
}

function newTraceId(): string {
  return Buffer.from(newId()).toString('hex').slice(0, 32);
}
