/** Connections to a tenant, direct or in a tunnel through its proxy: the same way for requests and sockets. */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { readRetryAfter } from './answers.js';
import { findRoute, type ProxyInUse, type ProxyVariables } from './proxy.js';

/** A connection that could not be made, so that nothing was sent over it. */
export class ConnectError extends Error {
  readonly problem: ConnectProblem;

  constructor(problem: ConnectProblem) {
    super('no connection');
    this.problem = problem;
  }
}

/** Whether this Node reads NODE_USE_SYSTEM_CA, and whether it is set; Deno reads DENO_TLS_CA_STORE instead. */
export type SystemAuthorities = 'unused' | 'used' | 'unknown' | 'set-in-vain' | 'deno-unused' | 'deno-used';

export type ConnectProblem = {
  readonly systemAuthorities: SystemAuthorities;
} & (
  | { readonly at: 'tenant'; readonly cause: unknown }
  | {
      readonly at: 'proxy';
      /** Never the proxy itself, which holds its password. */
      readonly proxy: Pick<ProxyInUse, 'variable' | 'shown' | 'protocol'> & {
        readonly credentials: 'given' | 'none';
      };
      /** `host:port` of the tenant. */
      readonly target: string;
      readonly cause: ProxyProblem;
    }
);

type ProxyProblem =
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'silent'; readonly ms: number; readonly phase: 'connecting' | 'asked' }
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Milliseconds that it asks to wait. */
      readonly waitMs: number | undefined;
      /** The value of `Proxy-Authenticate`. */
      readonly offers: string | undefined;
    };

export interface Connections {
  /**
   * Opens one, with TLS if the origin is https. It emits no unhandled error.
   *
   * @throws ConnectError; UserError if a proxy variable does not name a proxy; the reason of the aborted signal
   */
  open(signal?: AbortSignal): Promise<Socket>;
}

/** Reaching the proxy, its answer, and TLS with the tenant may each take `connectMs`. */
export function createConnections(origin: string, variables: ProxyVariables, connectMs: number): Connections {
  const url = new URL(origin);
  const authority = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;
  const dial: Dial = { url, connectMs, variables, session: undefined };

  return {
    async open(signal) {
      signal?.throwIfAborted();
      const route = findRoute(origin, variables);
      if (route.kind === 'direct') return reachTenant(dial, undefined, signal);
      const tunnel = await openTunnel(route.proxy, { authority, connectMs, variables, signal });
      return url.protocol === 'http:' ? tunnel : reachTenant(dial, tunnel, signal);
    },
  };
}

interface Dial {
  readonly url: URL;
  readonly connectMs: number;
  readonly variables: ProxyVariables;
  /** The session of the last TLS connection, which the next one resumes. */
  session: Buffer | undefined;
}

async function reachTenant(
  dial: Dial,
  tunnel: Socket | undefined,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const tls = dial.url.protocol === 'https:' ? await import('node:tls') : undefined;
  const systemAuthorities = tls === undefined ? 'unknown' : authoritiesOf(tls, dial.variables);
  const socket = tls === undefined ? beginPlain(dial) : beginSecure(tls, dial, tunnel);
  socket.setNoDelay(true).setKeepAlive(true, 60_000);
  return new Promise((resolve, reject) => {
    const abort = (): void => void socket.destroy(signal?.reason);
    const late = (): void =>
      void socket.destroy(Object.assign(new Error('not in time'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, dial.connectMs);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      settle();
      resolve(socket);
    });
    // The listener stays for errors that come before the socket is used.
    socket.on('error', (cause) => {
      settle();
      tunnel?.destroy();
      reject(signal?.aborted ? signal.reason : new ConnectError({ at: 'tenant', cause, systemAuthorities }));
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

function beginPlain({ url }: Dial): Socket {
  return connectPlain({ host: bareName(url), port: Number(url.port || 80) });
}

function beginSecure(tls: Tls, dial: Dial, tunnel: Socket | undefined): Socket {
  const host = bareName(dial.url);
  const socket = tls.connect({
    ...{ host, port: Number(dial.url.port || 443), ...(tunnel && { socket: tunnel }) },
    // An IP address cannot be a server name (SNI).
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    ...(dial.session && { session: dial.session }),
  });
  return socket.on('session', (session) => {
    dial.session = session;
  });
}

function bareName({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

type Tls = typeof import('node:tls');

function authoritiesOf(
  tls: Tls,
  { NODE_USE_SYSTEM_CA, DENO_TLS_CA_STORE = '' }: ProxyVariables,
): SystemAuthorities {
  if ('Deno' in globalThis) {
    return DENO_TLS_CA_STORE.split(',').includes('system') ? 'deno-used' : 'deno-unused';
  }
  // This function came with Node 22.19 and 24.5, the variable with 22.19 and 24.6.
  const isRead = 'setDefaultCACertificates' in tls;
  if (NODE_USE_SYSTEM_CA !== '1') return isRead ? 'unused' : 'unknown';
  return isRead ? 'used' : 'set-in-vain';
}

interface TunnelOptions {
  /** `host:port` of the tenant. */
  readonly authority: string;
  readonly connectMs: number;
  readonly variables: ProxyVariables;
  readonly signal: AbortSignal | undefined;
}

/** `CONNECT host:port`. */
async function openTunnel(proxy: ProxyInUse, options: TunnelOptions): Promise<Socket> {
  const { authority: target, connectMs, variables, signal } = options;
  const { variable, shown, protocol, authorization } = proxy;
  const systemAuthorities =
    protocol === 'https' ? authoritiesOf(await import('node:tls'), variables) : 'unknown';
  const asked = {
    variable,
    shown,
    protocol,
    credentials: authorization === undefined ? 'none' : 'given',
  } as const;
  const asking = await askForTunnel(proxy, target);
  let phase: 'connecting' | 'asked' = 'connecting';
  asking.once('socket', (socket) => {
    socket.once(protocol === 'https' ? 'secureConnect' : 'connect', () => {
      phase = 'asked';
    });
  });
  return new Promise((resolve, reject) => {
    const settle = (done: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      done();
    };
    const fail = (cause: ProxyProblem): void => {
      settle(() => reject(new ConnectError({ at: 'proxy', proxy: asked, target, cause, systemAuthorities })));
      asking.destroy();
    };
    const abort = (): void => {
      settle(() => reject(signal?.reason));
      asking.destroy();
    };
    const timer = setTimeout(() => fail({ kind: 'silent', ms: connectMs, phase }), connectMs);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
    asking.on('error', (error) => fail({ kind: 'error', error }));
    asking.once('connect', (answer, socket: Socket, head) => {
      socket.on('error', () => undefined);
      const refusal = refusalOf(answer);
      if (refusal === undefined) return settle(() => resolve(withHead(socket, head)));
      socket.destroy();
      fail(refusal);
    });
    asking.end();
  });
}

/** Bytes that came with the proxy's answer belong to the tunnel. */
function withHead(socket: Socket, head: Buffer): Socket {
  if (head.length > 0) socket.unshift(head);
  return socket;
}

async function askForTunnel(proxy: ProxyInUse, target: string): Promise<ClientRequest> {
  const { hostname, port, protocol, authorization } = proxy;
  const { request } = protocol === 'https' ? await import('node:https') : await import('node:http');
  return request({
    hostname,
    port,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
    // Otherwise Node would take it from the Host header, which names the tenant.
    servername: isIP(hostname) === 0 ? hostname : '',
    agent: false,
  });
}

function refusalOf({ statusCode: status = 0, headers }: IncomingMessage): ProxyProblem | undefined {
  if (status >= 200 && status < 300) return undefined;
  return {
    kind: 'refused',
    status,
    waitMs: readRetryAfter(headers),
    offers: headers['proxy-authenticate'],
  };
}
