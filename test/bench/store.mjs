/**
 * A hundred new small extensions, with the journal, the backups and the lock in a bucket and without: both tenant and
 * bucket answer after 20 ms. What the bucket is asked for is counted: 5 requests, two for each
 * part of the journal, and two for each sign of life after 10 s. How many round trips follow each other, whatever the
 * processor does meanwhile, is in `round-trips.mjs`.
 */

import { race } from './measure.mjs';
import { cli } from './programs.mjs';
import { ms } from './result.mjs';
import { startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const small = { extensions: 100, files: 6, fileBytes: 5_000, content: 'program' };
const latencyMs = 20;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureStore() {
  const workspace = createWorkspace(small);
  let asked = '';
  try {
    const { stored, alone } = await race(
      {
        stored: () =>
          withSandbox(async (sandbox) => {
            const taken = apply(workspace, sandbox, []);
            asked = countRequests(await requestsOf(sandbox));
            return taken;
          }),
        alone: () => withSandbox(async (sandbox) => apply(workspace, sandbox, ['--no-store'])),
      },
      { rounds: 7, warmups: 1 },
    );
    const detail = `${ms(stored)} with a bucket, ${ms(alone)} without; ${asked}`;
    return [{ measure: 'apply over a store', ratio: stored / alone, target: { atMost: 1.15 }, detail }];
  } finally {
    workspace.remove();
  }
}

async function withSandbox(action) {
  const args = [
    'sandbox',
    '--store',
    '--json',
    '--rate',
    '100000000,100000000',
    '--latency',
    String(latencyMs),
  ];
  const { ready, stop } = await startServer([cli, ...args]);
  try {
    return await action(ready);
  } finally {
    await stop();
  }
}

function apply(workspace, { url, apiKey, store }, more) {
  const env = {
    QLIK_SYNC_STORE: store.address,
    AWS_ACCESS_KEY_ID: store.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.secretAccessKey,
  };
  return workspace.qlikSync(['apply', '--yes', '--no-cache', ...more], { url, apiKey }, { env }).ms;
}

async function requestsOf({ store, apiKey }) {
  const headers = { authorization: `Bearer ${apiKey}`, connection: 'close' };
  return (await fetch(`${store.endpoint}/__sandbox/requests`, { headers })).json();
}

/** The lock takes 3, and 2 for each sign of life after 10 s, the journals of others 1, the own one P puts, 1 whole and P removals. */
function countRequests(requests) {
  const puts = (pattern) =>
    requests.filter(({ method, path }) => method === 'PUT' && pattern.test(path)).length;
  const parts = puts(/\.\d{9}-\d{9}\.jsonl$/);
  const signs = puts(/\/locks\//) - 1;
  if (requests.length !== 5 + 2 * (parts + signs)) {
    throw new Error(`${requests.length} requests for ${parts} parts and ${signs} signs of life`);
  }
  return `${requests.length} requests for ${parts} parts of the journal`;
}
