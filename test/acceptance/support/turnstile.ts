/** A way to a tenant that lets one request through at a time, and tells right before and right after each. */

import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passage {
  /** Counts the requests from 0. */
  readonly index: number;
  /** `before` the tenant sees it; `after` it answered, and before the answer arrives. */
  readonly when: 'before' | 'after';
  readonly method: string;
  readonly path: string;
}

export interface Turnstile {
  /** For `run`: the pair of address and key. */
  readonly env: Readonly<Record<string, string>>;
  /** Every passage so far. */
  readonly passed: () => readonly Passage[];
  readonly close: () => Promise<void>;
}

/** What happens at a passage; the request waits for it. */
export type AtPassage = (passage: Passage) => Promise<void>;

export async function openTurnstile(
  tenant: { readonly url: string; readonly apiKey: string },
  atPassage: AtPassage,
): Promise<Turnstile> {
  const passed: Passage[] = [];
  let count = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const index = count;
    count += 1;
    const { method = '', url: path = '' } = request;
    const body = await readAll(request);
    const stop = async (when: Passage['when']): Promise<void> => {
      const passage = { index, when, method, path };
      passed.push(passage);
      await atPassage(passage);
    };
    await stop('before');
    const answer = await forward(tenant.url, request, body);
    const answered = await readAll(answer);
    await stop('after');
    response.writeHead(answer.statusCode ?? 500, answer.headers).end(answered);
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    env: { QLIK_TENANT_URL: url, QLIK_API_KEY: tenant.apiKey },
    passed: () => passed,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function forward(
  url: string,
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
): Promise<IncomingMessage> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path, headers: { ...headers, host } };
    send(options, resolve).on('error', reject).end(body);
  });
}
