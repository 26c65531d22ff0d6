/**
 * `fleet status` of 400 tenants: one list each, as many at once as `--concurrency` allows, so tenants × latency ÷
 * concurrency is the least it can take. Start-up, the config and the connections are the rest.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, runNode } from './programs.mjs';
import { listRequest, readRequests, startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const script = fileURLToPath(new URL('fleet-tenants.mjs', import.meta.url));
const processes = 4;
const tenantsEach = 100;
const latencyMs = 40;
/** What a run has without the option. */
const concurrency = 8;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureFleetStatus() {
  const { folder, remove } = createWorkspace({ extensions: 1, files: 2, fileBytes: 100, content: 'program' });
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startServer([script, String(tenantsEach)])),
  );
  try {
    const tenants = servers.flatMap(({ ready }) => ready);
    const environments = Object.fromEntries(
      tenants.map(({ url }, n) => [`t${n}`, { tenant: url, auth: { apiKey: `\${KEY_${n}}` } }]),
    );
    const config = { project: 'bench', extensions: ['tree/*'], environments };
    writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
    const env = Object.fromEntries(tenants.map(({ apiKey }, n) => [`KEY_${n}`, apiKey]));
    const { ms, stdout } = runNode([cli, 'fleet', 'status', '--quiet'], { cwd: folder, env });
    if (!stdout.endsWith(`${tenants.length} tenants: ${tenants.length} up to date, 0 behind.\n`)) {
      throw new Error(`not all were reached:\n${stdout.slice(-2_000)}`);
    }
    for (const { url, apiKey } of tenants) {
      const requests = await readRequests(url, apiKey);
      if (requests.join() !== listRequest) throw new Error(`not one list, but:\n${requests.join('\n')}`);
    }
    return [describe(ms, tenants.length)];
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
    remove();
  }
}

function describe(ms, tenants) {
  const leastMs = (tenants * latencyMs) / concurrency;
  return {
    measure: `fleet status of ${tenants} tenants at ${latencyMs} ms, of the least that ${concurrency} at once can take`,
    ratio: ms / leastMs,
    target: { atMost: 1.2 },
    detail: `${(ms / 1000).toFixed(2)} s of ${(leastMs / 1000).toFixed(2)} s, 1 list each`,
  };
}
