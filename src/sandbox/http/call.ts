/** One request, read whole. */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, Refusal } from './answer.js';

export interface Call {
  readonly method: string;
  /** As sent, with the query. */
  readonly target: string;
  /** As sent, without the query. */
  readonly path: string;
  /** Decoded path segments after the leading slash. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** Scheme and host that the client addressed. */
  readonly origin: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** In bytes, more than any request that can succeed. Longer bodies are not read to the end. */
const bodyLimit = 64 * 2 ** 20;

/** @throws {Refusal} 413 and 400; the socket's own error when the client has left */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const { path, query } = splitTarget(request.url);
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    path,
    segments: decodeSegments(path),
    query: new URLSearchParams(query),
    origin: `http://${request.headers.host ?? ''}`,
    headers: request.headers,
    body: await readBody(request),
  };
}

/** Fires when the client leaves before its answer was sent. */
export function leavingOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    // Every response closes; aborting each time would make Node create an error, with its stack, for every request.
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Not with `URL`, which would resolve `..`. */
export function splitTarget(target = '/'): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function decodeSegments(path: string): string[] {
  try {
    return path
      .replace(/^\/|\/$/g, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    throw new Refusal(400, 'The path is not correctly percent-encoded.');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimit) {
      throw new Refusal(413, 'The request body is too large.', { headers: { connection: 'close' } });
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** @throws {Refusal} 405, naming the methods that the path accepts */
export function byMethod(call: Call, handlers: Readonly<Record<string, () => Answer | Promise<Answer>>>) {
  const handler = Object.hasOwn(handlers, call.method) ? handlers[call.method] : undefined;
  if (handler !== undefined) return handler();
  const allow = Object.keys(handlers).join(', ');
  throw new Refusal(405, `${call.method} is not allowed here.`, { headers: { allow } });
}

/** @throws {Refusal} 400 */
export function parseJson(call: Call): unknown {
  try {
    return JSON.parse(call.body.toString('utf8'));
  } catch {
    throw new Refusal(400, 'The request body is not valid JSON.');
  }
}
