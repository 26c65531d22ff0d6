import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, errorOfAnswer, isSuccess, type Reader } from './answers.js';
import type { Auth } from './auth.js';
import { type Connection, createConnection, withoutQuery } from './connection.js';

import { createGovernor, type Governor, type Tier, type Wait } from './governor.js';
import type { RequestBody } from './multipart.js';
import { tenantOrigin } from './origin.js';
import type { ProxyVariables } from './proxies.js';
import { pauseBeforeRetry, refusalOf, type Try } from './retry.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TenantOptions {
  /** `https://…`; plain http for loopback only. The only host that ever gets the credential. */
  readonly url: string;
  readonly auth: Auth;
  /** Default `qlik-sync`. */
  readonly userAgent?: string;
  /**
   * Milliseconds to wait for an answer to begin, and between its pieces; default 60,000. Uploads get more, for
   * 64 kB a second. Connecting takes at most 10,000 of them.
   */
  readonly timeoutMs?: number;
  /** Ends every request; they reject with its reason. */
  readonly signal?: AbortSignal;
  /** To be shared by all clients of one user on one tenant; default: one of its own. */
  readonly governor?: Governor;
  /** HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in either case; default: no proxy. */
  readonly proxies?: ProxyVariables;
  /** Told of pauses before a read is repeated, and of the default governor's pauses. */
  readonly onWait?: (wait: Wait) => void;
}

export interface TenantRequest<T> {
  readonly method: Method;
  /** Path below the origin, encoded, with its query. */
  readonly path: string;
  readonly body?: RequestBody;
  readonly signal?: AbortSignal | undefined;
  /** Gives the request up while it still waits for its turn; once it is on its way, it is finished. */
  readonly unlessSent?: AbortSignal | undefined;
  /** Longest answer, bytes; default 64 MiB. */
  readonly maxBytes?: number;
  /** Makes the value of a 2xx answer. */
  readonly read: Reader<T>;
}

/** A tenant that can be asked. */
export interface TenantHttp {
  /** `https://host[:port]`. */
  readonly origin: string;
  /**
   * Sends one request within the rate limits. A 429 is waited out for any method, and a GET that meets a lost
   * connection or 502, 503, 504 is sent again up to twice; a write is never repeated on its own.
   *
   * @throws TenantError for every answer that is not 2xx and every failed connection; the reason of an aborted signal.
   */
  request<T>(request: TenantRequest<T>): Promise<T>;
  /** Closes the connections once their requests are through. */
  close(): Promise<void>;
}

/**
 * Opens a tenant; no connection is made before the first request.
 *
 * @throws UserError where the URL cannot be a tenant's.
 */
export function openTenant(options: TenantOptions): TenantHttp {
  const origin = tenantOrigin(options.url);
  const connection = createConnection(origin, options);
  const governor = options.governor ?? createGovernor(options.onWait && { onWait: options.onWait });
  const send = createSender(connection, governor, options);
  return {
    origin,
    async request(request) {
      const answer = await sendAuthorised(request, send, options.auth);
      if (!isSuccess(answer)) throw errorOfAnswer(answer);
      return request.read(answer);
    },
    close: connection.close,
  };
}

type Request = TenantRequest<unknown>;
type Send = (request: Request) => Promise<Answer>;

/** A 401 was not executed, so any method may go again once with fresh credentials. */
async function sendAuthorised(request: Request, send: Send, auth: Auth): Promise<Answer> {
  const answer = await send(request);
  const renewed = answer.status === 401 && (await auth.renew?.()) === true;
  return renewed ? send(request) : answer;
}

function createSender(connection: Connection, governor: Governor, options: TenantOptions): Send {
  const { onWait } = options;
  return async (request) => {
    const signal = anySignal(options.signal, request.signal);
    const tier = tierOf(request.method);
    const sending = {
      method: request.method,
      path: withoutQuery(request.path),
      signal: anySignal(signal, request.unlessSent),
      send: () => connection.tryOnce(request, signal),
      refusal: (ended: Try) => (ended.kind === 'answer' ? refusalOf(ended.answer) : undefined),
    };
    for (let tries = 1; ; tries += 1) {
      const ended = await governor.schedule(tier, sending);
      const pause = request.method === 'GET' ? pauseBeforeRetry(ended, tries, Math.random()) : undefined;
      if (pause === undefined) return answerOf(ended);
      if (pause >= 1000) onWait?.({ tier, seconds: Math.ceil(pause / 1000), reason: 'repeat' });
      await rest(pause, signal);
    }
  };
}

/** Qlik counts reads and everything else apart (qlik-facts, "Rate limits"). */
function tierOf(method: Method): Tier {
  return method === 'GET' ? 1 : 2;
}

function answerOf(ended: Try): Answer {
  if (ended.kind === 'failure') throw ended.failure.error;
  return ended.answer;
}

async function rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
}

function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
