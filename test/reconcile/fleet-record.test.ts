/** The record of a run over a fleet: what it costs to begin, to go on and to forget, with many runs before it. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginFleetRecord, type FleetRecord, findFleetRecord } from '../../src/reconcile/fleet-record.js';
import type { Store } from '../../src/store/store.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'qlik-sync-fleet-record-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** In memory, with what each list answered. */
function createStore() {
  const held = new Map<string, Buffer>();
  const lists: { readonly prefix: string; readonly objects: number }[] = [];
  const refusing = new Set<string>();
  const store: Store = {
    address: 'memory:',
    put: async (name, bytes) => void held.set(name, Buffer.from(bytes)),
    get: async (name) => held.get(name),
    list: async (prefix) => {
      const names = [...held.keys()].filter((name) => name.startsWith(prefix));
      lists.push({ prefix, objects: names.length });
      return { objects: names.map((name) => ({ name, bytes: 0, modifiedAt: new Date() })), now: new Date() };
    },
    remove: async (name) => {
      if ([...refusing].some((part) => name.includes(part))) throw new Error('refused');
      held.delete(name);
    },
    close: async () => undefined,
  };
  return { store, held, lists, refusing };
}

const tenants = ['t7', 't8'];

const described = {
  ...({ command: 'apply', tool: 'qlik-sync/0', rules: 'all', waves: [tenants] } as const),
  ...{ content: 'sha256:0', names: [], gated: false },
};

/** A whole run, the `nth` of its kind. */
async function run(store: Store, nth: number, command: 'apply' | 'promote' = 'apply'): Promise<FleetRecord> {
  const record = await beginFleetRecord(
    { root, project: 'acme', store },
    new Date(Date.UTC(2026, 0, 1, 0, nth)),
    async () => ({ ...described, command }),
  );
  await record.begin(0);
  for (const name of tenants) {
    await record.journal(name, '20260101T000000Z-abcd');
    await record.end(name, 0);
  }
  return record;
}

describe('the record of a run over a fleet', () => {
  it('costs a list of the runs to begin, and one of its own to go on, whatever ran before', async () => {
    const { store, lists, held } = createStore();
    const ids: string[] = [];
    for (let nth = 0; nth < 24; nth += 1) {
      const record = await run(store, nth);
      ids.push(record.start.id);
      await record.close();
    }
    // What was too old went, but for what the last removal had no time for.
    const starts = [...held.keys()].filter((name) => name.includes('/starts/'));
    expect(starts.length).toBeLessThanOrEqual(24);
    lists.length = 0;
    const last = await findFleetRecord({ root, project: 'acme', store }, 'last', 'apply');
    expect(last?.start.id).toBe(ids.at(-1));
    expect([...(last?.before.environments ?? [])].map(([name]) => name).sort()).toEqual([...tenants].sort());
    expect(lists.map(({ objects }) => objects)).toEqual([starts.length, 1 + 2 * tenants.length]);
    const first = await findFleetRecord({ root, project: 'acme', store }, ids[0] ?? '', 'apply');
    expect(first).toBeUndefined();
  });

  it('is removed completely in the end, its start last, and nobody resumes what is left meanwhile', async () => {
    const { store, held, refusing } = createStore();
    const first = await run(store, 0);
    refusing.add('env~t7~');
    for (let nth = 1; nth <= 20; nth += 1) await run(store, nth);
    const left = () => [...held.keys()].filter((name) => name.includes(first.start.id));
    await expect.poll(() => left().length).toBe(3);
    expect(left().filter((name) => name.includes('/starts/'))).toHaveLength(1);
    expect(await findFleetRecord({ root, project: 'acme', store }, first.start.id, 'apply')).toBeUndefined();
    refusing.clear();
    await run(store, 21);
    await expect.poll(left).toEqual([]);
  });

  const alone = () => ({ root, project: 'acme', store: undefined });
  const removeAll = () => rmSync(join(root, '.qlik-sync'), { recursive: true });

  it('is whole again where somebody removes .qlik-sync meanwhile, and goes on', async () => {
    const record = await beginFleetRecord(alone(), new Date(), async () => described);
    await record.begin(0);
    await record.end('t7', 0);
    removeAll();
    await Promise.all([record.end('t8', 5), record.endWave(0)]);
    const found = await findFleetRecord(alone(), 'last', 'apply');
    expect(found?.start).toEqual(record.start);
    expect([...(found?.before.environments ?? [])].sort()).toEqual([
      ['t7', { runs: [], exitCode: 0 }],
      ['t8', { runs: [], exitCode: 5 }],
    ]);
    expect([...(found?.before.endedMsAgo.keys() ?? [])]).toEqual([0]);
    removeAll();
    await found?.end('t8', 0);
    const again = await findFleetRecord(alone(), record.start.id, 'apply');
    expect(again?.before.environments).toEqual(new Map([['t8', { runs: [], exitCode: 0 }]]));
  });

  it('is not written where a link to another place is put meanwhile', async () => {
    const record = await beginFleetRecord(alone(), new Date(), async () => described);
    removeAll();
    mkdirSync(join(root, 'elsewhere'));
    symlinkSync(join(root, 'elsewhere'), join(root, '.qlik-sync'), 'junction');
    await expect(record.end('t7', 0)).rejects.toThrow(/cannot be written: .* is a link to another place/);
    expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
  });

  it('is distinguished from one of another command or project', async () => {
    const { store } = createStore();
    const applied = await run(store, 0);
    await run(store, 1, 'promote');
    const places = { root, project: 'acme', store };
    expect((await findFleetRecord(places, 'last', 'apply'))?.start.id).toBe(applied.start.id);
    expect(await findFleetRecord({ ...places, project: 'acme-2' }, 'last', 'apply')).toBeUndefined();
  });
});
