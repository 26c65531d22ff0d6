/** The wire between a command and a tenant or a store: where the command can be killed, or begins to fail, at an exact moment. */

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

/** What becomes of every request from a moment on. */
export interface Failure {
  /** `stale`: lists show what they showed the first time. */
  readonly kind: 'status' | 'reset' | 'truncate' | 'stall' | 'stale';
  readonly status?: number;
  /** `after`: the other side does what it asks for; default `before`, when it sees nothing of it. */
  readonly when?: 'before' | 'after';
}

export interface Wire {
  readonly url: string;
  /** The requests that arrived since the last `restore`, such as `DELETE`. */
  readonly arrived: () => readonly string[];
  /** How many were left before their answer although nothing failed: the other side is slower than its sender waits. */
  readonly givenUp: () => number;
  readonly cut: (cut: Cut) => void;
  /** @param skip so many requests still pass */
  readonly fail: (skip: number, failure: Failure) => void;
  /** Does something before the request with this number passes, from 1. */
  readonly notice: (at: number, happen: () => void) => void;
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
  let givenUp = 0;
  let failing: { readonly from: number; readonly failure: Failure } | undefined;
  let noticed: { readonly at: number; readonly happen: () => void } | undefined;
  const lists = new Map<string, Answer>();
  const active = new Set<Promise<unknown>>();
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const index = methods.push(request.method ?? '');
    const cut = planned?.at === index ? planned : undefined;
    const failure = failureAt(index);
    if (failure === undefined) response.once('close', () => noteEnd(response));
    if (noticed?.at === index) noticed.happen();
    const body = await buffer(request);
    if (isDead) return void response.destroy();
    if (cut?.when === 'before') return die(cut, response);
    const answer = await ask(request, body, failure);
    if (cut?.when === 'after') return die(cut, response);
    if (isDead) return void response.destroy();
    reply(response, answer, failure);
  };
  const noteEnd = ({ writableFinished }: ServerResponse): void => {
    if (!writableFinished) givenUp += 1;
  };
  const failureAt = (index: number): Failure | undefined =>
    failing !== undefined && index > failing.from ? failing.failure : undefined;
  const ask = async (
    request: IncomingMessage,
    body: Buffer,
    failure: Failure | undefined,
  ): Promise<Answer | undefined> => {
    const takesEffect = failure === undefined || failure.when === 'after' || failure.kind === 'stale';
    return takesEffect ? recall(request, await forward(target, request, body, hosts), failure) : undefined;
  };
  /** What a list showed the first time, where lists are old. */
  const recall = (request: IncomingMessage, answer: Answer, failure: Failure | undefined): Answer => {
    if (!isList(request)) return answer;
    const known = lists.get(request.url ?? '') ?? answer;
    lists.set(request.url ?? '', known);
    return failure?.kind === 'stale' ? known : answer;
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
    givenUp: () => givenUp,
    cut: (cut) => {
      planned = cut;
    },
    fail: (skip, failure) => {
      failing = { from: methods.length + skip, failure };
    },
    notice: (at, happen) => {
      noticed = { at, happen };
    },
    restore: async () => {
      if (failing?.failure.kind === 'stall') server.closeAllConnections();
      [failing, noticed] = [undefined, undefined];
      await Promise.all(active);
      [planned, isDead, methods, givenUp] = [undefined, false, [], 0];
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

function isList({ method, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && /[?&](?:list-type=2|comp=list)/.test(url);
}

function reply(response: ServerResponse, answer: Answer | undefined, failure: Failure | undefined): void {
  switch (failure?.kind) {
    case 'stall':
      return;
    case 'reset':
      return void response.destroy();
    case 'status':
      return void response
        .writeHead(failure.status ?? 503, { 'retry-after': '0' })
        .end('<Error><Code>Spoiled</Code></Error>');
    case 'truncate':
      response.writeHead(answer?.status ?? 200, { ...answer?.headers, 'content-length': 1_000_000 });
      response.write(answer?.body ?? '');
      return void setTimeout(() => response.destroy(), 5);
    case 'stale':
    case undefined:
      return void response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
  }
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
