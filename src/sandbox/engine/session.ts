/** One engine session: greets, opens an app, answers requests about it, and fails as a fault demands. */

import { setTimeout as pause } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Fault } from '../faults.js';
import type { Sandbox } from '../sandbox.js';
import type { Opening } from './app.js';
import { findApp } from './apps.js';
import { answerRequest, createHandles, type EngineRequest } from './requests.js';

interface SessionStart {
  readonly appId: string;
  readonly userId: string;
  readonly fault: Fault | undefined;
  /** Breaks the connection silently. */
  readonly cut: () => void;
}

/** Qlik's close code for an app that does not exist or is not visible. */
const notFound = 4204;

export function serveSession(sandbox: Sandbox, client: WebSocket, start: SessionStart): void {
  const gone = new AbortController();
  client.on('close', () => gone.abort());
  client.on('error', () => client.terminate());
  const app = findApp(sandbox.world.read(), sandbox.engine.seeding, start.appId, start.userId);
  const refusal = app === undefined ? notFound : refusalOf(sandbox, start.appId, app.content.opening);
  const send = createSender(client, start, (ms) => sandbox.holds.pause(ms, gone.signal));
  if (app === undefined || refusal !== undefined) {
    client.close(refusal ?? notFound);
    return;
  }
  const handles = createHandles(start.appId, app.content, start.userId);
  const wait = sandbox.engine.openMs + (app.content.opening.kind === 'slow' ? app.content.opening.ms : 0);
  const answer = async (request: EngineRequest): Promise<void> => {
    if (request.method === 'OpenDoc' && wait > 0) await pause(wait, undefined, { signal: gone.signal });
    await send({ jsonrpc: '2.0', id: request.id, ...answerRequest(handles, request) });
  };
  // One after the other: the engine answers in the order of the requests.
  let queue = send({ jsonrpc: '2.0', method: 'OnConnected', params: { qSessionState: 'SESSION_CREATED' } });
  client.on('message', (data) => {
    const request = parseRequest(String(data));
    if (request === undefined) return client.close(1002);
    queue = queue.then(() => answer(request)).catch(() => client.terminate());
  });
}

/** The close code if the app refuses this time. */
function refusalOf(sandbox: Sandbox, appId: string, opening: Opening): number | undefined {
  if (opening.kind !== 'refuses') return undefined;
  const refused = sandbox.engine.refused.get(appId) ?? 0;
  if (refused >= (opening.times ?? Number.POSITIVE_INFINITY)) return undefined;
  sandbox.engine.refused.set(appId, refused + 1);
  return opening.code;
}

type Send = (message: object) => Promise<void>;

/** Sends, unless this is the message that the fault spoils. */
function createSender(
  client: WebSocket,
  { fault, cut }: SessionStart,
  hold: (ms: number) => Promise<void>,
): Send {
  let sent = 0;
  return async (message) => {
    sent += 1;
    const text = JSON.stringify(message);
    if (fault === undefined || sent !== Math.max(1, fault.message)) return client.send(text);
    switch (fault.kind) {
      case 'reset':
        return cut();
      case 'close':
        return client.close(fault.code ?? 1011, 'requested fault');
      case 'stall':
        await hold(fault.stallMs);
        return client.send(text);
      case 'truncate':
        return client.send(text.slice(0, text.length / 2));
      case 'ignore':
        return undefined;
      case 'html':
      case 'garbage':
      case 'status':
        return client.send('<!doctype html><title>Sign in</title>');
    }
  };
}

function parseRequest(text: string): EngineRequest | undefined {
  try {
    const { id, handle, method, params, delta } = JSON.parse(text) as Partial<EngineRequest>;
    if (typeof method !== 'string' || typeof handle !== 'number') return undefined;
    return { id: id ?? 0, handle, method, params: params ?? [], delta: delta === true };
  } catch {
    return undefined;
  }
}
