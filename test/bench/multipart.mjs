/** Uploads of a 5 MB zip: our client, which builds the body once as a buffer, and FormData in undici's hands. */

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { FormData, fetch, request } from 'undici';
import { race, time } from './measure.mjs';
import { ms } from './result.mjs';
import { startServer } from './servers.mjs';

const drain = fileURLToPath(new URL('drain-server.mjs', import.meta.url));
const uploads = 20;
const zip = randomBytes(5_000_000);
const data = { tags: ['qlik-sync:bench'] };
const name = 'qs1-bench.zip';

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureMultipart() {
  const server = await startServer([drain]);
  const { url } = server.ready;
  const client = await openClient(url);
  try {
    return compare(
      await race(
        {
          ours: () => sendAll(() => client.create({ data, file: { name, bytes: zip } })),
          requested: () => sendAll(() => requestForm(url)),
          fetched: () => sendAll(() => fetchForm(url)),
        },
        { rounds: 9, warmups: 2 },
      ),
    );
  } finally {
    await client.close();
    await server.stop();
  }
}

/** Through the package's own exports; its governor would keep 100 writes a minute. */
async function openClient(url) {
  const { apiKeyAuth, createExtensionsClient, createGovernor, openTenant } = await import(
    '../../dist/index.mjs'
  );
  const governor = createGovernor({ limits: { 1: 1e6, 2: 1e6 } });
  const http = openTenant({ url, auth: apiKeyAuth('bench'), governor });
  return { ...createExtensionsClient(http), close: () => http.close() };
}

/** Milliseconds an upload, one after another. */
async function sendAll(send) {
  const total = await time(async () => {
    for (let number = 0; number < uploads; number++) await send();
  });
  return total / uploads;
}

async function requestForm(url) {
  const answer = await request(`${url}/api/v1/extensions`, { method: 'POST', body: createForm() });
  await answer.body.json();
}

async function fetchForm(url) {
  const answer = await fetch(`${url}/api/v1/extensions`, { method: 'POST', body: createForm() });
  await answer.json();
}

/** A form for each upload, as every zip needs its own; ours builds its body each time too. */
function createForm() {
  const form = new FormData();
  form.append('data', JSON.stringify(data));
  form.append('file', new Blob([zip], { type: 'application/zip' }), name);
  return form;
}

function compare({ ours, requested, fetched }) {
  return [
    {
      measure: 'upload of 5 MB, how much faster than FormData by undici.request',
      ratio: requested / ours,
      target: { atLeast: 2 },
      detail: `${ms(ours)}, FormData by request ${ms(requested)}`,
    },
    {
      measure: 'upload of 5 MB, how much faster than FormData by undici.fetch',
      ratio: fetched / ours,
      target: { atLeast: 3 },
      detail: `${ms(ours)}, FormData by fetch ${ms(fetched)}`,
    },
  ];
}
