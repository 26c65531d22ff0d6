/**
 * A store that fails at any moment of a run: nothing is overwritten without a readable backup, and the next run finishes.
 *
 * A moment or two of each fault, since a run waits for its tries; STORE_FAULTS=all takes every one.
 */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSharedVault } from '../../src/reconcile/backup/shared-vault.js';
import { createVault } from '../../src/reconcile/backup/vault.js';
import { readRuns } from '../../src/reconcile/journal/runs.js';
import { startStore } from '../../src/sandbox/store/start-store.js';
import type { Store } from '../../src/store/store.js';
import { envOf, openAt, startTestStore, type TestStore, type Variables } from '../store/stores.js';
import { type Failure, openWire, type Wire } from './support/crash-wire.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import {
  configWith,
  createWorkspace,
  extensionFiles,
  type Result,
  type Workspace,
} from './support/workspace.js';

const names = ['a', 'b', 'c'];

const filesOf = (code: string): Record<string, string> =>
  Object.assign({}, ...names.map((name) => extensionFiles(`acme-${name}`, { code })));

/** A store on a wire that can fail, or a share that can go away. */
interface Outside {
  readonly address: string;
  readonly env: Variables;
  readonly open: () => Promise<Store>;
  /** How many moments there were since it was healed last. */
  readonly moments: () => number;
  /** Of what should have been answered, how much was not waited for. */
  readonly givenUp: () => number;
  readonly failFrom: (moment: number) => void;
  readonly heal: () => Promise<void>;
  /** The lock of a run that could not give it back is gone a while later. */
  readonly loseLock: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openBucket(failure: Failure): Promise<Outside> {
  let aheadMs = 0;
  const store = await startStore({ apiKey: 'control', clock: () => Date.now() + aheadMs });
  const wire = await openWire(store.endpoint, 'kept');
  const env = envOf(store);
  return {
    ...onWire(wire, failure),
    ...{ address: store.address.replace(store.endpoint, wire.url), env },
    open: () => openAt(store.address, env),
    loseLock: async () => {
      aheadMs += 100_000;
    },
    close: async () => {
      await wire.close();
      await store.close();
    },
  };
}

/** One for all, with a prefix for each use. */
let container: TestStore;
let uses = 0;
beforeAll(async () => {
  container = await startTestStore('azblob');
});
afterAll(() => container.close());

async function openContainer(failure: Failure): Promise<Outside> {
  uses += 1;
  const own = container.address.replace('/ci?', `/ci-${uses}?`);
  const open = (): Promise<Store> => openAt(own, container.env);
  const { origin } = new URL(new URL(container.address).searchParams.get('endpoint') ?? '');
  const wire = await openWire(origin, 'kept');
  return {
    ...onWire(wire, failure),
    ...{ address: own.replace(origin, wire.url), env: container.env, open },
    loseLock: () => removeLocks(open),
    close: () => wire.close(),
  };
}

function onWire(wire: Wire, failure: Failure): Pick<Outside, 'moments' | 'givenUp' | 'failFrom' | 'heal'> {
  return {
    moments: () => wire.arrived().length,
    givenUp: () => wire.givenUp(),
    failFrom: (moment) => wire.fail(moment, failure),
    heal: () => wire.restore(),
  };
}

type Loss = 'is not mounted any more' | 'is a file';

/** A share has no wire: it goes away when the tenant is asked, or right before the run. */
async function openShare(loss: Loss, tenantWire: Wire): Promise<Outside> {
  const share = await startTestStore('file');
  const folder = fileURLToPath(share.address);
  const [place, aside] =
    loss === 'is a file' ? [folder, `${folder}-aside`] : [dirname(folder), `${dirname(folder)}-aside`];
  let isLost = false;
  const lose = (): void => {
    if (isLost) return;
    isLost = true;
    renameSync(place, aside);
    if (loss === 'is a file') writeFileSync(place, '');
  };
  return {
    ...share,
    moments: () => tenantWire.arrived().length + 1,
    givenUp: () => 0,
    failFrom: (moment) => {
      if (moment === 0) lose();
      else tenantWire.notice(moment, lose);
    },
    heal: async () => {
      await tenantWire.restore();
      if (!isLost) return;
      isLost = false;
      rmSync(place, { force: true });
      renameSync(aside, place);
    },
    loseLock: () => removeLocks(share.open),
  };
}

async function removeLocks(open: Outside['open']): Promise<void> {
  const store = await open();
  for (const { name } of (await store.list('locks/')).objects) await store.remove(name);
  await store.close();
}

interface Site {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
  readonly url: string;
  readonly store: Outside;
  /** Whether a run did not wait for the tenant or the store while they did as they should. */
  readonly isSlow: () => boolean;
  readonly run: (...args: readonly string[]) => Promise<Result>;
}

type Open = (tenantWire: Wire) => Promise<Outside>;

/** One deployment was made, and another is due. */
async function withSite<T>(open: Open, use: (site: Site) => Promise<T>): Promise<T> {
  const tenant = await openTestTenant();
  const tenantWire = await openWire(tenant.sandbox.url);
  const store = await open(tenantWire);
  const workspace = createWorkspace();
  const url = tenantWire.url;
  const env = { ...tenant.env, ...store.env, HOME: workspace.home, QLIK_TENANT_URL: url };
  const run = (...args: readonly string[]) => runInProcess(args, { cwd: workspace.folder, env });
  try {
    workspace.write({ ...configWith({ store: store.address }), ...filesOf('one') });
    const first = await run('apply', '--yes');
    expect(first.code, first.stderr).toBe(0);
    workspace.write(filesOf('two'));
    await store.heal();
    await tenant.takeRequests();
    const isSlow = (): boolean => tenantWire.givenUp() + store.givenUp() > 0;
    return await use({ workspace, tenant, url, store, isSlow, run });
  } finally {
    await store.heal();
    await tenantWire.close();
    await tenant.close();
    await store.close();
    workspace.dispose();
  }
}

/** What a run wrote over, and whether it can be had again from the store alone. */
async function findLost({ workspace, url, store }: Site): Promise<readonly string[]> {
  const opened = await store.open();
  const empty = createVault({ root: workspace.home, tenant: url });
  const vault = createSharedVault(empty, { store: opened, tenant: url, project: 'acme' });
  const runs = await readRuns({ root: workspace.folder, tenant: url, project: 'acme' });
  const steps = runs.flatMap(({ steps: each }) => each).filter(({ before }) => before.request !== 'create');
  const lost = await Promise.all(
    steps.map(async ({ before: { name, previous } }) =>
      (await vault.read(previous?.md5 ?? '')) === undefined ? [`no backup of ${name}`] : [],
    ),
  );
  await opened.close();
  return lost.flat();
}

/** Once more where a machine that does too much at once let no sign of life pass for 45 s. */
async function runNext({ store, run }: Site): Promise<Result> {
  const next = await run('apply', '--yes');
  if (!next.stderr.includes('no longer holds the lock')) return next;
  await store.loseLock();
  return run('apply', '--yes');
}

/** @param timeoutS how long the run that fails waits for an answer, where one never comes */
async function failFrom(row: Row, moment: number, timeoutS = 1): Promise<readonly string[]> {
  const args = row.isSilent ? ['--timeout', `${timeoutS}s`] : [];
  let wasSlow = false;
  const problems = await withSite(row.open, async (site) => {
    const { workspace, tenant, store, run } = site;
    store.failFrom(moment);
    const failed = await run('apply', '--yes', ...args);
    wasSlow = site.isSlow();
    const written = await tenant.takeWrites();
    await store.heal();
    await store.loseLock();
    const lost = await findLost(site);
    rmSync(join(workspace.folder, '.qlik-sync'), { recursive: true, force: true });
    const next = await runNext(site);
    const again = await tenant.takeWrites();
    return [
      ...([0, 4, 5, 7].includes(failed.code) ? [] : [`it ended with ${failed.code}: ${failed.stderr}`]),
      ...(failed.code === 0 && written.length < names.length ? ['it said that all is done'] : []),
      ...lost,
      ...(next.code === 0 ? [] : [`the next run ended with ${next.code}: ${next.stderr}`]),
      ...(written.length + again.length === names.length
        ? []
        : [`${written.length} and ${again.length} writes`]),
    ].map((problem) => `from moment ${moment} on: ${problem}`);
  });
  // On a machine where a second is too short for the tenant too, something else failed than the store from that moment on.
  if (problems.length > 0 && row.isSilent && wasSlow && timeoutS < 60) {
    return failFrom(row, moment, timeoutS * 4);
  }
  return problems;
}

interface Row {
  readonly name: string;
  readonly open: Open;
  /** Those of one kind have as many moments. */
  readonly kind: 'S3' | 'Azure' | 'share';
  /** It fails by saying nothing, which a run waits for. */
  readonly isSilent: boolean;
  /** So many moments are taken, at even distances; each row begins elsewhere. */
  readonly sample: number;
}

const failures: readonly (readonly [string, Failure])[] = [
  ['is not permitted any more', { kind: 'status', status: 403 }],
  ['answers 404', { kind: 'status', status: 404 }],
  ['answers 503', { kind: 'status', status: 503 }],
  ['answers 500 after the effect', { kind: 'status', status: 500, when: 'after' }],
  ['breaks the connection', { kind: 'reset' }],
  ['breaks the connection after the effect', { kind: 'reset', when: 'after' }],
  ['sends half an answer', { kind: 'truncate', when: 'after' }],
  ['says nothing any more', { kind: 'stall' }],
  ['shows old lists', { kind: 'stale' }],
];

const isWhole = process.env['STORE_FAULTS'] === 'all';

/** Both kinds read failures in one place, so a few are tried over Azure. */
const onWires = failures.flatMap(([name, failure], index): readonly Row[] => {
  const isSilent = failure.kind === 'stall';
  const s3 = {
    name: `S3 ${name}`,
    kind: 'S3',
    open: () => openBucket(failure),
    isSilent,
    sample: 2,
  } as const;
  const open = (): Promise<Outside> => openContainer(failure);
  const azure = { name: `Azure ${name}`, kind: 'Azure', open, isSilent, sample: 1 } as const;
  return isWhole || index % 4 === 0 ? [s3, azure] : [s3];
});

const losses: readonly Loss[] = ['is not mounted any more', 'is a file'];

const onShares = losses.map((loss): Row => {
  const open: Open = (wire) => openShare(loss, wire);
  return { name: `a share ${loss}`, kind: 'share', open, isSilent: false, sample: 2 };
});

const counts = new Map<Row['kind'], Promise<number>>();

/** How many moments an undisturbed run has. */
function countMoments({ kind, open }: Row): Promise<number> {
  const counting = async ({ run, store }: Site): Promise<number> => {
    expect((await run('apply', '--yes')).code).toBe(0);
    return store.moments();
  };
  const count = counts.get(kind) ?? withSite(open, counting);
  counts.set(kind, count);
  return count;
}

const rows = [...onWires, ...onShares];

function chooseMoments(row: Row, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (isWhole) return all;
  const distance = Math.ceil(count / row.sample);
  const first = (rows.indexOf(row) * 5) % distance;
  return all.filter((moment) => moment % distance === first);
}

it.each(rows)('from any moment on: $name', { timeout: 1_800_000 }, async (row) => {
  const count = await countMoments(row);
  const limit = pLimit(4);
  const moments = chooseMoments(row, count);
  const problems = await Promise.all(moments.map((moment) => limit(() => failFrom(row, moment))));
  expect(problems.flat()).toEqual([]);
  expect(moments.length).toBeGreaterThan(0);
  expect(count).toBeGreaterThan(7);
});
