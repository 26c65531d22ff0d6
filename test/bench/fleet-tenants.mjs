/**
 * `node fleet-tenants.mjs <count> <latency>`: so many embedded tenants with Qlik's limits, in memory, in one process, and an
 * address that tells the milliseconds of processor time that it has taken.
 */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { startSandbox } from '../../dist/index.mjs';

const [count, latencyMs] = process.argv.slice(2).map(Number);
const tenants = [];
for (let n = 0; n < count; n += 1) {
  const { url, apiKey } = await startSandbox({ latencyMs });
  tenants.push({ url, apiKey });
}
const usage = createServer((_request, answer) => {
  const { user, system } = process.cpuUsage();
  answer.end(JSON.stringify((user + system) / 1000));
}).listen(0, '127.0.0.1');
await once(usage, 'listening');
process.stdout.write(`${JSON.stringify({ tenants, usage: `http://127.0.0.1:${usage.address().port}` })}\n`);
