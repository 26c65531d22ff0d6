/** The usual beginning: a workspace with the simple config and a tenant of its own, new for each test of a file. */

import { afterEach, beforeEach } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, type Result, simpleConfig, type Workspace } from './workspace.js';

export interface Scene {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
  /** Runs a command in the workspace on the tenant. */
  readonly qlikSync: (...args: readonly string[]) => Promise<Result>;
  /** Another tenant, with ways of its own. */
  readonly reopenTenant: (options: SandboxOptions) => Promise<void>;
}

/** To be called once at the top of a file; what it returns is always the running test's. */
export function useScene(): Scene {
  let current: Pick<Scene, 'workspace' | 'tenant'> | undefined;
  const now = (): Pick<Scene, 'workspace' | 'tenant'> => {
    if (current === undefined) throw new Error('a scene exists only while a test runs');
    return current;
  };
  beforeEach(async () => {
    const workspace = createWorkspace();
    workspace.write(simpleConfig);
    current = { workspace, tenant: await openTestTenant() };
  });
  afterEach(async () => {
    const { workspace, tenant } = now();
    await tenant.close();
    workspace.dispose();
  });
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
    qlikSync: (...args) => runInProcess(args, { cwd: now().workspace.folder, env: now().tenant.env }),
  };
}
