/** Two tenants, a config and two folders; and everything that can go before a run so that it ends otherwise than well. */

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './workspace.js';
import { zipOf } from './zips.js';

export interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly interrupted?: AbortSignal;
  readonly onStdout?: () => void;
}

export interface ExitScene {
  readonly workspace: Workspace;
  readonly dev: TestTenant;
  readonly prod: TestTenant;
  /** Writes the config; `more` is merged into it. */
  readonly configure: (more: object) => void;
  /** Runs a command in the circumstances that come of what goes before. */
  readonly run: (args: readonly string[], before?: readonly Before[]) => Promise<Result>;
  readonly close: () => Promise<void>;
}

/** Something that happens before the run, and under which circumstances it runs then. */
export type Before = (scene: ExitScene) => Circumstances | Promise<Circumstances>;

const doing =
  (act: (scene: ExitScene) => unknown): Before =>
  async (scene) => {
    await act(scene);
    return {};
  };

/** Apps that open, and use nothing of ours. */
const apps = { engine: { apps: 3, refusals: 'none', extensions: [] } } as const;

/** On disk: kpi and gauge. On the tenants, which are the environments dev (the default) and prod: nothing. */
export async function openExitScene(): Promise<ExitScene> {
  const workspace = createWorkspace();
  const [dev, prod] = await Promise.all([openTestTenant(apps), openTestTenant()]);
  workspace.write({ ...extensionFiles('kpi'), ...extensionFiles('gauge') });
  const keys = { DEV_KEY: dev.sandbox.apiKey, PROD_KEY: prod.sandbox.apiKey };
  const scene: ExitScene = {
    ...{ workspace, dev, prod },
    configure: (more) => {
      const environments = { dev: environmentOf(dev, 'DEV_KEY'), prod: environmentOf(prod, 'PROD_KEY') };
      const own = { project: 'acme', extensions: ['extensions/*'], defaultEnvironment: 'dev', environments };
      workspace.write({ 'qlik-sync.config.json': JSON.stringify({ ...own, ...more }) });
    },
    run: async (args, before = []) => {
      let circumstances: Circumstances = {};
      for (const step of before) circumstances = { ...circumstances, ...(await step(scene)) };
      const { env, ...more } = circumstances;
      return runInProcess(args, { cwd: workspace.folder, env: { ...keys, ...env }, ...more });
    },
    close: async () => {
      await Promise.all([dev.close(), prod.close()]);
      workspace.dispose();
    },
  };
  scene.configure({});
  return scene;
}

function environmentOf({ sandbox }: TestTenant, key: string): object {
  return { tenant: sandbox.url, auth: { apiKey: `\${${key}}` } };
}

const deployOn = (environment: string): Before =>
  doing(async ({ run }) => {
    const { code, stderr } = await run(['apply', '--yes', '--env', environment]);
    if (code !== 0) throw new Error(stderr);
  });
export const deployed = deployOn('dev');
export const deployedOnProd = deployOn('prod');

export const changed = doing(({ workspace }) => workspace.write(extensionFiles('kpi', { code: 'two' })));
export const broken = doing(({ workspace }) => workspace.write({ 'extensions/kpi/kpi.js': '' }));

export const configured = (more: object): Before => doing(({ configure }) => configure(more));
/** A store on a share, and one on a share that is not mounted. */
export const stored = doing(({ workspace, configure }) =>
  configure({ store: pathToFileURL(join(workspace.home, 'store')).href }),
);
export const unstored = configured({ store: 'file:///no/such/share/store' });

/** A run on another machine holds the lock. */
export const held = doing(async ({ workspace, dev }) => {
  const key = new URL(dev.sandbox.url).host.replace(':', '_');
  const folder = join(workspace.home, 'store/locks', key, 'acme');
  mkdirSync(folder, { recursive: true });
  const ticket = { pid: 4711, host: 'elsewhere', command: 'apply', startedAt: new Date().toISOString() };
  const file = join(folder, '0123456789abcdef.json');
  writeFileSync(file, JSON.stringify(ticket));
  // As if it gave signs of life all the time.
  const later = Date.now() / 1000 + 3600;
  utimesSync(file, later, later);
});

export const misconfigured = doing(({ workspace }) =>
  workspace.write({ 'qlik-sync.config.json': '{ "project": "NO" }' }),
);
export const unconfigured = doing(({ workspace }) => workspace.remove('qlik-sync.config.json'));
export const protectedDev = doing(({ dev, configure }) =>
  configure({ environments: { dev: { ...environmentOf(dev, 'DEV_KEY'), protected: true } } }),
);

export const noKey: Before = () => ({ env: { DEV_KEY: '' } });
export const wrongKey: Before = () => ({ env: { DEV_KEY: 'wrong' } });
export const listingKey: Before = ({ dev }) => ({ env: { DEV_KEY: dev.sandbox.userKey } });

/** Ctrl-C before anything is asked. */
export const interrupted: Before = () => ({ interrupted: AbortSignal.abort(new Error('interrupted')) });

/** Ctrl-C once something is shown. */
export const interruptedMeanwhile: Before = () => {
  const controller = new AbortController();
  const onStdout = (): void => controller.abort(new Error('interrupted'));
  return { interrupted: controller.signal, onStdout };
};

/** The output itself fails in a way that nobody foresees. */
export const unexpected: Before = () => ({
  onStdout: () => {
    throw new TypeError('unforeseen');
  },
});

export const failing = (method: string, status: number, more: object = {}): Before =>
  doing(({ dev }) =>
    dev.addFaults([{ method, path: '*', times: 99, when: 'before', kind: 'status', status, ...more }]),
  );
export const unreadable = failing('GET', 404);
export const unwritable = failing('PATCH', 400);
/** More patience is asked for than there is. */
export const outOfRequests = (method: string): Before => failing(method, 429, { retryAfter: 100_000 });
export const slow = doing(({ dev }) =>
  dev.addFaults([{ method: 'GET', path: '*', times: 1, when: 'before', kind: 'stall', stallMs: 50 }]),
);

export const edited = doing(async ({ dev }) => {
  const file = (await zipByHand('kpi')).toString('base64');
  await dev.edit({ name: 'kpi', file, filename: 'by-hand.zip' });
});
export const tagged = (...tags: readonly string[]): Before =>
  doing(({ dev }) => dev.edit({ name: 'kpi', tags }));
export const createdOn = (environment: 'dev' | 'prod', name: string): Before =>
  doing(async (scene) => {
    const file = { bytes: await zipByHand(name), name: 'by-hand.zip' };
    await scene[environment].client.create({ file });
  });

function zipByHand(name: string): Promise<Buffer> {
  const manifest = JSON.stringify({ name, type: 'visualization' });
  return zipOf({ [`${name}.qext`]: manifest, [`${name}.js`]: "define([], () => 'by hand');" });
}
