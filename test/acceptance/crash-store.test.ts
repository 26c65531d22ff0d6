/**
 * Law 2 across machines: whenever a job is killed and its machine is gone, the next one finishes from the store.
 *
 * Some moments of a run, since each is three runs of it; CRASH_STORE=all takes every request to the tenant and to the
 * store, for each kind of store, which is a quarter of an hour's work.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { beforeAll, expect, it } from 'vitest';
import { createSharedVault } from '../../src/reconcile/backup/shared-vault.js';
import { createVault, type Vault } from '../../src/reconcile/backup/vault.js';
import { startStore } from '../../src/sandbox/store/start-store.js';
import { envOf, openAt, startTestStore, type TestStore } from '../store/stores.js';
import { judgeRecovery } from './support/crash-judge.js';
import {
  applyArgs,
  type CrashScene,
  copyCrashScene,
  effects,
  effectsAfter,
  openCrashScene,
  type Prepared,
  prepareUploads,
  runUntilCut,
} from './support/crash-scene.js';
import { type Cut, openWire, type Wire } from './support/crash-wire.js';

let uploads: readonly Prepared[];
beforeAll(async () => {
  uploads = await prepareUploads();
});

/** A store that outlives machines, and the wire to it where it has one. */
interface Outside extends TestStore {
  readonly wire?: Wire;
  /** The lock of a machine that is gone: by its clock where that can be moved, else as `unlock --yes` does. */
  readonly loseLock: () => Promise<void>;
}

type Kind = 's3' | 'azblob' | 'file';

const openOutside: Readonly<Record<Kind, () => Promise<Outside>>> = {
  s3: async () => {
    let aheadMs = 0;
    const store = await startStore({ apiKey: 'control', clock: () => Date.now() + aheadMs });
    const wire = await openWire(store.endpoint, 'kept');
    const address = store.address.replace(store.endpoint, wire.url);
    const env = envOf(store);
    return {
      ...{ address, env, wire, open: () => openAt(store.address, env) },
      loseLock: async () => {
        aheadMs += 100_000;
      },
      close: async () => {
        await wire.close();
        await store.close();
      },
    };
  },
  azblob: async () => {
    const container = await startTestStore('azblob');
    const origin = new URL(new URL(container.address).searchParams.get('endpoint') ?? '').origin;
    const wire = await openWire(origin, 'kept');
    const close = async (): Promise<void> => {
      await wire.close();
      await container.close();
    };
    const address = container.address.replace(origin, wire.url);
    return { ...container, address, wire, loseLock: () => removeLocks(container), close };
  },
  file: async () => {
    const folder = await startTestStore('file');
    return { ...folder, loseLock: () => removeLocks(folder) };
  },
};

async function removeLocks({ open }: TestStore): Promise<void> {
  const store = await open();
  const { objects } = await store.list('locks/');
  await Promise.all(objects.map(({ name }) => store.remove(name)));
  await store.close();
}

interface Jobs {
  readonly scene: CrashScene;
  readonly outside: Outside;
  /** The machine is gone, and so is its lock a while later. */
  readonly loseMachine: () => Promise<void>;
}

async function withJobs<T>(kind: Kind, use: (jobs: Jobs) => Promise<T>, dir?: string): Promise<T> {
  const outside = await openOutside[kind]();
  const scene = await openCrashScene(uploads, dir, {
    QLIK_SYNC_STORE: outside.address,
    ...outside.env,
  });
  const loseMachine = async (): Promise<void> => {
    for (const folder of [join(scene.workspace.folder, '.qlik-sync'), scene.workspace.home]) {
      rmSync(folder, { recursive: true, force: true });
    }
    await outside.loseLock();
  };
  try {
    return await use({ scene, outside, loseMachine });
  } finally {
    await scene.close();
    await outside.close();
  }
}

/** What anybody can have back who knows nothing but the store. */
async function storedIn({
  outside,
  scene,
}: Pick<Jobs, 'outside' | 'scene'>): Promise<Pick<Vault, 'read' | 'readRecord'>> {
  const opened = await outside.open();
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

async function listMoments(kind: Kind, args: readonly string[]): Promise<readonly Moment[]> {
  return withJobs(kind, async ({ scene, outside: { wire } }) => {
    const { code, stderr } = await scene.run(args);
    expect(code, stderr).toBe(0);
    return [...momentsOf('tenant', scene.wire.arrived()), ...momentsOf('store', wire?.arrived() ?? [])];
  });
}

/** How many requests go to a store depends on which lines of a journal meet in one, so that the last may never come. */
async function killAt(kind: Kind, { wire, at, when }: Moment, args: readonly string[]) {
  return withJobs(kind, async (jobs) => {
    const { scene, outside } = jobs;
    const cutWire = wire === 'store' ? (outside.wire ?? scene.wire) : scene.wire;
    const options = { cwd: scene.workspace.folder, env: scene.env };
    const { end } = await runUntilCut(args, options, cutWire, { at, when });
    await jobs.loseMachine();
    // What died is known to this machine from the store alone.
    await scene.run(['history']);
    const problems = await judgeRecovery(scene, { effects, journal: 'whole', vault: await storedIn(jobs) });
    return { end, problems: problems.map((each) => `killed ${when} request ${at} to the ${wire}: ${each}`) };
  });
}

/** Of so many moments one is taken. */
const strides: Readonly<Record<Kind, number>> = { s3: 12, azblob: 30, file: 6 };

it.each(Object.keys(strides) as Kind[])(
  'over %s: killed at requests to the tenant and to the store',
  {
    timeout: 3_600_000,
  },
  async (kind) => {
    const args = [...applyArgs, '--concurrency', '4'];
    const moments = await listMoments(kind, args);
    const stride = process.env['CRASH_STORE'] === 'all' ? 1 : strides[kind];
    const limit = pLimit(3);
    const chosen = moments.filter((_, index) => index % stride === 0);
    const runs = await Promise.all(chosen.map((moment) => limit(killAt, kind, moment, args)));
    expect(runs.flatMap(({ problems }) => problems)).toEqual([]);
    const killed = runs.filter(({ end }) => end === 'killed');
    expect(killed.length).toBeGreaterThan(Math.max(2, chosen.length / 2));
    const toStore = moments.filter(({ wire }) => wire === 'store').length;
    expect(toStore).toBeGreaterThan(kind === 'file' ? -1 : 25);
  },
);

type Stored = ReadonlyMap<string, Buffer>;

async function readAll({ open }: TestStore): Promise<Stored> {
  const store = await open();
  const names = (await store.list('')).objects.map(({ name }) => name);
  const contents = await Promise.all(
    names.map(async (name) => [name, (await store.get(name)) ?? Buffer.alloc(0)] as const),
  );
  await store.close();
  return new Map(contents);
}

async function writeAll({ open }: TestStore, stored: Stored): Promise<void> {
  const store = await open();
  const { objects } = await store.list('');
  await Promise.all(objects.map(({ name }) => store.remove(name)));
  await Promise.all([...stored].map(([name, content]) => store.put(name, content)));
  await store.close();
}

type Loss = readonly [string, (stored: Map<string, Buffer>) => void];

/** Each object of the journal lost, or half of it; and all of them. */
function lossesOf(stored: Stored): readonly Loss[] {
  const parts = [...stored.keys()].filter((name) => name.startsWith('runs/')).sort();
  const ofOne = parts.flatMap((part): readonly Loss[] => {
    const content = stored.get(part) ?? Buffer.alloc(0);
    return [
      [`${part} is lost`, (all) => all.delete(part)],
      [`half of ${part} is lost`, (all) => all.set(part, content.subarray(0, content.length / 2))],
      [`${part} is empty`, (all) => all.set(part, Buffer.alloc(0))],
    ];
  });
  const loseAll: Loss[1] = (all) => {
    for (const part of parts) all.delete(part);
  };
  return [...ofOne, ['no part is there', loseAll]];
}

it.each(Object.keys(strides) as Kind[])(
  'over %s: whatever the store lost of the journal of a killed run, nothing else is lost or done twice',
  { timeout: 3_600_000 },
  async (kind) => {
    const dir = mkdtempSync(join(tmpdir(), 'qlik-sync-crash-'));
    const recoverAll = async ({ scene, outside, loseMachine }: Jobs): Promise<void> => {
      await scene.runAndKill([...applyArgs, '--concurrency', '1'], { at: 16, when: 'after' });
      await loseMachine();
      await removeLocks(outside);
      const left = effectsAfter(await scene.tenant.takeRequests());
      const stored = await readAll(outside);
      const losses = lossesOf(stored);
      expect(losses.length).toBeGreaterThan(7);
      const stride = process.env['CRASH_STORE'] === 'all' ? 1 : 8;
      for (const [what, lose] of losses.filter((_, index) => index % stride === 1)) {
        const kept = new Map(stored);
        lose(kept);
        await writeAll(outside, kept);
        const copy = await copyCrashScene(scene, dir);
        // What died is known to this machine from the store alone.
        await copy.run(['history']);
        const vault = await storedIn({ scene: copy, outside });
        expect(await judgeRecovery(copy, { effects: left, journal: 'cut', vault }), what).toEqual([]);
        await copy.close();
      }
    };
    await withJobs(kind, recoverAll, dir);
    rmSync(dir, { recursive: true });
  },
);
