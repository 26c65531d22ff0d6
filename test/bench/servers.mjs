/** Servers in processes of their own, so that what they cost is not counted against a client. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { cleanEnvironment, cli } from './programs.mjs';
import { undoAtEnd } from './tidy.mjs';

/**
 * Starts a Node script that prints one line of JSON when it is ready.
 * @returns {Promise<{ ready: any, stop: () => Promise<void> }>}
 */
export async function startServer(args) {
  const child = spawn(process.execPath, args, {
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const kill = undoAtEnd(() => child.kill('SIGTERM'));
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
  if (typeof line[0] !== 'string') throw new Error(`${args.join(' ')} ended before it was ready`);
  return {
    ready: JSON.parse(line[0]),
    stop: async () => {
      kill();
      await ended;
    },
  };
}

/** So many requests a minute that no limit of the tenant's is met. */
const unlimited = '100000000,100000000';

/** An empty embedded tenant in memory. */
export async function startSandbox({ latencyMs = 0 } = {}) {
  const args = ['sandbox', '--json', '--rate', unlimited, '--latency', String(latencyMs)];
  const { ready, stop } = await startServer([cli, ...args]);
  const { url, apiKey } = ready;
  return { url, apiKey, stop, ...requestLog(url, apiKey) };
}

/** What an embedded tenant was asked, and a way to forget it. */
export function requestLog(url, apiKey) {
  return {
    forgetRequests: async () => void (await callLog('DELETE', url, apiKey)),
    requests: () => readRequests(url, apiKey),
  };
}

/** What an embedded tenant was asked since it forgot, as `GET /path → 200`. */
export async function readRequests(url, apiKey) {
  const entries = await (await callLog('GET', url, apiKey)).json();
  return entries.map(({ method, path, status }) => `${method} ${path} → ${status}`);
}

async function callLog(method, url, apiKey) {
  const answer = await fetch(`${url}/__sandbox/requests`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, connection: 'close' },
  });
  if (!answer.ok) throw new Error(`${method} /__sandbox/requests: ${answer.status}`);
  return answer;
}

export const listRequest = 'GET /api/v1/extensions → 200';
export const createRequest = 'POST /api/v1/extensions → 201';
