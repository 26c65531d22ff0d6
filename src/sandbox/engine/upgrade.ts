/** WebSockets of the engine on the sandbox's own port: `/app/<id>`, also `/app/<id>/identity/<x>` and `/ttl/<n>`. */

import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocketServer } from 'ws';
import { type Fault, isSocketFault } from '../faults.js';
import { Refusal } from '../http/answer.js';
import { authenticate, type Caller, requireLoopbackHost } from '../http/auth.js';
import { splitTarget } from '../http/call.js';
import type { OpenEntry } from '../http/log.js';
import type { Sandbox } from '../sandbox.js';
import { serveSession } from './session.js';

interface Engine {
  /** Drops every socket. */
  readonly end: () => void;
}

export function serveEngine(server: Server, sandbox: Sandbox): Engine {
  const sockets = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    void accept(sandbox, { request, socket, head });
  });
  return { end: () => sockets.forEach((socket) => void socket.destroy()) };
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Never throws: a bad handshake gets an HTTP answer. */
async function accept(sandbox: Sandbox, handshake: Handshake): Promise<void> {
  const target = handshake.request.url ?? '/';
  const entry = sandbox.log.begin('WS', target);
  try {
    const { appId, caller } = readHandshake(sandbox, handshake.request);
    const fault = sandbox.faults.next('WS', target);
    if (fault?.message === 0 && refuseHandshake(fault, handshake.socket, entry)) return;
    if (sandbox.latencyMs > 0) await pause(sandbox.latencyMs);
    await openSession(sandbox, handshake, { appId, caller, fault, entry });
  } catch (error) {
    const status = error instanceof Refusal ? error.status : 500;
    answerInHttp(handshake.socket, status);
    entry.answered(status);
  }
}

/** @throws {Refusal} 401, 404, 421 */
function readHandshake({ keys }: Sandbox, { url, headers }: IncomingMessage) {
  requireLoopbackHost(headers.host);
  const caller = authenticate(headers.authorization, keys);
  const appId = /^\/app\/([^/]+)(?:\/identity\/[^/]+)?(?:\/ttl\/\d+)?$/.exec(splitTarget(url).path)?.[1];
  if (appId === undefined) throw new Refusal(404, 'There is no engine at this path.');
  return { appId: decodeURIComponent(appId), caller };
}

interface Opening {
  readonly appId: string;
  readonly caller: Caller;
  readonly fault: Fault | undefined;
  readonly entry: OpenEntry;
}

async function openSession(
  sandbox: Sandbox,
  { request, socket, head }: Handshake,
  { appId, caller, fault, entry }: Opening,
): Promise<void> {
  const server = await acceptor();
  if (socket.destroyed) return entry.answered(0);
  const { people } = sandbox;
  const userId = caller.role === 'admin' ? people.adminId : people.userId;
  server.handleUpgrade(request, socket, head, (client) => {
    entry.answered(101);
    serveSession(sandbox, client, { appId, userId, fault, cut: () => socket.destroy() });
  });
}

let loading: Promise<WebSocketServer> | undefined;

/** Loaded on the first WebSocket: most runs of the sandbox never see one. */
function acceptor(): Promise<WebSocketServer> {
  loading ??= import('ws').then((ws) => new ws.WebSocketServer({ noServer: true, maxPayload: 2 ** 20 }));
  return loading;
}

/** Whether the fault spoils the handshake itself; a stall there never ends. */
function refuseHandshake(fault: Fault, socket: Duplex, entry: OpenEntry): boolean {
  if (isSocketFault(fault.kind)) return false;
  if (fault.kind === 'status') {
    answerInHttp(socket, fault.status ?? 503, fault.retryAfter);
    entry.answered(fault.status ?? 503);
    return true;
  }
  if (fault.kind === 'html')
    socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>');
  else if (fault.kind === 'garbage' || fault.kind === 'truncate') socket.end('HTT');
  else if (fault.kind === 'reset') socket.destroy();
  entry.answered(0);
  return true;
}

function answerInHttp(socket: Duplex, status: number, retryAfter?: number): void {
  const pause = retryAfter === undefined ? '' : `retry-after: ${retryAfter}\r\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${pause}connection: close\r\ncontent-length: 0\r\n\r\n`,
  );
}
