/** How a fault spoils the answer to a request. */

import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.js';
import type { Holds } from './holds.js';
import { type Answer, json, noContent, Refusal, refusalAnswer } from './http/answer.js';
import type { Call } from './http/call.js';

/** What reaches the client: an answer, half of one, or a broken connection. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'truncate'; readonly answer: Answer }
  | { readonly kind: 'reset' };

interface Serving {
  readonly serve: (call: Call) => Promise<Answer>;
  /** Fires when the client has left, which ends a stall. */
  readonly gone: AbortSignal;
  readonly holds: Holds;
  /** The answer with the status of a fault. */
  readonly refuse: (fault: Fault, call: Call) => Answer;
}

/** Serves a call as the fault demands. */
export async function serveSpoiled(
  fault: Fault,
  call: Call,
  { serve, gone, holds, refuse }: Serving,
): Promise<Delivery> {
  const pause = (): Promise<void> => holds.pause(fault.stallMs, gone);
  if (fault.kind === 'ignore') return { kind: 'answer', answer: await serveIgnored(call, serve) };
  if (fault.kind === 'late') {
    return { kind: 'answer', answer: await holds.land(fault.stallMs, () => serve(call)) };
  }
  if (fault.kind === 'stall' && fault.when === 'before') {
    await pause();
    return { kind: 'answer', answer: await serve(call) };
  }
  const real = fault.when === 'after' ? await serve(call) : json(200, { data: [{ id: call.path }] });
  return spoil(fault, { real, pause, refused: () => refuse(fault, call) });
}

/** A 2xx without effect: a change is answered with the record as it is. */
async function serveIgnored(call: Call, serve: (call: Call) => Promise<Answer>): Promise<Answer> {
  switch (call.method) {
    case 'POST':
      return json(201, {});
    case 'DELETE':
      return noContent();
    default:
      return serve({ ...call, method: 'GET' });
  }
}

interface Spoiling {
  readonly real: Answer;
  readonly pause: () => Promise<void>;
  readonly refused: () => Answer;
}

async function spoil(fault: Fault, { real, pause, refused }: Spoiling): Promise<Delivery> {
  switch (fault.kind) {
    case 'reset':
      return { kind: 'reset' };
    case 'truncate':
      return { kind: 'truncate', answer: real };
    case 'stall':
      await pause();
      return { kind: 'answer', answer: real };
    case 'html':
      return { kind: 'answer', answer: text(fault, 'text/html; charset=utf-8', loginPage) };
    case 'garbage':
      return { kind: 'answer', answer: text(fault, 'application/json', '{"data":[{"id":\u0000') };
    case 'status':
    case 'close':
    case 'late':
    case 'ignore':
      return { kind: 'answer', answer: refused() };
  }
}

const loginPage = '<!doctype html><title>Sign in</title><h1>Sign in</h1>';

function text(fault: Fault, contentType: string, body: string): Answer {
  return { status: fault.status ?? 200, headers: { 'content-type': contentType }, body: Buffer.from(body) };
}

export function errorAnswer({ status = 503, retryAfter }: Fault, { path }: Call): Answer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const title = status === 429 ? { title: 'API rate limit reached.' } : {};
  return refusalAnswer(path, new Refusal(status, 'Requested fault.', { headers, ...title }));
}

/** @param now the server's clock, in milliseconds since the epoch */
export function deliver(response: ServerResponse, delivery: Delivery, now: number): void {
  if (delivery.kind === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  const { status, headers, body } = delivery.answer;
  const lengthHeader = status === 204 ? {} : { 'content-length': body.length };
  response.writeHead(status, { date: new Date(now).toUTCString(), ...headers, ...lengthHeader });
  if (delivery.kind === 'answer') response.end(body);
  else response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}
