/** Faults that a test requests, and which request each of them hits. */

import { Refusal } from './http/answer.js';
import { splitTarget } from './http/call.js';

const kinds = ['status', 'reset', 'stall', 'truncate', 'html', 'garbage', 'ignore', 'late', 'close'] as const;

export interface Fault {
  /** `*` for any; `WS` is a WebSocket to the engine. */
  readonly method: string;
  /** Matched with or without the query; `*` stands for any characters, `/` too. */
  readonly path: string;
  /** Text in the request's body, such as the name of a file in the archive; absent: any body. */
  readonly body?: string;
  /** How many matching requests pass first. */
  readonly skip: number;
  /** How many requests it hits. */
  readonly times: number;
  /** `after`: the request takes effect, then the answer is spoiled. */
  readonly when: 'before' | 'after';
  /** `late`: like a stall before, but the request takes effect even if the client has given up. */
  readonly kind: (typeof kinds)[number];
  readonly status?: number;
  /** Seconds, for the Retry-After header. */
  readonly retryAfter?: number;
  readonly stallMs: number;
  /** Method `WS` only: which message to the client is hit, from 1; 0 is the handshake. */
  readonly message: number;
  /** Kind `close`: the close code. */
  readonly code?: number;
}

export interface FaultList {
  /** @throws {Refusal} 400 */
  readonly add: (specs: unknown) => void;
  readonly clear: () => void;
  /** The first fault that applies to this request, in the order in which they were added. */
  readonly next: (method: string, target: string, body?: Buffer) => Fault | undefined;
}

/** These faults cannot hit a handshake: unless a message is named, they hit the first one. */
export function isSocketFault(kind: Fault['kind']): boolean {
  return kind === 'close' || kind === 'ignore';
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
    next: (method, target, body) => {
      const hit = pending.find((entry) => {
        if (entry.times === 0 || !matches(entry.fault, method, target, body)) return false;
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
  if (!Array.isArray(specs)) throw new Refusal(400, 'Faults must be an array of objects.');
  return specs.map((spec: Partial<Fault>) => {
    if (!kinds.some((kind) => kind === spec?.kind)) {
      throw new Refusal(400, `A fault's kind must be one of ${kinds.join(', ')}.`);
    }
    if (!isFinalStatus(spec.status ?? 503) || !Number.isInteger(spec.retryAfter ?? 0)) {
      throw new Refusal(400, "A fault's status must be a final HTTP status, its retryAfter whole seconds.");
    }
    const defaults = {
      method: '*',
      path: '*',
      skip: 0,
      times: 1,
      when: 'before',
      stallMs: 2000,
      message: 0,
    } as const;
    return { ...defaults, ...spec } as Fault;
  });
}

function isFinalStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599;
}

function matches(fault: Fault, method: string, target: string, body: Buffer | undefined): boolean {
  if (fault.body !== undefined && body?.includes(fault.body) !== true) return false;
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^${fault.path.split('*').map(literal).join('.*')}$`, 's');
  const sameMethod = fault.method === '*' || fault.method.toUpperCase() === method;
  return sameMethod && (pattern.test(target) || pattern.test(splitTarget(target).path));
}
