/** The usual start: a workspace with the simple config and a tenant of its own, new for each test of a file. */

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/start.js';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { configWith, createWorkspace, type Result, simpleConfig, type Workspace } from './workspace.js';

export interface Scene extends Place {
  /** Runs a command in the workspace on the tenant. */
  readonly qlikSync: (...args: readonly string[]) => Promise<Result>;
  /** The same with variables beside the tenant's pair, or in their place. */
  readonly qlikSyncWith: (env: Env, ...args: readonly string[]) => Promise<Result>;
  /** The same, where anything but exit code 0 is the test's failure. */
  readonly succeed: (...args: readonly string[]) => Promise<Result>;
  /** The text of a file of the workspace. */
  readonly read: (path: string) => string;
  /** Writes the simple config with more settings. */
  readonly configure: (more: object) => void;
  /** Another tenant, with options of its own. */
  readonly reopenTenant: (options: SandboxOptions) => Promise<void>;
}

type Env = Readonly<Record<string, string>>;

/** Where a run takes place: folders of a user, and a tenant. */
export interface Place {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
}

export interface SceneOptions {
  /** Of the workspace, beside the simple config or in its place. */
  readonly files?: Readonly<Record<string, string>>;
  /** Runs once a file; each test begins with a copy of the folder and the tenant that it leaves. */
  readonly prepare?: (scene: Scene) => unknown;
}

/** To be called once at the top of a file; what it returns is always the running test's. */
export function useScene({ files = {}, prepare }: SceneOptions = {}): Scene {
  let current: Place | undefined;
  const now = (): Place => {
    if (current === undefined) throw new Error('a scene exists only while a test runs');
    return current;
  };
  const leave = async (): Promise<void> => {
    const place = current;
    current = undefined;
    await place?.tenant.close();
    place?.workspace.dispose();
  };
  const scene = sceneOf(now, (tenant) => {
    current = { ...now(), tenant };
  });
  const begin = async (tenant: SandboxOptions): Promise<void> => {
    const workspace = createWorkspace();
    workspace.write({ ...simpleConfig, ...files });
    current = { workspace, tenant: await openTestTenant(tenant) };
  };
  if (prepare === undefined) beforeEach(() => begin({}));
  else usePrepared({ prepare: () => prepare(scene), begin, leave, now });
  afterEach(leave);
  return scene;
}

interface Prepared {
  readonly prepare: () => unknown;
  readonly begin: (tenant: SandboxOptions) => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly now: () => Place;
}

/** Keeps what `prepare` left, and begins each test with a copy. */
function usePrepared({ prepare, begin, leave, now }: Prepared): void {
  const store = mkdtempSync(join(tmpdir(), 'qlik-sync-scene-'));
  const [tenant, folder, copies] = [join(store, 'tenant'), join(store, 'folder'), join(store, 'copies')];
  let tests = 0;
  beforeAll(async () => {
    await begin({ dir: tenant });
    await prepare();
    cpSync(now().workspace.folder, folder, { recursive: true, preserveTimestamps: true });
    await leave();
  });
  beforeEach(async () => {
    tests += 1;
    const dir = join(copies, String(tests));
    cpSync(tenant, dir, { recursive: true });
    await begin({ dir });
    cpSync(folder, now().workspace.folder, { recursive: true, preserveTimestamps: true });
  });
  afterAll(() => rmSync(store, { recursive: true, force: true }));
}

function sceneOf(now: () => Place, replaceTenant: (tenant: TestTenant) => void): Scene {
  const qlikSyncWith: Scene['qlikSyncWith'] = (env, ...args) =>
    runInProcess(args, { cwd: now().workspace.folder, env: { ...now().tenant.env, ...env } });
  return {
    get workspace() {
      return now().workspace;
    },
    get tenant() {
      return now().tenant;
    },
    reopenTenant: async (options) => {
      await now().tenant.close();
      replaceTenant(await openTestTenant(options));
    },
    qlikSync: (...args) => qlikSyncWith({}, ...args),
    qlikSyncWith,
    succeed: async (...args) => {
      const result = await qlikSyncWith({}, ...args);
      expect(result.code, `${args.join(' ')}\n${result.stdout}${result.stderr}`).toBe(0);
      return result;
    },
    read: (path) => readFileSync(join(now().workspace.folder, path), 'utf8'),
    configure: (more) => now().workspace.write(configWith(more)),
  };
}
