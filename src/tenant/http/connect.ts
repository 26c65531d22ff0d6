/** Connections to a tenant, direct or in a tunnel through its proxy: one way for requests and sockets. */

import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { findRoute, type ProxyInUse, type ProxyVariables } from './proxy.js';

/** A connection that could not be made, so that nothing was sent over it. */
export class ConnectError extends Error {
  readonly problem: ConnectProblem;

  constructor(problem: ConnectProblem) {
    super('no connection');
    this.problem = problem;
  }
}

export type ConnectProblem = {
  /** Whether this Node reads NODE_USE_SYSTEM_CA. */
  readonly systemAuthorities: 'known' | 'unknown';
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
      readonly retryAfter: string | undefined;
      /** The value of `Proxy-Authenticate`. */
      readonly offers: string | undefined;
    };

export interface Connections {
  /**
   * Opens one, with TLS where the origin is https. It emits no unhandled error.
   *
   * @throws ConnectError; UserError where a proxy variable does not name a proxy; the reason of the aborted signal
   */
  open(signal?: AbortSignal): Promise<Socket>;
}

/** Reaching the proxy, its answer, and TLS with the tenant may each take `connectMs`. */
export function createConnections(origin: string, variables: ProxyVariables, connectMs: number): Connections {
  const url = new URL(origin);
  const authority = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;
  let connecting: Promise<buildConnector.connector> | undefined;

  /** One for all, as it keeps the TLS sessions. */
  function connect(): Promise<buildConnector.connector> {
    connecting ??= import('undici/lib/core/connect.js').then(({ default: build }) =>
      build({ timeout: connectMs }),
    );
    return connecting;
  }

  return {
    async open(signal) {
      signal?.throwIfAborted();
      const route = findRoute(origin, variables);
      if (route.kind === 'direct') return reachTenant(await connect(), url, undefined, signal);
      const tunnel = await openTunnel(route.proxy, { authority, connectMs, signal });
      return url.protocol === 'http:' ? tunnel : reachTenant(await connect(), url, tunnel, signal);
    },
  };
}

async function reachTenant(
  connect: buildConnector.connector,
  { protocol, host, hostname, port }: URL,
  tunnel: Socket | undefined,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const systemAuthorities = protocol === 'https:' ? await readsSystemAuthorities() : 'unknown';
  return new Promise((resolve, reject) => {
    const bare = hostname.replace(/^\[(.*)\]$/, '$1');
    const options = { protocol, host, hostname: bare, port, ...(tunnel && { httpSocket: tunnel }) };
    // It returns the socket, which its types do not say.
    const socket = connect(options, (error, connected) => {
      signal?.removeEventListener('abort', abort);
      if (connected) return resolve(connected);
      tunnel?.destroy();
      reject(
        signal?.aborted ? signal.reason : new ConnectError({ at: 'tenant', cause: error, systemAuthorities }),
      );
    }) as unknown as Socket;
    const abort = (): void => void socket.destroy(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

async function readsSystemAuthorities(): Promise<ConnectProblem['systemAuthorities']> {
  // Came with the variable: Node 22.19 and 24.5; the variable itself with 22.19 and 24.6.
  return 'setDefaultCACertificates' in (await import('node:tls')) ? 'known' : 'unknown';
}

interface TunnelOptions {
  /** `host:port` of the tenant. */
  readonly authority: string;
  readonly connectMs: number;
  readonly signal: AbortSignal | undefined;
}

/** `CONNECT host:port`. */
async function openTunnel(proxy: ProxyInUse, options: TunnelOptions): Promise<Socket> {
  const { authority: target, connectMs, signal } = options;
  const { variable, shown, protocol, authorization } = proxy;
  const systemAuthorities = protocol === 'https' ? await readsSystemAuthorities() : 'unknown';
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

/** What came with the proxy's answer belongs to the tunnel. */
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
    // Node would take it from the Host header, which names the tenant.
    servername: isIP(hostname) === 0 ? hostname : '',
    agent: false,
  });
}

function refusalOf({ statusCode: status = 0, headers }: IncomingMessage): ProxyProblem | undefined {
  if (status >= 200 && status < 300) return undefined;
  return {
    kind: 'refused',
    status,
    retryAfter: headers['retry-after'],
    offers: headers['proxy-authenticate'],
  };
}
