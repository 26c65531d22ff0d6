/** What the name of a journal says in a store, by whether the lock was held to the end. */

import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { beginJournal } from '../../src/pipeline/recording.js';
import type { Survey } from '../../src/reconcile/journal/survey.js';
import { createSlots } from '../../src/reconcile/slots.js';
import { prefixOf, wholeName } from '../../src/reconcile/store-place.js';
import type { RunStore } from '../../src/run/store.js';
import { openFileStore } from '../../src/store/file.js';
import { createPlace, noCounts, type Place, runOptions, tenant } from '../reconcile/place.js';

let place: Place;
beforeEach(() => {
  place = createPlace();
});
afterEach(() => place.remove());

const none: Survey = { open: [], themes: 'none' };

it.each([
  ['held', none, { themes: 'none' }],
  ['lost', none, undefined],
  ['held', undefined, undefined],
] as const)('the lock is %s, and before was %j', async (lock, earlier, settled) => {
  const store = openFileStore(join(place.root, 'store'), 'file:///store');
  const runStore: RunStore = {
    store,
    take: async () => async () => undefined,
    ...{ fetched: async () => undefined, fetchAll: async () => undefined, close: async () => undefined },
    ...{ assertHeld: () => undefined, slots: createSlots(1), runs: () => [], later: () => undefined },
    isHeld: () => lock === 'held',
  };
  const { tool, project, who, source } = runOptions(place.root);
  const run = {
    settings: { config: { root: place.root, project }, tool },
    tenant: { identity: tenant, header: {} },
  };
  const journal = await beginJournal(
    { ...(run as unknown as Parameters<typeof beginJournal>[0]), store: runStore },
    { command: 'apply' },
    Promise.resolve({ who, source } as Awaited<Parameters<typeof beginJournal>[2]>),
    earlier,
  );
  await journal.end(0, noCounts);
  const prefix = prefixOf('runs', { tenant, project });
  const { objects } = await store.list(prefix);
  expect(objects.map(({ name }) => name)).toContain(wholeName(prefix, journal.id, settled));
});
