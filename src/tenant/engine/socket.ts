/** One WebSocket as enigma.js uses it. It remembers how it ended, and nothing that a peer sends can make it throw. */

import type { Duplex } from 'node:stream';
import type { ClientOptions, RawData, WebSocket as Socket } from 'ws';
import { isObject, tryParseJson } from '../../core/json.js';
import { readRetryAfter } from '../http/answers.js';
import type { Connections } from '../http/connect.js';

/** How a socket ended; the first cause counts. */
export type SocketEnd =
  | { readonly kind: 'closed'; readonly code: number }
  /** The handshake was answered in HTTP. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      /** Milliseconds that it asks to wait. */
      readonly waitMs: number | undefined;
    }
  | { readonly kind: 'failed'; readonly cause: Error }
  /** The peer sent something other than the protocol's JSON. */
  | { readonly kind: 'garbled' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'aborted' };

export interface EngineSocket {
  /** For enigma.js, which sets the four listeners. */
  readonly facade: Facade;
  /** How it ended, as soon as that is known; `undefined` while it is open. */
  readonly end: () => Promise<SocketEnd | undefined>;
  readonly cut: (end: SocketEnd) => void;
  /** Sends a close frame and waits briefly for the answer. */
  readonly close: () => Promise<void>;
}

interface Facade {
  onopen: (event: unknown) => void;
  onclose: (event: unknown) => void;
  onerror: (event: unknown) => void;
  onmessage: (event: { readonly data: string }) => void;
  readonly readyState: number;
  readonly OPEN: number;
  send(text: string): void;
  close(): void;
}

const longestCloseMs = 1000;

const nothing = (): void => undefined;

function wrapSocket(socket: Socket, connection: Duplex): EngineSocket {
  let end: SocketEnd | undefined;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const facade = createFacade(socket, connection);
  const cut = (cause: SocketEnd): void => {
    end ??= cause;
    socket.terminate();
  };
  socket.on('unexpected-response', (_request, { statusCode = 0, headers }) => {
    cut({ kind: 'refused', status: statusCode, waitMs: readRetryAfter(headers) });
  });
  socket.on('error', (cause) => {
    end ??= { kind: 'failed', cause };
    facade.onerror({ message: cause.message });
  });
  socket.on('open', () => facade.onopen({}));
  socket.on('close', (code) => {
    end ??= { kind: 'closed', code };
    facade.onclose({ code, reason: '' });
  });
  socket.on('message', (data, isBinary) => {
    if (end !== undefined) return;
    const text = isBinary ? undefined : textOf(data);
    if (text === undefined || !isMessage(text) || !isAccepted(facade, text)) cut({ kind: 'garbled' });
  });
  return {
    facade,
    async end() {
      if (end === undefined && socket.readyState !== socket.OPEN) await closed;
      return end;
    },
    cut,
    async close() {
      if (socket.readyState === socket.OPEN) socket.close(1000);
      else socket.terminate();
      const timer = setTimeout(() => socket.terminate(), longestCloseMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function createFacade(socket: Socket, connection: Duplex): Facade {
  return {
    onopen: nothing,
    onclose: nothing,
    onerror: nothing,
    onmessage: nothing,
    OPEN: socket.OPEN,
    get readyState() {
      return socket.readyState;
    },
    // Requests made together are written at once.
    send: (text) => {
      connection.cork();
      socket.send(text);
      setImmediate(() => connection.uncork());
    },
    close: () => socket.close(1000),
  };
}

/** enigma.js throws at malformed messages; caught here, before it reaches the event loop. */
function isAccepted({ onmessage }: Facade, text: string): boolean {
  try {
    onmessage({ data: text });
    return true;
  } catch {
    return false;
  }
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

/** Guards against what would make enigma.js throw later. Its own ids are numbers; an error's message is a string. */
function isMessage(text: string): boolean {
  const message = tryParseJson(text);
  if (!isObject(message)) return false;
  const { id, error } = message;
  if (isObject(error) && typeof (error['message'] ?? '') !== 'string') return false;
  return !('id' in message) || typeof id === 'number';
}

interface SocketOptions {
  /** `https://…`, or `http://…` for loopback. */
  readonly origin: string;
  readonly appId: string;
  readonly authorization: string;
  readonly userAgent: string;
  readonly connections: Connections;
  readonly signal: AbortSignal;
}

/** The largest message; `GetAllInfos` of the largest apps is a few MB. */
const maxBytes = 64 * 2 ** 20;

/**
 * Prepares the engine's WebSocket for one app: on the tenant's own origin, with its credential, through its proxy. Does
 * everything that takes time; the returned function creates the socket.
 *
 * @throws as `Connections.open` does
 */
export async function prepareSocket(options: SocketOptions): Promise<() => EngineSocket> {
  const { WebSocket } = await import('ws');
  const connection = await options.connections.open(options.signal);
  const settings: ClientOptions = {
    headers: { authorization: options.authorization, 'user-agent': options.userAgent },
    followRedirects: false,
    perMessageDeflate: false,
    maxPayload: maxBytes,
    createConnection: over(connection),
  };
  return () => {
    // It may have waited a moment, and its end would no longer be noticed.
    if (connection.destroyed) throw Object.assign(new Error('the connection ended'), { code: 'ECONNRESET' });
    return wrapSocket(new WebSocket(addressOf(options), settings), connection);
  };
}

function over(connection: Duplex): NonNullable<ClientOptions['createConnection']> {
  return (() => connection) as unknown as NonNullable<ClientOptions['createConnection']>;
}

/** `wss://tenant/app/<id>`: the path names the app, so that the tenant routes to the engine that holds it. */
function addressOf({ origin, appId }: SocketOptions): string {
  return `${origin.replace(/^http/, 'ws')}/app/${encodeURIComponent(appId)}`;
}
