/** One change of every kind, of extensions and themes, a stranger and one in sync of each, on a tenant that fails on request. */

import { kindOf } from '../../../src/core/kind.js';
import { archiveName } from '../../../src/core/marker.js';
import { pack } from '../../../src/source/archive/pack.js';
import { readDesired } from '../../../src/source/read/read.js';
import type { Fault } from './fault-reference.js';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';

/** Longer than any answer takes on a busy machine. */
const timeoutMs = 2500;

const before = {
  tagged: { code: 'one' },
  'theme:updated': { code: 'one' },
  replaced: { code: 'one', supernova: true },
  deleted: { code: 'one' },
  same: { code: 'one' },
  'theme:same': { code: 'one' },
  stranger: { code: 'one' },
} as const;

const after = {
  'theme:created': { code: 'one' },
  tagged: { code: 'one' },
  'theme:updated': { code: 'two', version: '2.0.0' },
  replaced: { code: 'legacy', version: '2.0.0', supernova: false },
  same: { code: 'one' },
  'theme:same': { code: 'one' },
} as const;

type Contents = Readonly<
  Record<string, { readonly code: string; readonly version?: string; readonly supernova?: boolean }>
>;

interface Packed {
  readonly name: string;
  readonly md5: string;
  readonly file: { readonly name: string; readonly bytes: Buffer };
}

/** Packed once for all cases. */
export interface Prototype {
  readonly before: readonly Packed[];
  /** What each extension holds in the end. */
  readonly md5s: ReadonlyMap<string, string>;
}

export async function preparePrototype(): Promise<Prototype> {
  const after_ = await packAll(after);
  return { before: await packAll(before), md5s: new Map(after_.map(({ name, md5 }) => [name, md5])) };
}

async function packAll(contents: Contents): Promise<readonly Packed[]> {
  const workspace = createWorkspace();
  writeAll(workspace, contents);
  const { folder } = workspace;
  const { state } = await readDesired({
    root: folder,
    cwd: folder,
    extensions: ['extensions/*'],
    ignore: [],
    index: 'off',
  });
  const packed = await Promise.all(
    state.extensions.map(async (extension) => {
      const { bytes, md5 } = await pack(extension);
      return { name: extension.name, md5, file: { name: archiveName(extension.digest, md5), bytes } };
    }),
  );
  workspace.dispose();
  return packed;
}

function writeAll(workspace: Workspace, contents: Contents): void {
  for (const [name, content] of Object.entries(contents)) workspace.write(extensionFiles(name, content));
}

export interface FaultWorld {
  readonly tenant: TestTenant;
  readonly workspace: Workspace;
  readonly apply: (...args: readonly string[]) => Promise<Result>;
  readonly addFaults: (faults: readonly Fault[]) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const tagsOf: Readonly<Record<string, readonly string[]>> = {
  tagged: ['qlik-sync:acme'],
  stranger: ['qlik-sync:others'],
};

export async function openFaultWorld(prototype: Prototype): Promise<FaultWorld> {
  const workspace = createWorkspace();
  const tenant = await openTestTenant();
  const config = { project: 'acme', extensions: ['extensions/*'], tags: ['finance'] };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config) });
  writeAll(workspace, after);
  for (const { name, file } of prototype.before) {
    const client = kindOf(name) === 'theme' ? tenant.themes : tenant.client;
    await client.create({ file, data: { tags: tagsOf[name] ?? ['qlik-sync:acme', 'finance'] } });
  }
  const held = await tenant.held();
  const approvals = ['--prune', '--allow-replace', 'replaced', '--concurrency', '1'];
  return {
    tenant,
    workspace,
    apply: (...args) =>
      runInProcess(['apply', '--yes', '--timeout', `${timeoutMs}ms`, ...approvals, ...args], {
        cwd: workspace.folder,
        env: tenant.env,
      }),
    addFaults: (faults) => tenant.addFaults(faults.map((fault) => toSandbox(fault, held))),
    dispose: async () => {
      await tenant.close();
      workspace.dispose();
    },
  };
}

/** A fault as the sandbox takes it. Creates have no address of their own, but archives that name them. */
function toSandbox({ write, kind, when }: Fault, held: ReadonlyMap<string, { readonly id: string }>): object {
  const at = (name: string): string => `/api/v1/${kindOf(name)}s/${held.get(name)?.id}`;
  const targets = {
    create: { method: 'POST', path: '/api/v1/themes', body: 'created.qext' },
    'replace-create': { method: 'POST', path: '/api/v1/extensions', body: 'replaced.qext' },
    'patch-data': { method: 'PATCH', path: at('tagged') },
    'patch-file': { method: 'PATCH', path: at('theme:updated') },
    'replace-delete': { method: 'DELETE', path: at('replaced') },
    delete: { method: 'DELETE', path: at('deleted') },
  } as const;
  const spoils = {
    timeout: { kind: 'stall', stallMs: 60_000 },
    reset: { kind: 'reset' },
    '429 short': { kind: 'status', status: 429, retryAfter: 0 },
    '429 long': { kind: 'status', status: 429, retryAfter: 400 },
    '500': { kind: 'status', status: 500 },
    '502 HTML': { kind: 'html', status: 502 },
    '503': { kind: 'status', status: 503 },
    truncated: { kind: 'truncate' },
    'garbage JSON': { kind: 'garbage' },
    'login page': { kind: 'html' },
    '401': { kind: 'status', status: 401 },
    '404': { kind: 'status', status: 404 },
    '2xx without effect': { kind: 'ignore' },
    // Lands when the faults are cleared: between a read and the next write it would look like somebody's edit.
    'late effect': { kind: 'late', stallMs: 600_000 },
  } as const;
  return { ...targets[write], ...spoils[kind], when, times: 1 };
}
