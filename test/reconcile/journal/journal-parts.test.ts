/** A journal in a store, whose parts are put side by side: who reads it elsewhere has every line that a request waited for. */

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { fetchRuns } from '../../../src/reconcile/journal/fetch-runs.js';
import { openRun } from '../../../src/reconcile/journal/journal.js';
import { readRuns } from '../../../src/reconcile/journal/runs.js';
import { type Store, StoreError } from '../../../src/store/store.js';
import { itOverStores } from '../../store/over-stores.js';
import { openStoreOf } from '../../store/running-store.js';
import { createPlace, noCounts, type Place, runOptions, tenant, tenantFolder } from '../place.js';

let here: Place;
let store: Store;
/** Of the puts, by what arrived. */
let puts: string[];
/** What becomes of a put before it takes place, by its number from 1. */
let disturb: (number: number, name: string) => Promise<void>;
beforeEach(async () => {
  here = createPlace();
  [puts, disturb] = [[], async () => undefined];
  const opened = await openStoreOf(here.root);
  if (opened === undefined) throw new Error('these tests are about a store');
  store = {
    ...opened,
    put: async (name, bytes, signal) => {
      await disturb(puts.push(name), name);
      await opened.put(name, bytes, signal);
    },
  };
});
afterEach(async () => {
  here.remove();
  await store.close();
});

const refused = new StoreError('rights', 'this key may not write there');

const patch = { name: 'a', action: 'update', request: 'patch' } as const;

const of = { tenant, project: 'acme' };

/** What a machine that was never here before has of the only run. */
async function readElsewhere(id: string) {
  const elsewhere = createPlace();
  try {
    await fetchRuns({ root: elsewhere.root, store, of, which: 'all' });
    const path = elsewhere.path(`runs/${tenantFolder}/${id}.jsonl`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const [run] = await readRuns({ root: elsewhere.root });
    return { text, run };
  } finally {
    elsewhere.remove();
  }
}

const textHere = (id: string): string => readFileSync(here.path(`runs/${tenantFolder}/${id}.jsonl`), 'utf8');

describe('a journal in parts', () => {
  itOverStores(
    'is at any moment the beginning of the one here, with each line that is waited for',
    async () => {
      // Some land much later than those that were put after them.
      disturb = async (number) => {
        if ([2, 5, 6, 10, 15].includes(number)) await sleep(60);
      };
      const removing: Promise<void>[] = [];
      const onLater = (work: Promise<void>): void => void removing.push(work);
      const run = await openRun(runOptions(here.root, { store, onLater }));
      const work = async (worker: number): Promise<void> => {
        for (let round = 0; round < 6; round += 1) {
          const step = await run.before({ ...patch, name: `n${worker}-${round}` });
          const seen = await readElsewhere(run.id);
          expect(textHere(run.id).startsWith(seen.text)).toBe(true);
          expect(seen.run?.steps.map(({ before }) => before.step)).toContain(step);
          expect(seen.run?.damaged).toBe(undefined);
          await run.after({ step, result: 'done' });
        }
      };
      await Promise.all([1, 2, 3, 4].map(work));
      await run.end(0, noCounts);
      await Promise.all(removing);
      const objects = (await store.list('runs/')).objects.map(({ name }) => name);
      expect(objects).toEqual([expect.stringContaining(`/${run.id}.jsonl`)]);
      expect((await readElsewhere(run.id)).text).toBe(textHere(run.id));
    },
  );

  itOverStores('what comes in one moment is one part, with the first line', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    await Promise.all(Array.from({ length: 40 }, () => run.before(patch)));
    expect(puts).toHaveLength(1);
    await run.end(0, noCounts);
  });

  itOverStores(
    'where one part fails for good, nothing that was waited for is lost, and nothing more is written',
    async () => {
      const run = await openRun(runOptions(here.root, { store }));
      const first = await run.before(patch);
      disturb = async (number) => {
        if (number === 3) throw refused;
      };
      const results = await Promise.allSettled(
        [0, 15, 30].map(async (ms) => {
          await sleep(ms);
          return run.before(patch);
        }),
      );
      const steps = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const { run: read } = await readElsewhere(run.id);
      const known = read?.steps.map(({ before }) => before.step) ?? [];
      expect(known).toEqual(expect.arrayContaining([first, ...steps]));
      expect(read?.damaged).toBe(undefined);
      await expect(run.before(patch)).rejects.toThrow('The journal cannot be written');
      const before = puts.length;
      await expect(run.before(patch)).rejects.toThrow('The journal cannot be written');
      expect(puts).toHaveLength(before);
      await run.end(5, noCounts);
      expect((await readElsewhere(run.id)).text).toBe(textHere(run.id));
    },
  );

  itOverStores('a part that the store lost shows as damage, unless others have its lines', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    for (let step = 1; step <= 4; step += 1) await run.before(patch);
    const names = (await store.list('runs/')).objects.map(({ name }) => name).sort();
    expect(names).toHaveLength(4);
    await store.remove(names[1] ?? '');
    const { run: read } = await readElsewhere(run.id);
    expect(read?.steps.map(({ before }) => before.step)).toEqual([1, 3, 4]);
    expect(read?.damaged).toBe(true);
    await run.end(0, noCounts);
  });

  itOverStores('that could not be joined keeps its parts, with the end', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    await run.before(patch);
    disturb = async (_number, name) => {
      if (name.endsWith(`/${run.id}.jsonl`)) throw refused;
    };
    await run.end(0, noCounts);
    const { text, run: read } = await readElsewhere(run.id);
    expect(text).toBe(textHere(run.id));
    expect(read?.end?.exitCode).toBe(0);
  });
});
