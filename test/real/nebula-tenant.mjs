/** A sandbox behind a proxy that looks, before it hands on the answer to a write, at what is stored now. */

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buffer } from 'node:stream/consumers';
import { readFiles } from './nebula-files.mjs';

const patienceMs = 60_000;

/** @param {string} scratch folder to unpack in */
export async function startRecordedTenant(extension, scratch) {
  const { server, url, apiKey } = await startSandbox();
  const changed = new EventEmitter();
  const states = [];
  const deletes = [];

  async function forward(request, response) {
    const { method } = request;
    const answer = await send(url, request);
    const body = Buffer.from(await answer.arrayBuffer());
    if (method === 'DELETE') deletes.push(request.url);
    if ((method === 'POST' || method === 'PATCH') && answer.ok) {
      states.push(unpack(scratch, await download(url, apiKey, extension)));
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
      server.kill();
      await once(server, 'exit');
    },
  };
}

async function startSandbox() {
  const server = spawn(process.execPath, [resolve('dist/cli.js'), 'sandbox', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return { server, ...JSON.parse(line) };
}

async function send(url, request) {
  const { method } = request;
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
  const body = await buffer(request);
  return fetch(`${url}${request.url}`, { method, headers, ...(body.length > 0 && { body }) });
}

async function download(url, apiKey, extension) {
  const headers = { authorization: `Bearer ${apiKey}` };
  const answer = await fetch(`${url}/api/v1/extensions/${extension}/file`, { headers });
  assert.ok(answer.ok, `the stored archive of ${extension}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

function unpack(scratch, archive) {
  const zip = join(scratch, 'stored.zip');
  const unpacked = join(scratch, 'unpacked');
  writeFileSync(zip, archive);
  rmSync(unpacked, { recursive: true, force: true });
  execFileSync('unzip', ['-qq', zip, '-d', unpacked]);
  return readFiles(unpacked);
}
