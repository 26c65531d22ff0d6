/** What is imported into a store, and that no run of its project is beside it then. */

import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { importRuns, type WhileAlone } from '../../src/reconcile/import-runs.js';
import { openFileStore } from '../../src/store/file.js';
import type { Store } from '../../src/store/store.js';
import { createPlace, journalText, type Place, putRun, start, tenant, tenantFolder } from './place.js';

let place: Place;
let store: Store;
let alone: string | undefined;
/** What was put, and by whose lock. */
let puts: string[];
beforeEach(() => {
  place = createPlace();
  [alone, puts] = [undefined, []];
  const opened = openFileStore(join(place.root, 'store'), 'file:///store');
  const put: Store['put'] = async (name, bytes) => {
    puts.push(`${alone}: ${name}`);
    await opened.put(name, bytes);
  };
  store = { ...opened, put };
});
afterEach(() => place.remove());

const whileAlone: WhileAlone = async (of, work) => {
  expect(alone).toBeUndefined();
  alone = of.project;
  await work(() => undefined);
  alone = undefined;
};

it('each project is locked for what is written of it, and for nothing else', async () => {
  putRun(place, [start(1)]);
  putRun(place, [start(2, { project: 'other' })]);
  putRun(place, [start(3)]);
  expect(await importRuns(place.root, store, whileAlone)).toMatchObject({ runs: 3, known: 0 });
  const name = (project: string, minute: number): string =>
    `${project}: runs/${tenantFolder}/${project}/${start(minute).id}.jsonl`;
  expect(puts.sort()).toEqual([name('acme', 1), name('acme', 3), name('other', 2)]);
});

it('nothing is put once the lock is lost', async () => {
  putRun(place, [start(1)]);
  const lost: WhileAlone = (_of, work) =>
    work(() => {
      throw new Error('lost');
    });
  await expect(importRuns(place.root, store, lost)).rejects.toThrow('lost');
  expect(puts).toEqual([]);
});

it.each(['../x', 'a/b', ''])(
  'a journal of a project that no config can name is none: %j',
  async (project) => {
    const begun = start(1, { project });
    place.write(`runs/${tenantFolder}/${begun.id}.jsonl`, journalText([begun]));
    const imported = await importRuns(place.root, store, whileAlone);
    expect(imported).toMatchObject({ runs: 0, unreadable: [expect.stringContaining(begun.id)] });
    expect(puts).toEqual([]);
    expect(begun.tenant).toBe(tenant);
  },
);
