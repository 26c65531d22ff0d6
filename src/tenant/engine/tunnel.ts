/** A tunnel to the tenant through the proxy that the variables name, by the same rules as `http/dispatcher.ts`. */

import type { Duplex } from 'node:stream';
import { isLoopback } from '../http/address.js';
import { type ProxyVariables, proxyExceptions, proxyUrl } from '../http/dispatcher.js';

/** The proxy for this origin; `undefined` for loopback and for what NO_PROXY names. @throws UserError */
export function proxyFor(origin: string, variables: ProxyVariables): URL | undefined {
  const { hostname } = new URL(origin);
  const proxy = isLoopback(hostname) ? undefined : proxyUrl(variables);
  if (proxy === undefined) return undefined;
  return isExempt(hostname, portOf(new URL(origin)), proxyExceptions(variables)) ? undefined : new URL(proxy);
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** `*`, or names with or without a leading dot and a port; subdomains count. As undici reads it. */
function isExempt(hostname: string, port: number, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true;
  return noProxy
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = entry, only] = /^(.+):(\d+)$/.exec(entry) ?? [];
      const host = name.replace(/^\*?\./, '').toLowerCase();
      const samePort = only === undefined || Number(only) === port;
      return samePort && (hostname === host || hostname.endsWith(`.${host}`));
    });
}

interface TunnelOptions {
  readonly signal: AbortSignal;
  readonly connectMs: number;
}

/** `CONNECT host:port`, with TLS inside for https. Certificates are checked against the tenant's name. */
export async function openTunnel(proxy: URL, origin: string, options: TunnelOptions): Promise<Duplex> {
  const url = new URL(origin);
  const { hostname, protocol } = url;
  const authority = `${hostname}:${portOf(url)}`;
  const { connect } = await import('node:tls');
  const socket = await connectThrough(proxy, authority, options);
  if (protocol === 'http:') return socket;
  return connect({ socket, servername: hostname, ALPNProtocols: ['http/1.1'] });
}

async function connectThrough(proxy: URL, authority: string, options: TunnelOptions): Promise<Duplex> {
  const { request } = proxy.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const asking = request({
      hostname: proxy.hostname,
      port: portOf(proxy),
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...credentialsOf(proxy) },
      timeout: options.connectMs,
      signal: options.signal,
      agent: false,
    });
    asking.once('timeout', () => asking.destroy(proxyError('did not answer in time')));
    asking.once('error', reject);
    asking.once('response', (answer) => asking.destroy(proxyError(`answered ${answer.statusCode}`)));
    asking.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(proxyError(`answered ${statusCode}`));
    });
    asking.end();
  });
}

function credentialsOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Has a code as errors of the network have, so that it is explained like them. */
function proxyError(what: string): Error {
  return Object.assign(new Error(`the proxy ${what}`), { code: 'UND_ERR_ABORTED' });
}
