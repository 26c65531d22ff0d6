/** Azurite, Microsoft's own emulator, as a judge: in memory, on loopback, without telemetry. One for all files of a worker. */

import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { on } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '../fixtures/free-port.js';

/** Documented and public, the same in every Azurite. */
const account = 'devstoreaccount1';

const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Container {
  /** The config's `store`. */
  readonly address: string;
  /** With these permissions. */
  readonly sas: (permissions: string, minutes?: number) => string;
}

let endpoint: Promise<string> | undefined;
let containers = 0;

/** A new container. */
export async function openContainer(): Promise<Container> {
  endpoint ??= startAzurite();
  const server = await endpoint;
  containers += 1;
  const container = `runs-${containers}`;
  await createContainer(server, container);
  return {
    address: `azblob://${account}/${container}/ci?endpoint=${server}`,
    sas: (permissions, minutes = 60) => sasOf(container, permissions, minutes),
  };
}

/** However this process ends, its end of the pipe is closed then. */
const endWithParent = `data:text/javascript,${encodeURIComponent("process.stdin.on('close', () => process.exit()).resume().unref()")}`;

async function startAzurite(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-azurite-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // It does not say which port it took for 0.
  const port = await freePort();
  const main = join(import.meta.dirname, '../../node_modules/azurite/dist/src/blob/main.js');
  const args = ['--blobPort', String(port), '--inMemoryPersistence', '--silent', '--disableTelemetry'];
  const child = spawn(process.execPath, ['--import', endWithParent, main, ...args], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await listens(child.stdout);
  return `http://127.0.0.1:${port}/${account}`;
}

async function listens(stdout: Readable): Promise<void> {
  let said = '';
  for await (const [chunk] of on(stdout, 'data', { close: ['end'] })) {
    said += String(chunk);
    if (said.includes('successfully listens')) return;
  }
  throw new Error(`Azurite did not start: ${said}`);
}

const version = '2021-12-02';

async function createContainer(endpoint: string, container: string): Promise<void> {
  const date = new Date().toUTCString();
  const path = `/${account}/${account}/${container}`;
  const headers = `x-ms-date:${date}\nx-ms-version:${version}`;
  const text = `PUT\n\n\n\n\n\n\n\n\n\n\n\n${headers}\n${path}\nrestype:container`;
  const answer = await fetch(`${endpoint}/${container}?restype=container`, {
    method: 'PUT',
    headers: {
      'x-ms-date': date,
      'x-ms-version': version,
      authorization: `SharedKey ${account}:${signed(text)}`,
    },
  });
  if (answer.status !== 201) throw new Error(`Azurite: ${answer.status} ${await answer.text()}`);
}

function sasOf(container: string, permissions: string, minutes: number): string {
  const expiry = `${new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 19)}Z`;
  const resource = `/blob/${account}/${container}`;
  const fields = [permissions, '', expiry, resource, '', '', '', version, 'c', ...Array(7).fill('')];
  const query = { sv: version, sr: 'c', sp: permissions, se: expiry, sig: signed(fields.join('\n')) };
  return new URLSearchParams(query).toString();
}

function signed(text: string): string {
  return createHmac('sha256', Buffer.from(accountKey, 'base64')).update(text).digest('base64');
}
