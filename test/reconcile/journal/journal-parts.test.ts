/** A journal in a store, whose parts are put side by side: who reads it elsewhere has every line that a request waited for. */

import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchRuns } from '../../../src/reconcile/journal/fetch-runs.js';
import { openRun } from '../../../src/reconcile/journal/journal.js';
import { readRuns } from '../../../src/reconcile/journal/runs.js';
import { type RunningStore, startStore } from '../../../src/sandbox/store/start-store.js';
import type { Store } from '../../../src/store/store.js';
import { control, envOf, openAt } from '../../store/stores.js';
import { createPlace, noCounts, type Place, runOptions, tenant, tenantFolder } from '../place.js';

let running: RunningStore;
let store: Store;
let here: Place;
beforeEach(async () => {
  running = await startStore({ apiKey: 'control' });
  store = await openAt(running.address, envOf(running));
  here = createPlace();
});
afterEach(async () => {
  here.remove();
  await store.close();
  await running.close();
});

const patch = { name: 'a', action: 'update', request: 'patch' } as const;

const of = { tenant, project: 'acme' };

/** What a machine that was never here before has of the only run. */
async function readElsewhere(id: string) {
  const elsewhere = createPlace();
  try {
    await fetchRuns({ root: elsewhere.root, store, of });
    const path = elsewhere.path(`runs/${tenantFolder}/${id}.jsonl`);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const [run] = await readRuns({ root: elsewhere.root });
    return { text, run };
  } finally {
    elsewhere.remove();
  }
}

const textHere = (id: string): string => readFileSync(here.path(`runs/${tenantFolder}/${id}.jsonl`), 'utf8');

const puts = async (): Promise<readonly string[]> => {
  const requests = (await control(running, 'GET', 'requests')) as readonly {
    readonly method: string;
    readonly path: string;
  }[];
  return requests.filter(({ method }) => method === 'PUT').map(({ path }) => path);
};

describe('a journal in parts', () => {
  it('is at any moment the beginning of the one here, with each line that is waited for', async () => {
    // Some land much later than those that were put after them.
    const faults = [1, 4, 5, 9, 14].map((skip) => ({
      method: 'PUT',
      kind: 'stall',
      skip,
      times: 1,
      stallMs: 60,
    }));
    await control(running, 'POST', 'faults', faults);
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
  });

  it('what comes in one moment is one part, with the first line', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    await Promise.all(Array.from({ length: 40 }, () => run.before(patch)));
    expect((await puts()).length).toBe(1);
    await run.end(0, noCounts);
  });

  it('where one part fails for good, nothing that was waited for is lost, and nothing more is written', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    const first = await run.before(patch);
    await control(running, 'POST', 'faults', [
      { method: 'PUT', kind: 'status', status: 403, skip: 1, times: 1 },
    ]);
    const results = await Promise.allSettled(
      [0, 15, 30].map(async (ms) => {
        await new Promise((resolve) => setTimeout(resolve, ms));
        return run.before(patch);
      }),
    );
    const steps = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const { run: read } = await readElsewhere(run.id);
    const known = read?.steps.map(({ before }) => before.step) ?? [];
    expect(known).toEqual(expect.arrayContaining([first, ...steps]));
    expect(read?.damaged).toBe(undefined);
    await expect(run.before(patch)).rejects.toThrow('The journal cannot be written');
    const before = (await puts()).length;
    await expect(run.before(patch)).rejects.toThrow('The journal cannot be written');
    expect((await puts()).length).toBe(before);
    await run.end(5, noCounts);
    expect((await readElsewhere(run.id)).text).toBe(textHere(run.id));
  });

  it('a part that the store lost shows as damage, unless others have its lines', async () => {
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

  it('that could not be joined keeps its parts, with the end', async () => {
    const run = await openRun(runOptions(here.root, { store }));
    await run.before(patch);
    const whole = `*/${run.id}.jsonl`;
    await control(running, 'POST', 'faults', [{ method: 'PUT', path: whole, kind: 'status', status: 403 }]);
    await run.end(0, noCounts);
    const { text, run: read } = await readElsewhere(run.id);
    expect(text).toBe(textHere(run.id));
    expect(read?.end?.exitCode).toBe(0);
  });
});
