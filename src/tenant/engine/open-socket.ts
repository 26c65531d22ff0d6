/** Opens the engine's WebSocket of one app: on the tenant's own origin, with its credential, through its proxy. */

import type { Duplex } from 'node:stream';
import type { ClientOptions } from 'ws';
import type { ProxyVariables } from '../proxies.js';
import { type EngineSocket, wrapSocket } from './socket.js';
import { openTunnel, proxyFor } from './tunnel.js';

export interface SocketOptions {
  /** `https://…`, or `http://…` for loopback. */
  readonly origin: string;
  readonly appId: string;
  readonly authorization: string;
  readonly userAgent: string;
  readonly proxies: ProxyVariables;
  readonly signal: AbortSignal;
}

/** The longest message: `GetAllInfos` of the largest apps is a few MB. */
const maxBytes = 64 * 2 ** 20;
const connectMs = 10_000;

/**
 * All that takes time before the socket itself, which is made by the function that this resolves to.
 *
 * @throws what the proxy does; UserError where a proxy variable is no URL
 */
export async function prepareSocket(options: SocketOptions): Promise<() => EngineSocket> {
  const { WebSocket } = await import('ws');
  const proxy = proxyFor(options.origin, options.proxies);
  const tunnel = proxy && (await openTunnel(proxy, options.origin, { signal: options.signal, connectMs }));
  const settings: ClientOptions = {
    headers: { authorization: options.authorization, 'user-agent': options.userAgent },
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: maxBytes,
    ...(tunnel && { createConnection: through(tunnel) }),
  };
  return () => wrapSocket(new WebSocket(addressOf(options), settings));
}

function through(tunnel: Duplex): NonNullable<ClientOptions['createConnection']> {
  return (() => tunnel) as unknown as NonNullable<ClientOptions['createConnection']>;
}

/** `wss://tenant/app/<id>`: the app is named in the path, so that the tenant routes to the engine that has it. */
function addressOf({ origin, appId }: SocketOptions): string {
  return `${origin.replace(/^http/, 'ws')}/app/${encodeURIComponent(appId)}`;
}
