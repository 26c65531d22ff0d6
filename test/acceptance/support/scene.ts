/** The usual beginning: a workspace with the simple config and a tenant of its own, new for each test of a file. */

import { afterEach, beforeEach, expect } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/start.js';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, type Result, simpleConfig, type Workspace } from './workspace.js';

export interface Scene {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
  /** Runs a command in the workspace on the tenant. */
  readonly qlikSync: (...args: readonly string[]) => Promise<Result>;
  /** The same with variables beside the tenant's pair, or in their place. */
  readonly qlikSyncWith: (env: Env, ...args: readonly string[]) => Promise<Result>;
  /** The same, where anything but exit code 0 is the test's failure. */
  readonly succeed: (...args: readonly string[]) => Promise<Result>;
  /** Another tenant, with ways of its own. */
  readonly reopenTenant: (options: SandboxOptions) => Promise<void>;
}

type Env = Readonly<Record<string, string>>;

/**
 * To be called once at the top of a file; what it returns is always the running test's.
 * @param files of the workspace, beside the simple config or in its place
 */
export function useScene({ files = {} }: { readonly files?: Readonly<Record<string, string>> } = {}): Scene {
  let current: Pick<Scene, 'workspace' | 'tenant'> | undefined;
  const now = (): Pick<Scene, 'workspace' | 'tenant'> => {
    if (current === undefined) throw new Error('a scene exists only while a test runs');
    return current;
  };
  beforeEach(async () => {
    const workspace = createWorkspace();
    workspace.write({ ...simpleConfig, ...files });
    current = { workspace, tenant: await openTestTenant() };
  });
  afterEach(async () => {
    const { workspace, tenant } = now();
    await tenant.close();
    workspace.dispose();
  });
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
      current = { ...now(), tenant: await openTestTenant(options) };
    },
    qlikSync: (...args) => qlikSyncWith({}, ...args),
    qlikSyncWith,
    succeed: async (...args) => {
      const result = await qlikSyncWith({}, ...args);
      expect(result.code, `${args.join(' ')}\n${result.stdout}${result.stderr}`).toBe(0);
      return result;
    },
  };
}
