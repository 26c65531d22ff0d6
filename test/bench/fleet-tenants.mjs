/** `node fleet-tenants.mjs <count> <latency>`: so many embedded tenants with Qlik's limits, in memory, in one process. */

import { startSandbox } from '../../dist/index.mjs';

const [count, latencyMs] = process.argv.slice(2).map(Number);
const tenants = [];
for (let n = 0; n < count; n += 1) {
  const { url, apiKey } = await startSandbox({ latencyMs });
  tenants.push({ url, apiKey });
}
process.stdout.write(`${JSON.stringify(tenants)}\n`);
