/** One origin over undici: sends once, reads the whole answer, explains what went wrong. Only the sender calls it. */

import type { Dispatcher } from 'undici';
import type { Answer } from './answers.js';
import { openDispatcher } from './dispatcher.js';
import { failed, failureOf, type Target } from './failures.js';
import { receiveBody } from './receive.js';
import { redact } from './redact.js';
import type { TenantOptions, TenantRequest } from './request.js';
import type { Try } from './retry.js';

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
  /** Absent for the one request that has none yet: that for a token. */
  readonly authorization?: string;
  /** What people call the credential. */
  readonly credential: string;
  /** What no message may repeat, even where the tenant's answer does. */
  readonly secrets: readonly string[];
}

const defaultTimeoutMs = 60_000;
const longestConnectMs = 10_000;
const defaultMaxBytes = 64 * 2 ** 20;
const maxErrorBytes = 2 ** 20;
/** 64 kB a second: slower uploads run into the timeout. */
const uploadBytesPerMs = 64;

export function createTransport(origin: string, options: TenantOptions): Transport {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const connectMs = Math.min(timeoutMs, longestConnectMs);
  let opening: Promise<Dispatcher> | undefined;

  function dispatcher(): Promise<Dispatcher> {
    opening ??= openDispatcher(origin, options.proxies ?? {}, connectMs);
    return opening;
  }

  return {
    async tryOnce(request, signature, signal) {
      signal?.throwIfAborted();
      const target = { method: request.method, path: withoutQuery(request.path), origin };
      const agent = await dispatcher();
      try {
        const received = await exchange(agent, origin, { request, signal, signature, timeoutMs, options });
        options.onAnswer?.({ ...target, status: received.status, headers: received.headers });
        return toTry(received, target, signature);
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

interface Exchange {
  readonly request: TenantRequest<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly signature: Signature;
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

function headersOf({ request, signature, options }: Exchange): Record<string, string> {
  const { authorization } = signature;
  return {
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
    return { kind: 'failure', failure: { error, passing: false } };
  }
  const { headers, bytes: body } = redact(received, secrets);
  return { kind: 'answer', answer: { ...target, credential, status, headers, body } };
}
