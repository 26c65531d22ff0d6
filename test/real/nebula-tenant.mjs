/** A sandbox behind a proxy that looks, before it hands on the answer to a write, at what is stored now. */

import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { readArchive } from './files.mjs';
import { startSandbox } from './sandbox.mjs';

const patienceMs = 60_000;

/** @param {string} scratch folder to unpack in */
export async function startRecordedTenant(extension, scratch) {
  const { url, apiKey, download, stop } = await startSandbox();
  const changed = new EventEmitter();
  const states = [];
  const deletes = [];

  async function forward(request, response) {
    const { method } = request;
    const answer = await send(url, request);
    const body = Buffer.from(await answer.arrayBuffer());
    if (method === 'DELETE') deletes.push(request.url);
    if ((method === 'POST' || method === 'PATCH') && answer.ok) {
      states.push(readArchive(await download(extension), scratch));
      changed.emit('state');
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(body);
  }

  const proxy = createServer((request, response) => {
    forward(request, response).catch(() => response.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    apiKey,
    /** The extension's files after each accepted write, oldest first. */
    states,
    deletes,
    until: async (isEnough) => {
      const signal = AbortSignal.timeout(patienceMs);
      while (!isEnough(states)) await once(changed, 'state', { signal });
    },
    stop: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await stop();
    },
  };
}

async function send(url, request) {
  const { method } = request;
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  const body = await buffer(request);
  return fetch(`${url}${request.url}`, { method, headers, ...(body.length > 0 && { body }) });
}
