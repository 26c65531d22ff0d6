/**
 * A fleet for the measures: embedded tenants with Qlik's limits, many in each of few processes, an inventory of some of
 * them, and a run of the built command line over it with what it took.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cli, runNode } from './programs.mjs';
import { readRequests, startServer } from './servers.mjs';
import { createWorkspace } from './workspace.mjs';

const script = fileURLToPath(new URL('fleet-tenants.mjs', import.meta.url));
const preload = fileURLToPath(new URL('usage.cjs', import.meta.url));
const processes = 2;

/** Environments of a run that are under way at once. */
export const atOnce = 8;
/** Tenants that `fleet status` asks at once, unless it is told otherwise. */
export const listsAtOnce = 32;
export const shape = { extensions: 10, files: 6, fileBytes: 5_000, content: 'program' };

/** @param latencyMs of every answer */
export async function openFleet(count, latencyMs) {
  const workspace = createWorkspace(shape);
  commitAll(workspace.folder);
  const args = [script, String(Math.ceil(count / processes)), String(latencyMs)];
  const servers = await Promise.all(Array.from({ length: processes }, () => startServer(args)));
  const tenants = servers.flatMap(({ ready }) => ready.tenants).slice(0, count);
  const takenByServers = async () => {
    const taken = await Promise.all(servers.map(({ ready }) => readUsage(ready.usage)));
    return taken.reduce((sum, ms) => sum + ms, 0);
  };
  return {
    /** @returns {Promise<FleetRun>} of a command on the first `size` tenants */
    run: async (command, size) => {
      const before = await takenByServers();
      const run = runOnFleet(workspace.folder, tenants.slice(0, size), command);
      return { ...run, servers: (await takenByServers()) - before };
    },
    /** What each of the first tenants was asked since it was asked this. */
    takeRequests: async (size) => {
      const all = [];
      for (const { url, apiKey } of tenants.slice(0, size)) all.push(await readRequests(url, apiKey));
      return all;
    },
    close: async () => {
      await Promise.all(servers.map(({ stop }) => stop()));
      workspace.remove();
    },
  };
}

/**
 * @typedef {object} FleetRun
 * @property {number} wallMs
 * @property {number} processor milliseconds of the whole process
 * @property {number} servers the same of the processes of the tenants
 * @property {number} peak its memory at its largest, in bytes
 * @property {number} load of the machine, of the last minute
 * @property {string} stdout
 */

async function readUsage(url) {
  return (await fetch(url, { headers: { connection: 'close' } })).json();
}

/** @returns {Omit<FleetRun, 'servers'>} */
function runOnFleet(folder, tenants, command) {
  const rows = tenants.map(({ url, apiKey }, n) => ({ name: `t${n}`, url, key: `KEY_${n}`, apiKey }));
  writeInventory(folder, rows);
  const notes = mkdtempSync(join(tmpdir(), 'qlik-sync-bench-'));
  try {
    const file = join(notes, 'usage');
    const keys = Object.fromEntries(rows.map(({ key, apiKey }) => [key, apiKey]));
    const args = ['--require', preload, cli, ...command, '--env', 'all', '--quiet'];
    const env = { USAGE_FILE: file, ...keys };
    const { ms: wallMs, stdout } = runNode(args, { cwd: folder, env, timeoutMs: 1_800_000 });
    const usage = JSON.parse(readFileSync(file, 'utf8'));
    return { wallMs, ...usage, load: Math.round(loadavg()[0]), stdout };
  } finally {
    rmSync(notes, { recursive: true, force: true });
  }
}

function writeInventory(folder, rows) {
  const lines = rows.map(({ name, url, key }) => `${name},${url},${key}\n`);
  writeFileSync(join(folder, 'tenants.csv'), `name,url,key\n${lines.join('')}`);
  const template = { tenant: '${tenant.url}', auth: { apiKey: '${${tenant.key}}' } };
  const fleet = { template, tenants: { file: 'tenants.csv' } };
  const config = { project: 'bench', extensions: ['tree/*'], fleet };
  writeFileSync(join(folder, 'qlik-sync.config.json'), JSON.stringify(config));
}

/** As where people work: git is asked what is deployed. */
function commitAll(folder) {
  const identity = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...identity, 'commit', '-qm', 'bench'],
  ])
    execFileSync('git', args, { cwd: folder });
}

/** Nothing that is measured may have gone wrong. */
export function assertEndsWith({ stdout }, end) {
  if (!stdout.endsWith(end)) throw new Error(`it does not end with "${end}":\n${stdout.slice(-2_000)}`);
}

export function describeLoad({ load }) {
  return `load ${load}`;
}
