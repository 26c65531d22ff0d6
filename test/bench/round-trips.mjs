/**
 * How many round trips of a writing run follow each other, with a bucket and without: `node test/bench/round-trips.mjs`.
 * An answer is held until no thread of the run can go on, and then all that are due come at once. So a busy machine
 * counts the same as a quiet one, and what the processor does costs nothing. Linux only, which tells the state of threads.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment, cli } from './programs.mjs';
import { startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const workspace = createWorkspace({ extensions: 100, files: 2, fileBytes: 500, content: 'program' });
try {
  for (const options of [[], ['--no-store']]) {
    const { trips, requests } = await withSandbox((sandbox) => count(sandbox, options));
    process.stdout.write(`apply ${options.join(' ')}: ${trips} round trips in turn, ${requests} requests\n`);
  }
} finally {
  workspace.remove();
}

async function withSandbox(action) {
  const args = ['sandbox', '--store', '--json', '--rate', '100000000,100000000'];
  const { ready, stop } = await startServer([cli, ...args]);
  try {
    return await action(ready);
  } finally {
    await stop();
    rmSync(join(workspace.folder, '.qlik-sync'), { recursive: true, force: true });
  }
}

async function count({ url, apiKey, store }, options) {
  const held = [];
  const clock = { trips: 0, requests: 0 };
  const hold = (answer) => {
    clock.requests += 1;
    held.push({ due: clock.trips + 1, answer });
  };
  const [tenant, bucket] = [await openWay(url, hold), await openWay(store.endpoint, hold)];
  const child = spawn(
    process.execPath,
    [cli, 'apply', '--yes', '--no-cache', ...options, '--tenant', tenant.url],
    {
      cwd: workspace.folder,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: cleanEnvironment({
        QLIK_API_KEY: apiKey,
        QLIK_SYNC_STORE: store.address.replace(store.endpoint, bucket.url),
        AWS_ACCESS_KEY_ID: store.accessKeyId,
        AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
      }),
    },
  );
  const ended = once(child, 'exit');
  let isRunning = true;
  ended.then(() => {
    isRunning = false;
  });
  for (let idle = 0; isRunning; ) {
    await sleep(8);
    idle = held.length > 0 && isIdle(child.pid) ? idle + 1 : 0;
    if (idle < 3) continue;
    idle = 0;
    clock.trips = Math.min(...held.map(({ due }) => due));
    const due = held.filter((each) => each.due <= clock.trips);
    for (const each of due) held.splice(held.indexOf(each), 1);
    for (const { answer } of due) answer();
  }
  await Promise.all([tenant.close(), bucket.close()]);
  const [code] = await ended;
  if (code !== 0) throw new Error(`apply ended with ${code}`);
  return clock;
}

/** A way to a server, whose answers `hold` gives to the client. */
async function openWay(address, hold) {
  const { hostname, port } = new URL(address);
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    const forwarded = send({ hostname, port, method, path, headers });
    forwarded.end(await readAll(request));
    const [answer] = await once(forwarded, 'response');
    const body = await readAll(answer);
    hold(() => response.writeHead(answer.statusCode, answer.headers).end(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

async function readAll(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Whether all its threads wait for something else than the processor or the disk. */
function isIdle(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      return !/^[RD]/.test(stat.slice(stat.lastIndexOf(')') + 2));
    });
  } catch {
    return false;
  }
}
