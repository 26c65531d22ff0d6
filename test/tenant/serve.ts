import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant, type TenantHttp } from '../../src/tenant/http/http.js';
import type { TenantOptions } from '../../src/tenant/http/request.js';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Served {
  readonly url: string;
  readonly seen: readonly Seen[];
}

export type Handler = (request: Seen, response: ServerResponse, count: number) => void;

/** The credential of every test; must never show up anywhere but in the Authorization header. */
export const token = 'secret-token-of-the-test';

const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** An HTTP server on loopback until the end of the test. */
export async function serve(handler: Handler): Promise<Served> {
  const seen: Seen[] = [];
  const server = createServer(async (message, response) => {
    const request = await readRequest(message);
    seen.push(request);
    handler(request, response, seen.length);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** A tenant client that is closed at the end of the test. */
export function openTestTenant(url: string, options: Partial<TenantOptions> = {}): TenantHttp {
  const http = openTenant({ url, auth: apiKeyAuth(token), ...options });
  open.push(() => http.close());
  return http;
}

/** A handler that answers everything with one JSON value. */
export function json(value: unknown, status = 200): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

async function readRequest(message: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const { method = '', url = '', headers } = message;
  return { method, url, headers, body: Buffer.concat(chunks) };
}
