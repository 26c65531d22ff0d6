/** Which apps are opened, in which order, what ends that, and what of it the next run may believe. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listApps } from '../../../src/reconcile/impact/apps.js';
import { type Budget, limitReads } from '../../../src/reconcile/impact/budget.js';
import { type AppCache, createAppCache } from '../../../src/reconcile/impact/cache.js';
import { describeItems, type ListedApp } from '../../../src/reconcile/impact/listed-app.js';
import { type Scanned, scanApps } from '../../../src/reconcile/impact/scan.js';
import type { Reading, Unopened } from '../../../src/tenant/engine/reading.js';
import { createItemsClient } from '../../../src/tenant/items.js';
import type { Item } from '../../../src/tenant/wire.js';
import { json, openTestTenant, serve } from '../../tenant/serve.js';

const minute = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

const itemOf = (app: string, fields: object = {}): Item => ({
  id: `item-${app}`,
  name: `App ${app}`,
  resourceType: 'app',
  resourceId: app,
  resourceUpdatedAt: '2026-01-01T00:00:00Z',
  ...fields,
});

const appsOf = (number: number): readonly ListedApp[] =>
  Array.from({ length: number }, (_, index) => describeItems([itemOf(`app-${index}`)], 0));

const content = { objects: [{ id: 'a', type: 'kpi-card' }], masterItems: [] };
const opens: Reading = { kind: 'read', content };
const denied: Unopened = { kind: 'unopened', reason: 'denied', lasts: 'lasting', halts: 'never' };
const broken: Unopened = { kind: 'unopened', reason: 'it broke', lasts: 'passing', halts: 'repeated' };
const later: Unopened = { kind: 'unopened', reason: 'in 100 s', lasts: 'passing', halts: 'at-once' };

function openCache(): AppCache {
  const root = mkdtempSync(join(tmpdir(), 'qlik-sync-scan-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return createAppCache({ root, tenant: 'https://tenant.example' as never, account: 'a1' });
}

interface Run extends Scanned {
  readonly asked: readonly string[];
}

/** One session, so that the order of apps is that of their opening. */
async function scan(
  apps: readonly ListedApp[],
  cache: AppCache,
  answer: (appId: string, signal: AbortSignal) => Reading | Promise<Reading>,
  budget: Partial<Budget> = {},
): Promise<Run> {
  const asked: string[] = [];
  const scanned = await scanApps({
    apps,
    cache,
    engine: {
      async read(appId, signal) {
        asked.push(appId);
        return answer(appId, signal);
      },
    },
    sessions: 1,
    budget: {
      left: 99,
      time: new AbortController().signal,
      apps: '--max-apps',
      duration: '--max-duration',
      ...budget,
    },
    signal: new AbortController().signal,
    onRead: () => undefined,
    onDone: () => undefined,
  });
  return { ...scanned, asked };
}

const numberOf = (appId: string): number => Number(appId.replace('app-', ''));

it('apps that the engine refuses one by one hide no others', async () => {
  const run = await scan(appsOf(30), openCache(), (id) => (numberOf(id) < 14 ? denied : opens));
  expect(run).toMatchObject({ opened: 16 });
  expect(run.stopped).toBeUndefined();
});

it('an engine that answers none of a dozen apps is not asked again', async () => {
  const run = await scan(appsOf(30), openCache(), () => broken);
  expect(run.asked).toHaveLength(12);
  expect(run.stopped).toEqual({
    apps: 18,
    by: 'engine',
    reason: 'the engine answered none of the last 12 apps',
  });
});

it('an engine that asks to stay away for long is not asked again', async () => {
  const run = await scan(appsOf(5), openCache(), () => later);
  expect(run.asked).toHaveLength(1);
  expect(run.stopped).toEqual({ apps: 4, by: 'engine', reason: 'in 100 s' });
});

it.each([
  ['refused', denied],
  ['not answered', broken],
])('apps that were %s last time come after untried ones', async (_how, failed) => {
  const cache = openCache();
  const runs = [];
  for (let turn = 0; turn < 3; turn += 1) {
    runs.push(await scan(appsOf(12), cache, (id) => (numberOf(id) < 6 ? failed : opens), { left: 5 }));
  }
  expect(runs.map(({ opened, fromCache }) => [opened, fromCache])).toEqual([
    [0, 0],
    [4, 0],
    [2, 4],
  ]);
  expect(runs[2]?.asked.map(numberOf)).toEqual([10, 11, 0, 1, 2]);
});

it('an app that uses up the time comes last in the next run', async () => {
  const cache = openCache();
  const time = new AbortController();
  const stuck = (_id: string, signal: AbortSignal) =>
    new Promise<Reading>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      time.abort();
    });
  const first = await scan(appsOf(3), cache, stuck, { time: time.signal });
  expect(first.stopped).toEqual({ apps: 3, by: 'budget', reason: '--max-duration' });
  expect((await scan(appsOf(3), cache, () => opens)).asked).toEqual(['app-1', 'app-2', 'app-0']);
});

it('items that name no app cost nothing', async () => {
  const nameless = [1, 2, 3].map((number) => describeItems([itemOf('', { id: `item-${number}` })], 0));
  const run = await scan([...nameless, ...appsOf(2)], openCache(), () => opens, { left: 2 });
  expect(run).toMatchObject({ opened: 2 });
  expect(run.stopped).toBeUndefined();
  expect(run.unopened.map(({ reason }) => reason)).toEqual(Array(3).fill('its item names no app'));
});

it.each<[string, string[], object]>([
  ['that was saved long before it was read', [], {}],
  ['that was saved within this second', ['app'], { resourceUpdatedAt: `${ago(0).slice(0, 19)}Z` }],
  ['that was saved a minute before', ['app'], { resourceUpdatedAt: ago(minute) }],
  ['that was saved half an hour before', [], { resourceUpdatedAt: ago(30 * minute) }],
  ['whose time is still to come', ['app'], { resourceUpdatedAt: ago(-30 * minute) }],
  [
    'whose item alone has a time',
    ['app'],
    { resourceUpdatedAt: undefined, updatedAt: '2026-01-01T00:00:00Z' },
  ],
  ['whose time is invalid', ['app'], { resourceUpdatedAt: 'yesterday' }],
])('what is kept of an app %s', async (_when, again, fields) => {
  const cache = openCache();
  const app = describeItems([itemOf('app', fields)], 0);
  await scan([app], cache, () => opens);
  expect((await scan([app], cache, () => opens)).asked).toEqual(again);
});

it('of several items for one app, each shows that it changed', async () => {
  let second = '2026-02-01T00:00:00Z';
  const { url } = await serve((...call) =>
    json({ data: [itemOf('app'), itemOf('app', { id: 'other', resourceUpdatedAt: second })] })(...call),
  );
  const items = createItemsClient(openTestTenant(url));
  const never = new AbortController().signal;
  const reads = limitReads(never, { left: 1, time: never, apps: '', duration: '' });
  const list = async () => (await listApps(items, { spaces: [], apps: [] }, reads)).apps;
  const cache = openCache();
  expect(await scan(await list(), cache, () => opens)).toMatchObject({ opened: 1 });
  expect(await scan(await list(), cache, () => opens)).toMatchObject({ opened: 0, fromCache: 1 });
  second = '2026-03-01T00:00:00Z';
  expect(await scan(await list(), cache, () => opens)).toMatchObject({ opened: 1 });
});
