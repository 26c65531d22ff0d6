/**
 * A store that fails at any moment of a run: nothing is overwritten without a readable backup, and the next run finishes.
 *
 * Some moments of each fault, since a run waits for its tries; STORE_FAULTS=all takes every request.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { expect, it } from 'vitest';
import { createSharedVault } from '../../src/reconcile/backup/shared-vault.js';
import { createVault } from '../../src/reconcile/backup/vault.js';
import { readRuns } from '../../src/reconcile/journal/runs.js';
import { type RunningStore, startStore } from '../../src/sandbox/store/start-store.js';
import { control, envOf, openAt } from '../store/stores.js';
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

interface Site {
  readonly workspace: Workspace;
  readonly tenant: TestTenant;
  readonly store: RunningStore;
  readonly run: (...args: readonly string[]) => Promise<Result>;
  /** Lets the lock of a run that could not give it back expire. */
  readonly wait: () => void;
}

async function withSite<T>(use: (site: Site) => Promise<T>): Promise<T> {
  let aheadMs = 0;
  const store = await startStore({ apiKey: 'control', clock: () => Date.now() + aheadMs });
  const tenant = await openTestTenant();
  const workspace = createWorkspace();
  const env = { HOME: workspace.home, ...tenant.env, ...envOf(store) };
  const run = (...args: readonly string[]) => runInProcess(args, { cwd: workspace.folder, env });
  try {
    workspace.write({ ...configWith({ store: store.address }), ...filesOf('one') });
    expect((await run('apply', '--yes')).code).toBe(0);
    workspace.write(filesOf('two'));
    await control(store, 'DELETE', 'requests');
    await tenant.takeRequests();
    const wait = (): void => {
      aheadMs += 100_000;
    };
    return await use({ workspace, tenant, store, run, wait });
  } finally {
    await tenant.close();
    await store.close();
    workspace.dispose();
  }
}

interface Failure {
  readonly kind: string;
  readonly status?: number;
  readonly when?: string;
  readonly stallMs?: number;
}

const failures: readonly (readonly [string, Failure])[] = [
  ['is not permitted any more', { kind: 'status', status: 403 }],
  ['answers 503', { kind: 'status', status: 503 }],
  ['answers 500 after the effect', { kind: 'status', status: 500, when: 'after' }],
  ['breaks the connection', { kind: 'reset' }],
  ['breaks the connection after the effect', { kind: 'reset', when: 'after' }],
  ['sends half an answer', { kind: 'truncate', when: 'after' }],
];

/** What a run wrote over, and whether it can be had again from the store alone. */
async function findLost({ workspace, tenant, store }: Site): Promise<readonly string[]> {
  const url = tenant.sandbox.url;
  const opened = await openAt(store.address, envOf(store));
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

async function failFrom(skip: number, failure: Failure): Promise<readonly string[]> {
  return withSite(async (site) => {
    const { workspace, tenant, store, run, wait } = site;
    await control(store, 'POST', 'faults', [{ skip, times: 10_000, ...failure }]);
    const failed = await run('apply', '--yes');
    const written = await tenant.takeWrites();
    await control(store, 'DELETE', 'faults');
    wait();
    const lost = await findLost(site);
    rmSync(join(workspace.folder, '.qlik-sync'), { recursive: true, force: true });
    const next = await run('apply', '--yes');
    const again = await tenant.takeWrites();
    return [
      ...([0, 4, 5].includes(failed.code) ? [] : [`it ended with ${failed.code}: ${failed.stderr}`]),
      ...(failed.code === 0 && written.length < names.length ? ['it said that all is done'] : []),
      ...lost,
      ...(next.code === 0 ? [] : [`the next run ended with ${next.code}: ${next.stderr}`]),
      ...(written.length + again.length === names.length
        ? []
        : [`${written.length} and ${again.length} writes`]),
    ].map((problem) => `from request ${skip} on: ${problem}`);
  });
}

it.each(failures)('from any request on, the store %s', { timeout: 1_800_000 }, async (_name, failure) => {
  const count = await withSite(async ({ run, store }) => {
    expect((await run('apply', '--yes')).code).toBe(0);
    return ((await control(store, 'GET', 'requests')) as readonly unknown[]).length;
  });
  const limit = pLimit(4);
  const step = process.env['STORE_FAULTS'] === 'all' ? 1 : failure.status === 403 ? 4 : 12;
  const moments = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
  const problems = await Promise.all(moments.map((skip) => limit(() => failFrom(skip, failure))));
  expect(problems.flat()).toEqual([]);
  expect(count).toBeGreaterThan(15);
});
