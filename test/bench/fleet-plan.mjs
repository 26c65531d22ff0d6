/**
 * What it costs to plan ten extensions for a fleet from one process: the processor time that each of 2,000 tenants adds must
 * be what each of 200 added, and the process must stay small. The tenants are an inventory of the config.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, runNode } from './programs.mjs';
import { startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const script = fileURLToPath(new URL('fleet-tenants.mjs', import.meta.url));
const cpuTime = fileURLToPath(new URL('cpu-time.cjs', import.meta.url));
const peakMemory = fileURLToPath(new URL('peak-memory.mjs', import.meta.url));
const small = { extensions: 10, files: 6, fileBytes: 5_000, content: 'program' };
const sizes = [20, 200, 2_000];
const processes = 4;
const mostBytes = 400e6;

/** @returns {Promise<import('./result.mjs').Result[]>} */
export async function measureFleetPlan() {
  const workspace = createWorkspace(small);
  const most = sizes.at(-1) / processes;
  const servers = await Promise.all(
    Array.from({ length: processes }, () => startServer([script, String(most)])),
  );
  try {
    const tenants = servers.flatMap(({ ready }) => ready);
    plan(workspace, tenants.slice(0, 1));
    return describe(sizes.map((size) => plan(workspace, tenants.slice(0, size))));
  } finally {
    await Promise.all(servers.map(({ stop }) => stop()));
    workspace.remove();
  }
}

/** @returns {{ ms: number, bytes: number, wallMs: number }} processor time and largest size of the whole process */
function plan({ folder }, tenants) {
  const rows = tenants.map(({ url, apiKey }, n) => ({ name: `t${n}`, url, key: `KEY_${n}`, apiKey }));
  writeFileSync(
    join(folder, 'tenants.csv'),
    `name,url,key\n${rows.map(({ name, url, key }) => `${name},${url},${key}\n`).join('')}`,
  );
  const template = { tenant: '${tenant.url}', auth: { apiKey: '${${tenant.key}}' } };
  const fleet = { template, tenants: { file: 'tenants.csv' } };
  writeFileSync(
    join(folder, 'qlik-sync.config.json'),
    JSON.stringify({ project: 'bench', extensions: ['tree/*'], fleet }),
  );
  const notes = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  try {
    const files = { CPU_TIME_FILE: join(notes, 'cpu'), PEAK_MEMORY_FILE: join(notes, 'memory') };
    const env = { ...files, ...Object.fromEntries(rows.map(({ key, apiKey }) => [key, apiKey])) };
    const args = ['--require', cpuTime, '--import', peakMemory, cli, 'plan', '--env', 'all', '--quiet'];
    const { ms: wallMs, stdout } = runNode(args, { cwd: folder, env });
    if (!stdout.endsWith(`${rows.length} environments: ${rows.length} done.\n`))
      throw new Error(`not all are planned:\n${stdout.slice(-2_000)}`);
    return {
      ms: Number(readFileSync(files.CPU_TIME_FILE, 'utf8')),
      bytes: Number(readFileSync(files.PEAK_MEMORY_FILE, 'utf8')),
      wallMs,
    };
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

function describe([few, some, many]) {
  const [a, b, c] = sizes;
  const early = (some.ms - few.ms) / (b - a);
  const late = (many.ms - some.ms) / (c - b);
  const seconds = (many.wallMs / 1000).toFixed(1);
  return [
    {
      measure: `plan for ${c} tenants: processor time that one more adds, of what it adds to ${b}`,
      ratio: late / early,
      target: { atMost: 1.3 },
      detail: `${early.toFixed(1)} ms, then ${late.toFixed(1)} ms; ${seconds} s in all`,
    },
    {
      measure: `plan for ${c} tenants: memory of the process, of 400 MB`,
      ratio: many.bytes / mostBytes,
      target: { atMost: 1 },
      detail: `${[few, some, many].map(({ bytes }) => `${Math.round(bytes / 1e6)} MB`).join(', ')} for ${sizes.join(', ')}`,
    },
  ];
}
