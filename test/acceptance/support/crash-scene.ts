/** A project whose next apply creates, updates, replaces and deletes extensions and themes, on a tenant that holds other people's too. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kind, kindOf, stemOf } from '../../../src/core/kind.js';
import type { ExtensionUpload } from '../../../src/tenant/extensions.js';
import { type Cut, openWire, type Wire } from './crash-wire.js';
import { runInProcess } from './in-process.js';
import type { Place } from './kept-place.js';
import { type Held, type LoggedRequest, openTestTenant, type TestTenant } from './tenant.js';
import { archiveFiles, createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';
import { zipOf } from './zips.js';

/** What the folders hold at last, and so the tenant. */
export const desiredNames = ['new', 'rep1', 'rep2', 'same', 'theme:new', 'theme:upd', 'upd'] as const;
export const foreignNames = ['bare', 'theme:other'] as const;
/** What the next apply overwrites or deletes. */
export const overwrittenNames = ['upd', 'theme:upd', 'rep1', 'rep2', 'del', 'theme:del'] as const;
/** Effects of one run: two creates, two updates, two replaces, two deletes; of each but the replaces one is a theme. */
export const effects = { POST: 4, PATCH: 2, DELETE: 4 } as const;

export const applyArgs = [
  'apply',
  '--yes',
  '--prune',
  '--allow-replace',
  'rep1',
  '--allow-replace',
  'rep2',
] as const;

type Variables = Readonly<Record<string, string>>;

export interface CrashScene extends Place {
  readonly wire: Wire;
  /** What nobody may touch, as it was at first. */
  readonly foreign: readonly Held[];
  readonly env: Variables;
  /** Of `env`, what the scene was given. */
  readonly more: Variables;
  /** The built command, killed with SIGKILL at the cut; resolves when it is gone. */
  readonly runAndKill: (args: readonly string[], cut: Omit<Cut, 'kill'>) => Promise<void>;
  readonly run: (args: readonly string[]) => Promise<Result>;
  readonly close: () => Promise<void>;
}

const config = {
  'qlik-sync.config.json': JSON.stringify({
    project: 'acme',
    extensions: ['extensions/*'],
    maxDeletePercent: 100,
  }),
};

const files = (name: string, code: string, supernova?: boolean) =>
  extensionFiles(name, {
    code: `${name.replace(':', ' ')} ${code}`,
    ...(supernova !== undefined && { supernova }),
  });

const first = {
  ...files('upd', 'one'),
  ...files('theme:upd', 'one'),
  ...files('rep1', 'one', true),
  ...files('rep2', 'one', true),
  ...files('del', 'one'),
  ...files('theme:del', 'one'),
  ...files('same', 'one'),
};

const second = {
  ...files('new', 'one'),
  ...files('theme:new', 'one'),
  ...files('upd', 'two'),
  ...files('theme:upd', 'two'),
  ...files('rep1', 'two', false),
  ...files('rep2', 'two', false),
  ...files('same', 'one'),
};

export interface Prepared {
  readonly kind: Kind;
  readonly upload: ExtensionUpload;
}

/** What the tenant holds when every scene begins, uploaded once and copied for the others. */
export async function prepareUploads(): Promise<readonly Prepared[]> {
  const [tenant, workspace] = [await openTestTenant(), createWorkspace()];
  try {
    workspace.write({ ...config, ...first });
    const { code, stderr } = await runInProcess(['apply', '--yes'], {
      cwd: workspace.folder,
      env: tenant.env,
    });
    if (code !== 0) throw new Error(stderr);
    const own = (await tenant.records()).map(async ({ name, record }): Promise<Prepared> => {
      const kind = kindOf(name);
      const { id, file, tags } = record;
      const bytes = await tenant.clients[kind].downloadArchive(id);
      return {
        kind,
        upload: { file: { name: file?.originalname ?? '', bytes }, data: { tags: tags ?? [] } },
      };
    });
    const others = [foreignUpload('theme:other', ['qlik-sync:other']), foreignUpload('bare', [])];
    return await Promise.all([...own, ...others]);
  } finally {
    await tenant.close();
    workspace.dispose();
  }
}

async function foreignUpload(name: string, tags: readonly string[]): Promise<Prepared> {
  const bytes = await zipOf(archiveFiles(name, { code: 'theirs' }));
  return { kind: kindOf(name), upload: { file: { name: `${stemOf(name)}.zip`, bytes }, data: { tags } } };
}

/**
 * A tenant with the old content, folders with the new, and a machine that has never run this before.
 *
 * @param dir keeps the tenant, for `copyCrashScene`
 * @param more variables of every run
 */
export async function openCrashScene(
  uploads: readonly Prepared[],
  dir?: string,
  more: Variables = {},
): Promise<CrashScene> {
  const tenant = await openTestTenant({ dir });
  await Promise.all(uploads.map(({ kind, upload }) => tenant.clients[kind].create(upload)));
  const workspace = createWorkspace();
  workspace.write({ ...config, ...second });
  const scene = await describeScene(tenant, workspace, await openWire(tenant.sandbox.url), more);
  return { ...scene, close: () => Promise.all([scene.close(), scene.wire.close()]).then(() => undefined) };
}

/** The same tenant and machine once more, behind the same wire, so that one crash can be recovered from many times. */
export async function copyCrashScene(
  { workspace, wire, more }: CrashScene,
  dir: string,
): Promise<CrashScene> {
  const [tenantCopy, machine] = [mkdtempSync(join(tmpdir(), 'qlik-sync-crash-')), createWorkspace()];
  cpSync(dir, tenantCopy, { recursive: true });
  cpSync(workspace.folder, machine.folder, { recursive: true });
  const tenant = await openTestTenant({ dir: tenantCopy });
  wire.pointAt(tenant.sandbox.url);
  const scene = await describeScene(tenant, machine, wire, more);
  const close = async (): Promise<void> => {
    await scene.close();
    rmSync(tenantCopy, { recursive: true });
  };
  return { ...scene, close };
}

/** Its `close` leaves the wire. */
async function describeScene(
  tenant: TestTenant,
  workspace: Workspace,
  wire: Wire,
  more: Variables = {},
): Promise<CrashScene> {
  const env = { ...tenant.env, ...more, QLIK_TENANT_URL: wire.url, HOME: workspace.home };
  const foreign = await listForeign(tenant);
  await tenant.takeRequests();
  return {
    workspace,
    tenant,
    wire,
    env,
    more,
    foreign,
    runAndKill: async (args, cut) => {
      const { end, stderr } = await runUntilCut(args, { cwd: workspace.folder, env }, wire, cut);
      if (end !== 'killed') throw new Error(`it ended by itself: ${stderr}`);
    },
    run: (args) => runInProcess(args, { cwd: workspace.folder, env }),
    close: async () => {
      await tenant.close();
      workspace.dispose();
    },
  };
}

/** What is left to do of the effects of a run, after those that the tenant's log shows. */
export function effectsAfter(log: readonly LoggedRequest[]): Readonly<Record<string, number>> {
  const done = (method: string): number =>
    log.filter((request) => request.method === method && request.status < 300).length;
  return Object.fromEntries(
    Object.entries(effects).map(([method, number]) => [method, number - done(method)]),
  );
}

export async function listForeign(tenant: TestTenant): Promise<readonly Held[]> {
  const names: readonly string[] = foreignNames;
  const held = (await tenant.records()).filter(({ name }) => names.includes(name));
  return held.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const cli = join(import.meta.dirname, '../../../dist/cli.js');

/** The built command, killed with SIGKILL at the cut of this wire, unless it ends before; resolves when it is gone. */
export async function runUntilCut(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  wire: Wire,
  cut: Omit<Cut, 'kill'>,
): Promise<{ readonly end: 'killed' | 'by-itself'; readonly stderr: string }> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', TZ: 'UTC', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = once(child, 'close');
  wire.cut({ ...cut, kill: () => child.kill('SIGKILL') });
  const [, signal] = await ended;
  await wire.restore();
  return { end: signal === 'SIGKILL' ? 'killed' : 'by-itself', stderr: Buffer.concat(said).toString() };
}
