import { statSync, truncateSync, utimesSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSharedVault } from '../../../src/reconcile/backup/shared-vault.js';
import { createVault, type Vault } from '../../../src/reconcile/backup/vault.js';
import { fetchRuns, type ListedRun } from '../../../src/reconcile/journal/fetch-runs.js';
import { type Retention, retain } from '../../../src/reconcile/retention.js';
import type { RunLine, RunStart } from '../../../src/reconcile/run-record.js';
import { parseRunObject, prefixOf, wholeName } from '../../../src/reconcile/store-place.js';
import { openFileStore } from '../../../src/store/file.js';
import type { Store } from '../../../src/store/store.js';
import { itOverEach } from '../../store/over-stores.js';
import { openStoreOf } from '../../store/running-store.js';
import {
  answered,
  createPlace,
  journalText,
  type Place,
  putRun as putRunIn,
  requested,
  start,
  tenant,
  tenantFolder,
} from '../place.js';

let place: Place;
let store: Store | undefined;
let vault: Vault;
beforeEach(async () => {
  place = createPlace();
  store = await openStoreOf(place.root);
  const local = createVault({ root: place.root, tenant });
  vault = store === undefined ? local : createSharedVault(local, { store, tenant, project: 'acme' });
});
afterEach(async () => {
  place.remove();
  await store?.close();
});

const runs = `runs/${tenantFolder}`;
const backups = `backups/${tenantFolder}`;
const day = 24 * 60;
/** Journals of the tests begin with November. */
const now = new Date(Date.UTC(2026, 10, 23));

/** Without bringing any here. */
async function listRuns(from: Store): Promise<readonly ListedRun[]> {
  const { objects } = await from.list('runs/');
  return objects.flatMap((object) => {
    const run = parseRunObject(object.name);
    return run === undefined ? [] : [{ ...object, ...run }];
  });
}

const of = { tenant, project: 'acme' };

const isHeld = (): boolean => true;

async function tidy(more: Partial<Retention> = {}) {
  const shared =
    store && !('shared' in more)
      ? { store, isHeld, runs: await fetchRuns({ root: place.root, store, of, which: 'all' }) }
      : undefined;
  return retain({ root: place.root, ...of, keep: 20, days: 90, now, shared, ...more });
}

/** In the store where there is one, which then is the only place. */
async function putRun(lines: readonly [RunStart, ...RunLine[]]): Promise<void> {
  const [first] = lines;
  if (store === undefined || first.project !== 'acme') putRunIn(place, lines);
  else await store.put(wholeName(prefixOf('runs', first), first.id), Buffer.from(journalText(lines)));
}

/** What is there still, and the same in the store. */
async function namesKept(kind: 'runs' | 'backups'): Promise<readonly string[]> {
  const here = place.list(`${kind}/${tenantFolder}`);
  const listed = await store?.list(`${kind}/`);
  if (listed !== undefined) {
    expect(listed.objects.map(({ name }) => basename(name)).sort()).toEqual(here);
  }
  return here;
}

/** A file of the vault that was not used for a day. */
async function keep(content: string): Promise<string> {
  const md5 = await vault.put(Buffer.from(content));
  const yesterday = new Date(now.getTime() - 86_400_000);
  utimesSync(place.path(`${backups}/${md5}.zip`), yesterday, yesterday);
  return md5;
}

const previous = (md5: string) => ({ id: 'x', tags: [], archive: 'stored', md5 }) as const;
const idsKept = async () => (await namesKept('runs')).map((name) => name.replace('.jsonl', ''));

describe('retention', () => {
  itOverEach('keeps so many runs, the newest', async () => {
    for (let minute = 1; minute <= 5; minute += 1) await putRun([start(minute)]);
    expect(await tidy({ keep: 2 })).toEqual({ runs: 3, files: 0 });
    expect(await idsKept()).toEqual([start(4).id, start(5).id]);
  });

  itOverEach('keeps none that is older', async () => {
    await putRun([start(0)]);
    await putRun([start(20 * day)]);
    await putRun([start(21 * day)]);
    await tidy({ days: 10 });
    expect(await idsKept()).toEqual([start(20 * day).id, start(21 * day).id]);
  });

  itOverEach.each([{ keep: 0 }, { days: 0 }])('keeps the newest whatever the limits: %j', async (limits) => {
    await putRun([start(1)]);
    await putRun([start(2)]);
    await tidy(limits);
    expect(await idsKept()).toEqual([start(2).id]);
  });

  itOverEach('removes what no kept run mentions, and only that', async () => {
    const [gone, sent, before, unmentioned] = await Promise.all(['1', '2', '3', '4'].map(keep));
    if (gone === undefined || sent === undefined || before === undefined) throw new Error('four were stored');
    await putRun([start(1), requested(1, 'a', { previous: previous(gone) })]);
    await putRun([
      start(2),
      requested(1, 'a', { previous: previous(before), sent: { tags: [], md5: sent } }),
    ]);
    expect(await tidy({ keep: 1 })).toEqual({ runs: 1, files: 2 });
    expect(await namesKept('backups')).toEqual([`${sent}.zip`, `${before}.zip`].sort());
    expect(unmentioned).toBeDefined();
  });

  it('another project of the tenant keeps its runs and what they mention', async () => {
    const md5 = await keep('theirs');
    await putRun([start(1, { project: 'other' }), requested(1, 'a', { previous: previous(md5) })]);
    await putRun([start(2)]);
    await putRun([start(3)]);
    await tidy({ keep: 1 });
    expect(await idsKept()).toEqual([start(1).id, start(3).id]);
    expect(await vault.has(md5)).toBe(true);
  });

  itOverEach('never touches an unfinished replace', async () => {
    const md5 = await keep('needed');
    const deleting = { action: 'replace', request: 'delete', previous: previous(md5) } as const;
    await putRun([start(1), requested(1, 'a', deleting), answered(1)]);
    for (let minute = 2; minute < 6; minute += 1) await putRun([start(minute)]);
    await tidy({ keep: 1, days: 0 });
    expect(await idsKept()).toEqual([start(1).id, start(5).id]);
    expect(await vault.has(md5)).toBe(true);
  });

  itOverEach('keeps what the end of a journal mentions of which only the begin is here', async () => {
    const md5 = await keep('written by a watch later');
    const lines = [start(2), requested(1, 'a', { previous: previous(md5) }), answered(1)] as const;
    await putRun(lines);
    putRunIn(place, [start(2)]);
    await putRun([start(1)]);
    const shared = store && { store, isHeld, runs: await listRuns(store) };
    if (shared === undefined) putRunIn(place, lines);
    else putRunIn(place, [start(1)]);
    putRunIn(place, [start(3)]);
    await tidy({ keep: 2, shared });
    expect(await vault.read(md5)).toBeDefined();
    expect((await store?.list('backups/'))?.objects.length).toBe(store && 1);
  });

  it('removes nothing from a store once the lock there is lost', async () => {
    const shared = openFileStore(place.path('store'), 'file:///store');
    for (const minute of [1, 2, 3]) {
      putRunIn(place, [start(minute)]);
      await shared.put(wholeName(prefixOf('runs', of), start(minute).id), Buffer.from('a journal'));
    }
    const removed: string[] = [];
    const counting: Store = { ...shared, remove: async (name) => void removed.push(name) };
    const run = { store: counting, runs: await listRuns(shared), isHeld: () => removed.length === 0 };
    await tidy({ keep: 1, shared: run });
    expect(removed).toHaveLength(1);
  });

  it('never touches what was used within the hour', async () => {
    const md5 = await vault.put(Buffer.from('of a run that begins now'));
    const { mtimeMs } = statSync(place.path(`${backups}/${md5}.zip`));
    expect(await tidy({ now: new Date(mtimeMs + 3_500_000) })).toEqual({
      runs: 0,
      files: 0,
    });
    expect(await vault.has(md5)).toBe(true);
  });

  it('a journal that it cannot read keeps what it mentions, until it is too old', async () => {
    const md5 = await keep('of a newer version');
    const file = `${runs}/${start(1).id}.jsonl`;
    place.write(file, `{"kind":"run","version":9,"archive":"${md5}"}\n`);
    await tidy({ keep: 0 });
    expect(await vault.has(md5)).toBe(true);
    const long = new Date(now.getTime() - 91 * 86_400_000);
    utimesSync(place.path(file), long, long);
    utimesSync(place.path(`${backups}/${md5}.zip`), long, long);
    expect(await tidy()).toEqual({ runs: 1, files: 1 });
    expect([...place.list(runs), ...place.list(backups)]).toEqual([]);
  });

  it('a journal that is too large to read may need any copy, so none is removed', async () => {
    const md5 = await keep('perhaps needed');
    place.write(`${runs}/${start(1).id}.jsonl`, '');
    truncateSync(place.path(`${runs}/${start(1).id}.jsonl`), 300 * 2 ** 20);
    await putRun([start(2)]);
    await putRun([start(3)]);
    expect(await tidy({ keep: 1 })).toEqual({ runs: 1, files: 0 });
    expect(await vault.has(md5)).toBe(true);
  });

  it('removes half-written files', async () => {
    for (const [name, age] of [
      ['old', 2],
      ['new', 0],
    ] as const) {
      const file = `${backups}/${'a'.repeat(32)}.zip.${name === 'old' ? '0' : '1'}123456789ab`;
      place.write(file, 'half');
      const time = new Date(now.getTime() - age * 3_600_000);
      utimesSync(place.path(file), time, time);
    }
    await tidy();
    expect(place.list(backups)).toEqual([`${'a'.repeat(32)}.zip.1123456789ab`]);
  });

  itOverEach('has nothing to do where nothing is', async () => {
    expect(await tidy()).toEqual({ runs: 0, files: 0 });
    expect(place.list('.')).toEqual([]);
  });
});
