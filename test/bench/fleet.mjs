/**
 * Ten small extensions to each of 200 empty tenants in one `apply --env all`. Qlik's limits are a user's and a tenant's,
 * so they make nobody wait here: the whole fleet has to be through before one tenant's first minute is over. Had all
 * of it been one tenant's, the writes alone would take 20 minutes.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, runNode } from './programs.mjs';
import { createRequest, listRequest, readRequests, startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const script = fileURLToPath(new URL('fleet-tenants.mjs', import.meta.url));
const small = { extensions: 10, files: 6, fileBytes: 5_000, content: 'program' };
const processes = 4;
const tenantsEach = 50;
/** Qlik's limits are counted over it. */
const windowMs = 60_000;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureFleet() {
  const workspace = createWorkspace(small);
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startServer([script, String(tenantsEach)])),
  );
  try {
    const tenants = servers.flatMap(({ ready }) => ready);
    writeConfig(workspace, tenants);
    const { ms } = apply(workspace, tenants);
    for (const tenant of tenants) await assertRequests(tenant);
    return [describe(ms, tenants.length)];
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
    workspace.remove();
  }
}

function writeConfig({ folder }, tenants) {
  const environments = Object.fromEntries(
    tenants.map(({ url }, n) => [`t${n}`, { tenant: url, auth: { apiKey: `\${KEY_${n}}` } }]),
  );
  const config = { project: 'bench', extensions: ['tree/*'], environments };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
}

function apply({ folder }, tenants) {
  const env = Object.fromEntries(tenants.map(({ apiKey }, n) => [`KEY_${n}`, apiKey]));
  const result = runNode([cli, 'apply', '--env', 'all', '--yes', '--quiet'], { cwd: folder, env });
  if (!result.stdout.endsWith(`${tenants.length} environments: ${tenants.length} done.\n`)) {
    throw new Error(`not all are done:\n${result.stdout.slice(-2_000)}`);
  }
  return result;
}

async function assertRequests({ url, apiKey }) {
  const requests = await readRequests(url, apiKey);
  const expected = [listRequest, ...Array(small.extensions).fill(createRequest)];
  if (requests.join() === expected.join()) return;
  throw new Error(`not one list and ${small.extensions} creates, but:\n${requests.join('\n')}`);
}

function describe(ms, tenants) {
  const requests = tenants * (small.extensions + 1);
  return {
    measure: `apply of ${small.extensions} to each of ${tenants} tenants at 40 ms, of one window of Qlik's limits`,
    ratio: ms / windowMs,
    target: { atMost: 1 },
    detail: `${(ms / 1000).toFixed(1)} s, ${Math.round(requests / (ms / 1000))} requests a second, 1 list and ${small.extensions} writes each`,
  };
}
