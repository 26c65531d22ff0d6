/** The wire between a command and a tenant, where the command can be killed at an exact moment. */

import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Before or after the tenant did what the request with this number (from 1, by arrival) asks for. */
export interface Cut {
  readonly at: number;
  readonly when: 'before' | 'after';
  /** Kills the command. Nothing passes any more in either direction. */
  readonly kill: () => void;
}

export interface Wire {
  readonly url: string;
  /** The requests that arrived since the last `restore`, such as `DELETE`. */
  readonly arrived: () => readonly string[];
  readonly cut: (cut: Cut) => void;
  /** Lets everything pass again, once what the tenant still works on has come to its end. */
  readonly restore: () => Promise<void>;
  readonly pointAt: (tenant: string) => void;
  readonly close: () => Promise<void>;
}

/** @param hosts `kept`: the `Host` header stays as it is, which a signature may cover */
export async function openWire(tenant: string, hosts: 'translated' | 'kept' = 'translated'): Promise<Wire> {
  let target = tenant;
  let planned: Cut | undefined;
  let isDead = false;
  let methods: string[] = [];
  const active = new Set<Promise<unknown>>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    methods.push(request.method ?? '');
    const cut = planned?.at === methods.length ? planned : undefined;
    const body = await buffer(request);
    if (isDead) return void response.destroy();
    if (cut?.when === 'before') return die(cut, response);
    const answer = await forward(target, request, body, hosts);
    if (cut?.when === 'after') return die(cut, response);
    if (isDead) return void response.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const die = (cut: Cut, response: ServerResponse): void => {
    isDead = true;
    cut.kill();
    response.destroy();
  };
  const server = createServer((request, response) => {
    const passing = pass(request, response).catch(() => response.destroy());
    active.add(passing);
    void passing.finally(() => active.delete(passing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    arrived: () => methods,
    cut: (cut) => {
      planned = cut;
    },
    restore: async () => {
      await Promise.all(active);
      [planned, isDead, methods] = [undefined, false, []];
    },
    pointAt: (other) => {
      target = other;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function forward(
  target: string,
  request: IncomingMessage,
  body: Buffer,
  hosts: 'translated' | 'kept',
): Promise<Answer> {
  const host = hosts === 'kept' ? request.headers.host : new URL(target).host;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method = 'GET', url = '/', headers } = request;
    const forwarded = send(new URL(url, target), { method, headers: { ...headers, host } }, resolve);
    forwarded.on('error', reject);
    forwarded.end(body);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await buffer(answer) };
}
