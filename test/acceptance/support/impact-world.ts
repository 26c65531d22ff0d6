/** A tenant with apps, a workspace that deploys what they use, and the truth about both. */

import { onTestFinished } from 'vitest';
import type { AppContent, AppObject } from '../../../src/sandbox/engine/app.js';
import type { SandboxOptions } from '../../../src/sandbox/start.js';
import { control, create } from '../../sandbox/support.js';
import { type InProcessOptions, runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';

export interface TrueApp extends AppContent {
  readonly id: string;
  readonly itemId: string;
  readonly name: string;
  readonly ownerId: string;
  readonly spaceId?: string;
}

export interface ImpactWorld {
  readonly tenant: TestTenant;
  readonly workspace: Workspace;
  readonly adminId: string;
  /** Apps that the administrator may see, whether or not they open. */
  readonly apps: () => Promise<readonly TrueApp[]>;
  readonly editApp: (
    change: Partial<AppContent> & {
      readonly id: string;
      readonly name?: string;
      readonly updatedAt?: string;
    },
  ) => Promise<void>;
  /** A command line against the tenant. */
  readonly run: (args: readonly string[], options?: Partial<InProcessOptions>) => Promise<Result>;
  /** The same with `--json`, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any document
  readonly json: (args: readonly string[], options?: Partial<InProcessOptions>) => Promise<any>;
  /** Ids of the apps that were opened since the last look, in no order. */
  readonly takeOpened: () => Promise<readonly string[]>;
}

/** @param extensions on the tenant, of nobody */
export async function openImpactWorld(
  extensions: readonly string[],
  options: SandboxOptions = {},
  config: object = {},
): Promise<ImpactWorld> {
  const tenant = await openTestTenant(options);
  onTestFinished(() => tenant.close());
  const workspace = createWorkspace();
  onTestFinished(() => workspace.dispose());
  const settings = { project: 'acme', extensions: ['extensions/*'], maxDeletes: 99, maxDeletePercent: 100 };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify({ ...settings, ...config }) });
  for (const name of extensions) await create(tenant.sandbox, name);
  const run: ImpactWorld['run'] = (args, more = {}) =>
    runInProcess(args, { cwd: workspace.folder, env: tenant.env, ...more });
  const truth = async () => (await control(tenant.sandbox, 'GET', 'apps')).body;
  const { adminId } = await truth();
  await tenant.takeRequests();
  return {
    tenant,
    workspace,
    adminId,
    apps: async () =>
      ((await truth()).apps as TrueApp[]).filter(
        (app) => app.spaceId !== undefined || app.ownerId === adminId,
      ),
    editApp: async (change) => {
      const { status, bytes } = await control(tenant.sandbox, 'POST', 'apps', change);
      if (status !== 200) throw new Error(`${status} ${bytes}`);
    },
    run,
    json: async (args, more) => JSON.parse((await run([...args, '--json'], more)).stdout),
    takeOpened: async () => {
      const log = await tenant.takeRequests();
      return log.filter(({ method }) => method === 'WS').map(({ path }) => path.replace('/app/', ''));
    },
  };
}

/** Puts extensions there as this project's own. */
export async function deploy({ workspace, run }: ImpactWorld, names: readonly string[]): Promise<void> {
  for (const name of names) workspace.write(extensionFiles(name));
  const { code, stderr } = await run(['apply', '--yes']);
  if (code !== 0) throw new Error(`the extensions could not be deployed: ${stderr}`);
}

/** An app whose only sheet holds these objects, made of their types. */
export function appOf(types: readonly string[], masterItems: readonly string[] = []): Partial<AppContent> {
  return {
    opening: { kind: 'opens' },
    sheets: [
      {
        id: 'sheet',
        title: 'Sheet',
        objects: types.map((type, index): AppObject => ({ id: `object-${index}`, type, title: type })),
      },
    ],
    masterItems: masterItems.map((visualization, index) => ({
      id: `master-${index}`,
      title: `Master ${visualization}`,
      visualization,
    })),
  };
}
