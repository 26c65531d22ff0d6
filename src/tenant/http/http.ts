/** A tenant over HTTP: every request of the clients and of signing in goes through here. */

import { UserError } from '../../core/errors.js';
import { createGovernor } from '../governor.js';
import { tenantOrigin } from './address.js';
import { type Answer, errorOfAnswer, isSuccess } from './answers.js';
import type { AskTenant, Auth } from './auth.js';
import { createBody } from './multipart.js';
import type { TenantOptions, TenantRequest } from './request.js';
import { createSender, type Message, type Send } from './sender.js';
import { createTransport } from './transport.js';

/** A tenant that can be asked. */
export interface TenantHttp {
  /** `https://host[:port]`. */
  readonly origin: string;
  /** Tells who asks from others that ask the same tenant; absent where that is not known. */
  readonly account?: string;
  /**
   * Sends one request within the rate limits. A 429 is waited out for any method, and a GET that meets a lost
   * connection or 502, 503, 504 is sent again up to `repeats` times; a write is never repeated on its own.
   *
   * @throws TenantError for every answer that is not 2xx and every failed connection; the reason of an aborted signal.
   */
  request<T>(request: TenantRequest<T>): Promise<T>;
  /** The `Authorization` header for what speaks to the same origin by other means, such as a WebSocket. */
  authorize(signal?: AbortSignal): Promise<string>;
  /** After that header was refused: `true` means that another try with a fresh one is worth it. */
  renew(refused: string): Promise<boolean>;
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

/** A 401 was not executed, so any method may go again once with fresh credentials. */
async function sendAuthorised(request: TenantRequest<unknown>, send: Send, auth: Auth): Promise<Answer> {
  let authorization = '';
  const message: Message = {
    request,
    repeat: request.method === 'GET' ? 'when-it-fails' : 'never',
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
  throw new UserError(`The ${auth.describe} holds characters that cannot be sent, such as a line break.`);
}

/** Asking for a token changes nothing on the tenant, so it goes again like a read. */
function askWith(send: Send): AskTenant {
  return async ({ path, body, secrets, read }, signal) => {
    const json = createBody('application/json', [Buffer.from(JSON.stringify(body))]);
    const request = { method: 'POST', path, body: json, signal, read } as const;
    const signature = { credential: 'OAuth client', secrets };
    const answer = await send({ request, repeat: 'when-it-fails', sign: async () => signature });
    if (!isSuccess(answer)) throw errorOfAnswer(answer);
    return read(answer);
  };
}
