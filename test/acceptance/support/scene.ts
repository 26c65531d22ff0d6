/** The usual start: a workspace with the simple config and a tenant of its own, new for each test of a file. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { SandboxOptions } from '../../../src/sandbox/start.js';
import { runInProcess } from './in-process.js';
import { closePlace, type KeptPlace, keepPlace, type Place } from './kept-place.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { configWith, createWorkspace, type Result, simpleConfig } from './workspace.js';

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
  const scene = sceneOf(now, (tenant) => {
    current = { ...now(), tenant };
  });
  const enter = (place: Place): void => {
    place.workspace.write({ ...simpleConfig, ...files });
    current = place;
  };
  if (prepare === undefined)
    beforeEach(async () => enter({ workspace: createWorkspace(), tenant: await openTestTenant() }));
  else {
    let kept: KeptPlace;
    beforeAll(async () => {
      kept = await keepPlace((place) => {
        enter(place);
        return prepare(scene);
      });
    });
    beforeEach(async () => {
      current = await kept.copy();
    });
    afterAll(() => kept.dispose());
  }
  afterEach(async () => {
    const place = current;
    current = undefined;
    if (place !== undefined) await closePlace(place);
  });
  return scene;
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
