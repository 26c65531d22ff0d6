/** `node fleet-tenants.mjs <count>`: so many embedded tenants with Qlik's limits, in memory, in one process. */

import { startSandbox } from '../../dist/index.mjs';

/** Of every answer. */
const latencyMs = 40;

const tenants = [];
for (let n = 0; n < Number(process.argv[2]); n += 1) {
  const { url, apiKey } = await startSandbox({ latencyMs });
  tenants.push({ url, apiKey });
}
process.stdout.write(`${JSON.stringify(tenants)}\n`);
