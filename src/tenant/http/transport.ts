/** One origin: sends a request once, reads the whole answer, explains what went wrong. */

import { setMaxListeners } from 'node:events';
import { isZip } from '../../core/zip/end-record.js';
import type { Answer } from './answers.js';
import { createConnections } from './connect.js';
import { codeOf } from './connect-failures.js';
import { createExchange, type EarlyRequests, type Exchange } from './exchange.js';
import { type Failure, failed, failureOf, type Target } from './failures.js';
import type { TenantOptions, TenantRequest } from './request.js';

/** How one try of a request ended. */
export type Try =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'failure'; readonly failure: Failure };

export interface Transport {
  tryOnce(
    request: TenantRequest<unknown>,
    signature: Signature,
    signal: AbortSignal | undefined,
  ): Promise<Try>;
  close(): Promise<void>;
}

/** Who a request comes from. */
export interface Signature {
  /** Absent for the request for a token. */
  readonly authorization?: string;
  /** The credential's name in messages. */
  readonly credential: string;
  /** Further headers that belong to it. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Removed from the answer before anything else sees it. */
  readonly secrets: readonly string[];
}

const defaultTimeoutMs = 60_000;

const longestConnectMs = 10_000;

const defaultMaxBytes = 64 * 2 ** 20;

const maxErrorBytes = 2 ** 20;

/** 64 kB a second; slower uploads time out. */
const uploadBytesPerMs = 64;

type TransportOptions = Pick<TenantOptions, 'timeoutMs' | 'proxies' | 'userAgent' | 'onAnswer'> & {
  /** Default: reads. */
  readonly early?: EarlyRequests;
};

export function createTransport(origin: string, options: TransportOptions): Transport {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const connectMs = Math.min(timeoutMs, longestConnectMs);
  const connections = createConnections(origin, options.proxies ?? {}, connectMs);
  const closing = new AbortController();
  // One listener for each connection that is being made.
  setMaxListeners(0, closing.signal);
  const exchange = createExchange(origin, () => connections.open(closing.signal), options.early);
  let outstanding = 0;
  let ended: Promise<void> | undefined;

  async function close(): Promise<void> {
    const sent = exchange.close();
    // A connection that is still being made belongs to requests that were given up.
    if (outstanding === 0) closing.abort(closed);
    await sent;
    closing.abort(closed);
  }

  return {
    async tryOnce(request, signature, signal) {
      signal?.throwIfAborted();
      const target = { method: request.method, path: withoutQuery(request.path), origin };
      outstanding += 1;
      try {
        const received = await receive(exchange, { request, signal, signature, timeoutMs, options });
        options.onAnswer?.({ ...target, status: received.status, headers: received.headers });
        return toTry(received, target, signature);
      } catch (cause) {
        signal?.throwIfAborted();
        const failure = failureOf(cause, target);
        if (failure === undefined) throw cause;
        return { kind: 'failure', failure };
      } finally {
        outstanding -= 1;
      }
    },
    close: () => (ended ??= close()),
  };
}

/** Why connections that are still being made are given up. Shared, since creating an error takes longer than using it. */
const closed = new Error('the tenant is closed');

/** A path without its query. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

interface Sending {
  readonly request: TenantRequest<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly signature: Signature;
  readonly timeoutMs: number;
  readonly options: TransportOptions;
}

interface Received {
  readonly status: number;
  readonly headers: Answer['headers'];
  readonly bytes: Buffer;
  /** The limit in bytes, if the body was larger. */
  readonly cutAt: number | undefined;
}

async function receive(exchange: Exchange, what: Sending): Promise<Received> {
  const { request, signal, timeoutMs } = what;
  const answer = await exchange.send({
    method: request.method,
    path: request.path,
    headers: headersOf(what),
    chunks: request.body?.chunks,
    headersMs: timeoutMs + (request.body?.length ?? 0) / uploadBytesPerMs,
    pauseMs: timeoutMs,
    signal,
  });
  const succeeded = answer.status < 300;
  const limit = succeeded ? (request.maxBytes ?? defaultMaxBytes) : maxErrorBytes;
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  const received = await receiveBody(answer.body, limit);
  const { bytes, complete } = await expand(received, headers['content-encoding'], limit);
  return { status: answer.status, headers, bytes, cutAt: succeeded && !complete ? limit : undefined };
}

function headersOf({ request, signature, options }: Sending): Record<string, string> {
  const { authorization, headers } = signature;
  return {
    ...headers,
    ...(authorization !== undefined && { authorization }),
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': options.userAgent ?? 'qlik-sync',
    ...(request.body && {
      'content-type': request.body.contentType,
      'content-length': String(request.body.length),
    }),
  };
}

function toTry(received: Received, target: Target, { credential, secrets }: Signature): Try {
  const { status, cutAt } = received;
  if (cutAt !== undefined) {
    const message = `the answer is larger than ${cutAt} bytes.`;
    const error = failed(
      target,
      'too-large',
      message,
      'This is more than Qlik documents; is it the right tenant?',
    );
    return { kind: 'failure', failure: { error, transient: false, sent: 'perhaps' } };
  }
  const { headers, bytes: body } = withoutSecrets(received, secrets);
  return { kind: 'answer', answer: { ...target, credential, status, headers, body } };
}

interface Body {
  readonly bytes: Buffer;
  readonly complete: boolean;
}

/** Reads a body up to `limit` bytes; a longer one is cut there and its connection dropped. */
async function receiveBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) return { bytes: Buffer.concat(chunks), complete: false };
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks, size), complete: true };
}

/**
 * A body that came compressed although none was asked for, as some proxies and gateways send it. What cannot be expanded
 * stays as it is.
 */
async function expand(body: Body, coding: string | undefined, limit: number): Promise<Body> {
  const name = coding?.trim().toLowerCase() ?? '';
  if (!body.complete || body.bytes.length === 0 || !/^(?:(?:x-)?gzip|deflate|br)$/.test(name)) return body;
  const { brotliDecompressSync, unzipSync } = await import('node:zlib');
  const decompress = name === 'br' ? brotliDecompressSync : unzipSync;
  try {
    return { bytes: decompress(body.bytes, { maxOutputLength: limit }), complete: true };
  } catch (error) {
    return codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? { bytes: Buffer.alloc(0), complete: false } : body;
  }
}

/** A shorter secret may be a word of the content, and replacing it there could change a decision. */
const shortestInContent = 12;

/**
 * An answer without the secrets, in plain or JSON spelling, so that no message, report or file can repeat them.
 * Archives stay untouched, as their bytes are compared by checksum.
 */
function withoutSecrets(
  { status, headers, bytes }: Received,
  secrets: readonly string[],
): Pick<Received, 'headers' | 'bytes'> {
  const wanted = secrets.filter((secret) => status >= 300 || secret.length >= shortestInContent);
  const spellings = [...new Set(wanted.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))];
  const clean = (text: string): string =>
    spellings.reduce((rest, secret) => rest.replaceAll(secret, '[credential]'), text);
  const repeats = spellings.some((secret) => bytes.includes(secret)) && !(status < 300 && isZip(bytes));
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value && clean(value)]),
    ),
    bytes: repeats ? Buffer.from(clean(bytes.toString('utf8'))) : bytes,
  };
}
