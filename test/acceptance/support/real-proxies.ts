/** squid and tinyproxy, as companies run them, on a free port of this machine, for a user with a password. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../fixtures/free-port.js';
import { openProxy } from '../../fixtures/proxies.js';
import { requireTool } from '../../require-tool.js';

export interface RealProxy {
  /** Without credentials. */
  readonly url: string;
  /** `user:password`; absent: everybody may. */
  readonly credentials?: string;
  readonly close: () => Promise<void>;
}

export interface Wanted {
  /** The only host and port that it leads to, on this machine. */
  readonly host: string;
  readonly port: number;
}

export const hasSquid = requireTool('squid', ['-v']);
export const hasTinyproxy = requireTool('tinyproxy', ['-v']);

/** With a sign that a URL wants encoded and people write as it is. */
const [user, password] = ['user', 'geheim%7'];

export async function openSquid({ host, port }: Wanted): Promise<RealProxy> {
  const [folder, own] = [makeFolder(), await freePort()];
  const hashed = execFileSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' });
  writeFileSync(join(folder, 'users'), `${user}:${hashed}`);
  writeFileSync(join(folder, 'hosts'), `127.0.0.1 ${host}\n`);
  const settings = [
    `http_port 127.0.0.1:${own}`,
    'visible_hostname localhost',
    `pid_filename ${folder}/log/pid`,
    `cache_log ${folder}/log/cache`,
    'access_log none',
    `coredump_dir ${folder}/log`,
    'cache deny all',
    'shutdown_lifetime 0 seconds',
    `hosts_file ${folder}/hosts`,
    `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users`,
    'acl known proxy_auth REQUIRED',
    `acl tenant dstdomain ${host}`,
    `acl port port ${port}`,
    'http_access allow known tenant port',
    'http_access deny all',
  ];
  writeFileSync(join(folder, 'conf'), `${settings.join('\n')}\n`);
  const proxy = await start('squid', ['-N', '-f', join(folder, 'conf')], { folder, port: own });
  return { ...proxy, credentials: `${user}:${password}` };
}

/** It knows no hosts of its own, so that it asks a second proxy, as many do. */
export async function openTinyproxy({ port }: Wanted): Promise<RealProxy> {
  const [folder, own, upstream] = [makeFolder(), await freePort(), await openProxy({ to: port })];
  const settings = [
    `Port ${own}`,
    'Listen 127.0.0.1',
    'Timeout 600',
    'Allow 127.0.0.1',
    `ConnectPort ${port}`,
    // Its passwords have letters and digits only.
    'BasicAuth user geheim7',
    `Upstream http 127.0.0.1:${upstream.port}`,
  ];
  writeFileSync(join(folder, 'conf'), `${settings.join('\n')}\n`);
  const proxy = await start('tinyproxy', ['-d', '-c', join(folder, 'conf')], { folder, port: own });
  return {
    url: proxy.url,
    credentials: 'user:geheim7',
    close: async () => {
      await proxy.close();
      await upstream.close();
    },
  };
}

/** squid gives up root for a user of its own, which has to get in. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-proxy-'));
  mkdirSync(join(folder, 'log'));
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'log'), 0o777);
  return folder;
}

async function start(
  program: string,
  args: readonly string[],
  { folder, port }: { readonly folder: string; readonly port: number },
): Promise<RealProxy> {
  const log = join(folder, 'log', 'output');
  const child = spawn('sh', ['-c', 'exec "$0" "$@" >"$LOG" 2>&1', program, ...args], {
    stdio: 'ignore',
    env: { ...process.env, LOG: log },
  });
  const close = async (): Promise<void> => {
    if (isRunning(child)) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  while (!(await accepts(port))) {
    if (!isRunning(child)) throw new Error(`${program} ended: ${readFileSync(log, 'utf8')}`);
    await pause(50);
  }
  return { url: `http://127.0.0.1:${port}`, close };
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
