/** Several sandboxes as the environments of one config. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type InProcessOptions, runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, type Result, type Workspace } from './workspace.js';

export interface Fleet {
  readonly workspace: Workspace;
  readonly tenant: (name: string) => TestTenant;
  /** Writes the config; `more` is merged into environments by name, `whole` into the file. */
  readonly configure: (more?: Readonly<Record<string, object>>, whole?: object) => void;
  readonly run: (...args: readonly string[]) => Promise<Result>;
  readonly runWith: (env: Readonly<Record<string, string>>, ...args: readonly string[]) => Promise<Result>;
  /** The same as `run`, and its stdout; throws on anything but exit code 0. */
  readonly succeed: (...args: readonly string[]) => Promise<string>;
  /** Another machine with the same checkout, and nothing that runs left on this one. */
  readonly elsewhere: () => Machine;
  /** What the named tenant holds by name: md5, tags, archive name, id. */
  readonly held: (name: string) => Promise<Readonly<Record<string, HeldRecord>>>;
  readonly close: () => Promise<void>;
}

export interface Machine {
  readonly folder: string;
  readonly run: (args: readonly string[], options?: Omit<InProcessOptions, 'cwd'>) => Promise<Result>;
  readonly close: () => void;
}

export interface HeldRecord {
  readonly id: string;
  readonly md5: string;
  readonly archiveName: string;
  readonly tags: readonly string[];
}

export async function openFleet(names: readonly string[]): Promise<Fleet> {
  const workspace = createWorkspace();
  const tenants = new Map<string, TestTenant>();
  for (const name of names) tenants.set(name, await openTestTenant());
  const tenant = (name: string): TestTenant => {
    const found = tenants.get(name);
    if (found === undefined) throw new Error(`no tenant ${name}`);
    return found;
  };
  const keys = Object.fromEntries(names.map((name) => [keyOf(name), tenant(name).sandbox.apiKey]));
  const configure: Fleet['configure'] = (more = {}, whole = {}) => {
    const environments = Object.fromEntries(names.map((name) => [name, environmentOf(name, tenant(name))]));
    for (const [name, own] of Object.entries(more)) environments[name] = { ...environments[name], ...own };
    const config = { project: 'acme', extensions: ['extensions/*'], environments, ...whole };
    workspace.write({ 'qlik-sync.config.json': JSON.stringify(config, undefined, 2) });
  };
  const run: Fleet['run'] = (...args) => runInProcess(args, { cwd: workspace.folder, env: keys });
  configure();
  return {
    workspace,
    tenant,
    configure,
    run,
    succeed: async (...args) => {
      const { code, stdout, stderr } = await run(...args);
      if (code !== 0) throw new Error(`${args.join(' ')}: ${code}\n${stdout}${stderr}`);
      return stdout;
    },
    runWith: (env, ...args) => runInProcess(args, { cwd: workspace.folder, env: { ...keys, ...env } }),
    elsewhere: () => {
      const folder = mkdtempSync(join(tmpdir(), 'qlik-sync-elsewhere-'));
      const isOwn = (path: string): boolean => basename(path) === '.qlik-sync';
      cpSync(workspace.folder, folder, { recursive: true, filter: (path) => !isOwn(path) });
      return {
        folder,
        run: (args, options = {}) =>
          runInProcess(args, { ...options, cwd: folder, env: { ...keys, ...options.env } }),
        close: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
    held: async (name) => {
      const records = await tenant(name).client.list();
      await tenant(name).takeRequests();
      return Object.fromEntries(
        records.map(({ id, qextFilename, file, tags }) => [
          qextFilename ?? '',
          { id, md5: file?.md5 ?? '', archiveName: file?.originalname ?? '', tags: tags ?? [] },
        ]),
      );
    },
    close: async () => {
      for (const each of tenants.values()) await each.close();
      workspace.dispose();
    },
  };
}

/** Where a report was written. */
export function reportFile({ workspace }: Fleet, file: string): string {
  return join(workspace.folder, file);
}

export function environmentOf(name: string, { sandbox }: TestTenant): object {
  return { tenant: sandbox.url, auth: { apiKey: `\${${keyOf(name)}}` } };
}

export function keyOf(name: string): string {
  return `KEY_${name.toUpperCase()}`;
}

/** A 401 for everything. */
export const refusesKeys = [
  { method: '*', path: '*', skip: 0, times: 1000, when: 'before', kind: 'status', status: 401 },
] as const;

/** A 503 for every write. */
export const refusesWrites = ['POST', 'PATCH', 'DELETE'].map((method) => ({
  method,
  path: '/api/v1/extensions*',
  skip: 0,
  times: 1000,
  when: 'before',
  kind: 'status',
  status: 400,
}));
