import type { Dispatcher } from 'undici';
import { UserError } from '../core/errors.js';
import type { Answer } from './answers.js';
import { openDispatcher } from './dispatcher.js';
import { failed, failureOf, type Target } from './failures.js';
import type { TenantOptions, TenantRequest } from './http.js';
import { receiveBody } from './receive.js';
import type { Try } from './retry.js';

/** One origin over undici: sends once, reads the whole answer, explains what went wrong. */
export interface Connection {
  tryOnce(request: TenantRequest<unknown>, signal: AbortSignal | undefined): Promise<Try>;
  close(): Promise<void>;
}

const defaultTimeoutMs = 60_000;
const longestConnectMs = 10_000;
const defaultMaxBytes = 64 * 2 ** 20;
const maxErrorBytes = 2 ** 20;
/** 64 kB a second: slower uploads run into the timeout. */
const uploadBytesPerMs = 64;

export function createConnection(origin: string, options: TenantOptions): Connection {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const connectMs = Math.min(timeoutMs, longestConnectMs);
  let opening: Promise<Dispatcher> | undefined;

  function dispatcher(): Promise<Dispatcher> {
    opening ??= openDispatcher(origin, options.proxies ?? {}, connectMs);
    return opening;
  }

  return {
    async tryOnce(request, signal) {
      const target = { method: request.method, path: withoutQuery(request.path), origin };
      const authorization = await authorize(options, signal);
      const agent = await dispatcher();
      try {
        const received = await exchange(agent, origin, {
          request,
          signal,
          authorization,
          timeoutMs,
          options,
        });
        return toTry(received, target, options.auth.describe, authorization);
      } catch (cause) {
        signal?.throwIfAborted();
        const failure = failureOf(cause, target);
        if (failure === undefined) throw cause;
        return { kind: 'failure', failure };
      }
    },
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

/** A path without its query. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

async function authorize({ auth }: TenantOptions, signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  const value = await auth.authorize(signal);
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw new UserError(`The ${auth.describe} holds characters that cannot be sent, such as a line break.`);
}

interface Exchange {
  readonly request: TenantRequest<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly authorization: string;
  readonly timeoutMs: number;
  readonly options: TenantOptions;
}

interface Received {
  readonly status: number;
  readonly headers: Answer['headers'];
  readonly bytes: Buffer;
  /** The longest body that was allowed, where this one was longer. */
  readonly cutAt: number | undefined;
}

async function exchange(agent: Dispatcher, origin: string, what: Exchange): Promise<Received> {
  const { default: send } = await import('undici/lib/api/api-request.js');
  const { request, signal, timeoutMs } = what;
  const answer = await send.call(agent, {
    origin,
    path: request.path,
    method: request.method,
    headers: headersOf(what),
    body: request.body?.chunks ?? null,
    headersTimeout: timeoutMs + (request.body?.length ?? 0) / uploadBytesPerMs,
    bodyTimeout: timeoutMs,
    ...(signal && { signal }),
  });
  const succeeded = answer.statusCode < 300;
  const limit = succeeded ? (request.maxBytes ?? defaultMaxBytes) : maxErrorBytes;
  const { bytes, complete } = await receiveBody(answer.body, limit);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
  );
  return { status: answer.statusCode, headers, bytes, cutAt: succeeded && !complete ? limit : undefined };
}

function headersOf({ request, authorization, options }: Exchange): Record<string, string> {
  return {
    authorization,
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': options.userAgent ?? 'qlik-sync',
    ...(request.body && {
      'content-type': request.body.contentType,
      'content-length': String(request.body.length),
    }),
  };
}

function toTry(received: Received, target: Target, credential: string, authorization: string): Try {
  const { status, headers, cutAt } = received;
  if (cutAt !== undefined) {
    const message = `the answer is larger than ${cutAt} bytes.`;
    const error = failed(
      target,
      'too-large',
      message,
      'This is more than Qlik documents; is it the right tenant?',
    );
    return { kind: 'failure', failure: { error, passing: false } };
  }
  const body = status < 300 ? received.bytes : withoutSecret(received.bytes, authorization);
  return { kind: 'answer', answer: { ...target, credential, status, headers, body } };
}

/** An error body may repeat the request; what becomes part of a message must not hold the credential. */
function withoutSecret(body: Buffer, authorization: string): Buffer {
  const secret = authorization.slice(authorization.indexOf(' ') + 1);
  return Buffer.from(body.toString('utf8').replaceAll(secret, '[credential]'));
}
