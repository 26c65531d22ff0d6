/** A tenant over HTTP. Every request, including those for signing in, goes through here. */

import { UserError } from '../../core/errors.js';
import { createGovernor } from '../governor.js';
import { tenantOrigin } from './address.js';
import { type Answer, errorOfAnswer, isSuccess } from './answers.js';
import type { AskTenant, Auth } from './auth.js';
import { createBody } from './multipart.js';
import type { TenantOptions, TenantRequest } from './request.js';
import { createSender, type Message, type Send } from './sender.js';
import { createTransport } from './transport.js';

/** An open tenant. */
export interface TenantHttp {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Distinguishes this user from others of the same tenant; absent if unknown. */
  readonly account?: string;
  /**
   * Sends one request within the rate limits. Any method waits out a 429; a GET that loses its connection or gets 408,
   * 502, 503 or 504 is sent again up to `repeats` times, and so is any method for which no connection could be made; a
   * write that may have been sent is never repeated.
   *
   * @throws TenantError for every answer outside 2xx and every failed connection; the reason of an aborted signal.
   */
  request<T>(request: TenantRequest<T>): Promise<T>;
  /** The `Authorization` header, for other connections to the same origin, such as a WebSocket. */
  authorize(signal?: AbortSignal): Promise<string>;
  /** To be called when that header was refused; `true` means that another try with a fresh one may succeed. */
  renew(refused: string): Promise<boolean>;
  /** Closes the connections when their requests have ended. */
  close(): Promise<void>;
}

/**
 * Opens a tenant; no connection is made before the first request.
 *
 * @throws UserError if the URL cannot be a tenant's.
 */
export function openTenant(options: TenantOptions): TenantHttp {
  const origin = tenantOrigin(options.url);
  const transport = createTransport(origin, options);
  const governor = options.governor ?? createGovernor(options.onWait && { onWait: options.onWait });
  const send = createSender(transport, governor, options);
  const auth = typeof options.auth === 'function' ? options.auth(askWith(send)) : options.auth;
  return {
    origin,
    ...(auth.account !== undefined && { account: auth.account }),
    async request(request) {
      const answer = await sendAuthorised(request, send, auth);
      if (!isSuccess(answer)) throw errorOfAnswer(answer);
      return request.read(answer);
    },
    authorize: (signal) => headerOf(auth, signal),
    renew: async (refused) => (await auth.renew?.(refused)) === true,
    close: transport.close,
  };
}

/** A request answered with 401 was not executed, so any method may be sent once more with fresh credentials. */
async function sendAuthorised(request: TenantRequest<unknown>, send: Send, auth: Auth): Promise<Answer> {
  let authorization = '';
  const message: Message = {
    request,
    repeat: request.method === 'GET' ? 'after-failure' : 'never',
    async sign(signal) {
      authorization = await headerOf(auth, signal);
      const secret = authorization.slice(authorization.indexOf(' ') + 1);
      return { authorization, credential: auth.describe, secrets: [secret] };
    },
  };
  const answer = await send(message);
  const renewed = answer.status === 401 && (await auth.renew?.(authorization)) === true;
  return renewed ? send(message) : answer;
}

async function headerOf(auth: Auth, signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  const value = await auth.authorize(signal);
  if (/^[\x20-\x7e]+$/.test(value)) return value;
  throw new UserError(`The ${auth.describe} contains characters that cannot be sent, such as a line break.`);
}

/** A request for a token changes nothing on the tenant, so it may be repeated like a read. */
function askWith(send: Send): AskTenant {
  return async ({ path, body, secrets, read }, signal) => {
    const json = createBody('application/json', [Buffer.from(JSON.stringify(body))]);
    const request = { method: 'POST', path, body: json, signal, read } as const;
    const signature = { credential: 'OAuth client', secrets };
    const answer = await send({ request, repeat: 'after-failure', sign: async () => signature });
    if (!isSuccess(answer)) throw errorOfAnswer(answer);
    return read(answer);
  };
}
