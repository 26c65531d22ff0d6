/** Handles an incoming request: checks, faults, routes, answer. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, Refusal, refusalAnswer } from './http/answer.js';
import { authenticate, type Caller, requireLoopbackHost } from './http/auth.js';
import { type Call, readCall, splitTarget } from './http/call.js';
import { type OpenEntry, unlogged } from './http/log.js';
import { answerToken, clientOf, tokenPath } from './oauth/token-route.js';
import { answerControl } from './routes/control.js';
import { answerExtensions } from './routes/extensions.js';
import { answerItems } from './routes/items.js';
import { answerProductInfo, productInfoPath } from './routes/product-info.js';
import { answerUsers } from './routes/users.js';
import type { Sandbox } from './sandbox.js';
import { type Delivery, serveSpoiled } from './spoil.js';

const controlPath = '/__sandbox/';

export interface Listener {
  readonly handle: RequestListener;
  /** Resolves once every request accepted so far has ended. */
  readonly idle: () => Promise<void>;
}

export function createListener(sandbox: Sandbox): Listener {
  const active = new Set<Promise<void>>();
  return {
    handle: (request, response) => {
      const served = serve(sandbox, request, response);
      active.add(served);
      void served.finally(() => active.delete(served));
    },
    idle: async () => void (await Promise.all(active)),
  };
}

async function serve(sandbox: Sandbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const entry = url.startsWith(controlPath) ? unlogged : sandbox.log.begin(method, url);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const delivery = await decide(sandbox, request, { gone: gone.signal, entry });
  entry.answered(delivery.kind === 'reset' || gone.signal.aborted ? 0 : delivery.answer.status);
  if (!gone.signal.aborted) deliver(response, delivery, sandbox.clock());
}

interface Exchange {
  /** Fires when the client has left. */
  readonly gone: AbortSignal;
  readonly entry: OpenEntry;
}

/** Never throws: errors become answers; a client that has left gets none. */
async function decide(
  sandbox: Sandbox,
  request: IncomingMessage,
  { gone, entry }: Exchange,
): Promise<Delivery> {
  try {
    requireLoopbackHost(request.headers.host);
    const call = await readCall(request);
    entry.received(call.body.length);
    if (call.path.startsWith(controlPath)) return answered(await answerControl(sandbox, call));
    if (sandbox.latencyMs > 0) await pause(sandbox.latencyMs, undefined, { signal: gone });
    if (call.path === productInfoPath) return answered(answerProductInfo());
    return await decideApi(sandbox, call, gone);
  } catch (error) {
    const left = gone.aborted || !request.complete;
    if (left && !(error instanceof Refusal)) return { kind: 'reset' };
    return answered(refusalAnswer(splitTarget(request.url).path, toRefusal(error)));
  }
}

async function decideApi(sandbox: Sandbox, call: Call, gone: AbortSignal): Promise<Delivery> {
  const serveCall = admit(sandbox, call);
  const fault = sandbox.faults.next(call.method, call.target, call.body);
  return fault === undefined
    ? answered(await serveCall(call))
    : serveSpoiled(fault, call, serveCall, gone, sandbox.holds);
}

type Serve = (call: Call) => Promise<Answer>;

/** Counts the request against its sender's limits. @throws {Refusal} 401 and 429 */
function admit(sandbox: Sandbox, call: Call): Serve {
  if (call.path === tokenPath) {
    sandbox.limiter.admit(clientOf(call), call.method);
    return orRefusal((served) => answerToken(sandbox, served));
  }
  const caller = authenticate(call.headers.authorization, sandbox.keys);
  sandbox.limiter.admit(caller.key, call.method);
  return orRefusal((served) => routeApi(sandbox, served, caller));
}

/** Refusals are answers too, so a fault can spoil them like any other. */
function orRefusal(serve: Serve): Serve {
  return async (call) => {
    try {
      return await serve(call);
    } catch (error) {
      return refusalAnswer(call.path, toRefusal(error));
    }
  };
}

function routeApi(sandbox: Sandbox, call: Call, caller: Caller): Promise<Answer> {
  const [api, version, name] = call.segments;
  if (api === 'api' && version === 'v1' && name === 'extensions')
    return answerExtensions(sandbox, call, caller);
  if (api === 'api' && version === 'v1' && name === 'items') return answerItems(sandbox, call, caller);
  if (api === 'api' && version === 'v1' && name === 'users') return answerUsers(sandbox, call, caller);
  throw new Refusal(404, 'There is nothing at this path.');
}

function answered(answer: Answer): Delivery {
  return { kind: 'answer', answer };
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(500, error instanceof Error ? error.message : String(error));
}

/** @param now the tenant's clock, in milliseconds since the epoch */
function deliver(response: ServerResponse, delivery: Delivery, now: number): void {
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
