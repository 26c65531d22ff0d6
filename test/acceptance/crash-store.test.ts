/** Law 2 across machines: whenever a job is killed and its machine is gone, the next one finishes from the store. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { beforeAll, expect, it } from 'vitest';
import { createSharedVault } from '../../src/reconcile/backup/shared-vault.js';
import { createVault, type Vault } from '../../src/reconcile/backup/vault.js';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import type { ExtensionUpload } from '../../src/tenant/extensions.js';
import { envOf, openAt } from '../store/stores.js';
import { judgeRecovery } from './support/crash-judge.js';
import {
  applyArgs,
  type CrashScene,
  effects,
  openCrashScene,
  prepareUploads,
  runAndKill,
} from './support/crash-scene.js';
import { type Cut, openWire, type Wire } from './support/crash-wire.js';

let uploads: readonly ExtensionUpload[];
beforeAll(async () => {
  uploads = await prepareUploads();
});

interface Jobs {
  readonly scene: CrashScene;
  readonly store: RunningStore;
  /** Between the runs and the store. */
  readonly wire: Wire;
  /** The machine is gone, and so is its lock a while later. */
  readonly loseMachine: () => void;
}

async function withJobs<T>(use: (jobs: Jobs) => Promise<T>): Promise<T> {
  let aheadMs = 0;
  const store = await startStore({ apiKey: 'control', clock: () => Date.now() + aheadMs });
  const wire = await openWire(store.endpoint, 'kept');
  const address = store.address.replace(store.endpoint, wire.url);
  const scene = await openCrashScene(uploads, undefined, { QLIK_SYNC_STORE: address, ...envOf(store) });
  const loseMachine = (): void => {
    for (const folder of [join(scene.workspace.folder, '.qlik-sync'), scene.workspace.home]) {
      rmSync(folder, { recursive: true, force: true });
    }
    aheadMs += 100_000;
  };
  try {
    return await use({ scene, store, wire, loseMachine });
  } finally {
    await scene.close();
    await wire.close();
    await store.close();
  }
}

/** What anybody can have back who knows nothing but the store. */
async function storedIn({ store, scene }: Jobs): Promise<Pick<Vault, 'read' | 'readRecord'>> {
  const opened = await openAt(store.address, envOf(store));
  const tenant = scene.env['QLIK_TENANT_URL'] ?? '';
  const nothing = createVault({ root: scene.workspace.home, tenant });
  return createSharedVault(nothing, { store: opened, tenant, project: 'acme' });
}

type Moment = Omit<Cut, 'kill'> & { readonly wire: 'store' | 'tenant' };

/** Before every request of an undisturbed run, and after the effect of every write. */
function momentsOf(wire: Moment['wire'], methods: readonly string[]): readonly Moment[] {
  return methods.flatMap((method, index): readonly Moment[] => {
    const before = { wire, at: index + 1, when: 'before' } as const;
    return method === 'GET' ? [before] : [before, { ...before, when: 'after' }];
  });
}

async function listMoments(args: readonly string[]): Promise<readonly Moment[]> {
  return withJobs(async ({ scene, wire }) => {
    const { code, stderr } = await scene.run(args);
    expect(code, stderr).toBe(0);
    return [...momentsOf('tenant', scene.wire.arrived()), ...momentsOf('store', wire.arrived())];
  });
}

async function killAt({ wire, at, when }: Moment, args: readonly string[]): Promise<readonly string[]> {
  const problems = await withJobs(async (jobs) => {
    const { scene } = jobs;
    const cutWire = wire === 'store' ? jobs.wire : scene.wire;
    const options = { cwd: scene.workspace.folder, env: scene.env };
    await runAndKill(args, options, cutWire, { at, when });
    jobs.loseMachine();
    // What died is known to this machine from the store alone.
    await scene.run(['history']);
    return judgeRecovery(scene, { effects, journal: 'whole', vault: await storedIn(jobs) });
  });
  return problems.map((problem) => `killed ${when} request ${at} to the ${wire}: ${problem}`);
}

it('killed at every request to the tenant and to the store, with nothing left but the store', {
  timeout: 1_800_000,
}, async () => {
  const args = [...applyArgs, '--concurrency', '4'];
  const moments = await listMoments(args);
  const limit = pLimit(3);
  const only = Number(process.env['CRASH_STORE_EVERY'] ?? 1);
  const chosen = moments.filter((_, index) => index % only === 0);
  const problems = await Promise.all(chosen.map((moment) => limit(killAt, moment, args)));
  expect(problems.flat()).toEqual([]);
  expect(moments.filter(({ wire }) => wire === 'store').length).toBeGreaterThan(25);
});
