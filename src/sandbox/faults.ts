/** Faults that a test asks for: which request they hit, and how they spoil its answer. */

import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, json, Refusal, refusalAnswer } from './http/answer.js';
import { type Call, splitTarget } from './http/call.js';

const kinds = ['status', 'reset', 'stall', 'truncate', 'html', 'garbage', 'ignore'] as const;

export interface Fault {
  /** `*` for any. */
  readonly method: string;
  /** Matched with or without the query; `*` stands for any characters, `/` too. */
  readonly path: string;
  /** Matching requests to let pass first. */
  readonly skip: number;
  /** Requests to hit. */
  readonly times: number;
  /** `after` lets the effect happen and spoils the answer. */
  readonly when: 'before' | 'after';
  readonly kind: (typeof kinds)[number];
  readonly status?: number;
  /** Seconds, for the Retry-After header. */
  readonly retryAfter?: number;
  readonly stallMs: number;
}

/** What reaches the client: an answer, half of one, or a connection that breaks. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'truncate'; readonly answer: Answer }
  | { readonly kind: 'reset' };

export interface FaultList {
  /** @throws {Refusal} 400 */
  readonly add: (specs: unknown) => void;
  readonly clear: () => void;
  /** The first fault that this request meets, in the order they were added. */
  readonly next: (method: string, target: string) => Fault | undefined;
}

export function createFaultList(): FaultList {
  let pending: { readonly fault: Fault; skip: number; times: number }[] = [];
  return {
    add: (specs) => {
      const faults = parseFaults(specs);
      pending = [...pending, ...faults.map((fault) => ({ fault, skip: fault.skip, times: fault.times }))];
    },
    clear: () => {
      pending = [];
    },
    next: (method, target) => {
      const hit = pending.find((entry) => {
        if (entry.times === 0 || !matches(entry.fault, method, target)) return false;
        if (entry.skip === 0) return true;
        entry.skip -= 1;
        return false;
      });
      if (hit !== undefined) hit.times -= 1;
      return hit?.fault;
    },
  };
}

function parseFaults(specs: unknown): readonly Fault[] {
  if (!Array.isArray(specs)) throw new Refusal(400, 'Faults are an array of objects.');
  return specs.map((spec: Partial<Fault>) => {
    if (!kinds.some((kind) => kind === spec?.kind)) {
      throw new Refusal(400, `A fault's kind is one of ${kinds.join(', ')}.`);
    }
    const defaults = { method: '*', path: '*', skip: 0, times: 1, when: 'before', stallMs: 2000 } as const;
    return { ...defaults, ...spec } as Fault;
  });
}

function matches(fault: Fault, method: string, target: string): boolean {
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${fault.path.split('*').map(literal).join('.*')}$`, 's');
  const sameMethod = fault.method === '*' || fault.method.toUpperCase() === method;
  return sameMethod && (pattern.test(target) || pattern.test(splitTarget(target).path));
}

/** Serves a call as the fault wants it. `gone` fires when the client has left, which ends a stall. */
export async function serveSpoiled(
  fault: Fault,
  call: Call,
  serve: (call: Call) => Promise<Answer>,
  gone: AbortSignal,
): Promise<Delivery> {
  if (fault.kind === 'ignore') return { kind: 'answer', answer: await serveIgnored(call, serve) };
  if (fault.kind === 'stall' && fault.when === 'before') {
    await pause(fault.stallMs, undefined, { signal: gone });
    return { kind: 'answer', answer: await serve(call) };
  }
  const real = fault.when === 'after' ? await serve(call) : json(200, { data: [{ id: call.path }] });
  return spoil(fault, call, real, gone);
}

/** A 2xx without effect: a change is answered with the record as it is. */
async function serveIgnored(call: Call, serve: (call: Call) => Promise<Answer>): Promise<Answer> {
  switch (call.method) {
    case 'POST':
      return json(201, {});
    case 'DELETE':
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    default:
      return serve({ ...call, method: 'GET' });
  }
}

async function spoil(fault: Fault, call: Call, real: Answer, gone: AbortSignal): Promise<Delivery> {
  switch (fault.kind) {
    case 'reset':
      return { kind: 'reset' };
    case 'truncate':
      return { kind: 'truncate', answer: real };
    case 'stall':
      await pause(fault.stallMs, undefined, { signal: gone });
      return { kind: 'answer', answer: real };
    case 'html':
      return { kind: 'answer', answer: text(fault, 'text/html; charset=utf-8', loginPage) };
    case 'garbage':
      return { kind: 'answer', answer: text(fault, 'application/json', '{"data":[{"id":\u0000') };
    case 'status':
    case 'ignore':
      return { kind: 'answer', answer: errorAnswer(fault, call) };
  }
}

const loginPage = '<!doctype html><title>Sign in</title><h1>Sign in</h1>';

function text(fault: Fault, contentType: string, body: string): Answer {
  return { status: fault.status ?? 200, headers: { 'content-type': contentType }, body: Buffer.from(body) };
}

function errorAnswer({ status = 503, retryAfter }: Fault, { path }: Call): Answer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const title = status === 429 ? { title: 'API rate limit reached.' } : {};
  return refusalAnswer(path, new Refusal(status, 'A fault that was asked for.', { headers, ...title }));
}
