/** Laws over generated worlds: what a person's entries are is never changed, and what is ours converges, however a run dies. */

import { describe, expect, it } from 'vitest';
import { TenantError } from '../../../src/core/errors.js';
import {
  type CspDirective,
  type CspSwitch,
  covers,
  cspDirectives,
  cspSwitches,
  hostOfEntry,
  type OriginsSetting,
} from '../../../src/core/origins/csp.js';
import { type CspEntry, type CspEntryBody, isOwnEntry, switchesOf } from '../../../src/core/origins/entry.js';
import { type OriginsPlan, orderOrigins } from '../../../src/core/origins/model.js';
import { needsOf, planOrigins } from '../../../src/core/origins/plan-origins.js';
import type { Outcome } from '../../../src/core/outcome.js';
import { writeOrigins } from '../../../src/reconcile/origins/write-origins.js';
import { createRandom, type Random } from '../../fuzz/random.js';

const hosts = ['a.com', 'b.a.com', '*.a.com', 'c.org', 'c.org:8443', '*.org'];

const owners = [
  '',
  'Ada',
  'qlik-sync:acme',
  'qlik-sync:acme, see ticket 7',
  'qlik-sync:acme-2',
  'qlik-sync:other qlik-sync:acme',
];

interface World {
  readonly entries: readonly CspEntry[];
  readonly setting: OriginsSetting;
  readonly removal: 'prune' | 'keep';
}

function worldOf(random: Random): World {
  const some = <T>(all: readonly T[], most: number): readonly T[] =>
    Array.from({ length: random.upTo(most) }, () => random.oneOf(all));
  const entries = Array.from({ length: random.upTo(6) }, (_, at): CspEntry => {
    const on = Object.fromEntries(some(cspSwitches, 4).map((each) => [each, true]));
    const scheme = random.oneOf(['', '', 'https://', 'HTTPS://']);
    return {
      id: `p${at}`,
      origin: `${scheme}${random.oneOf(hosts)}`,
      description: random.oneOf(owners),
      ...on,
    };
  });
  const declared = (): Record<string, CspDirective[]> =>
    Object.fromEntries(
      some(hosts, 3).map((host) =>
        random.once(4)
          ? [`wss://${host}`, ['connect-src' as const]]
          : [`https://${host}`, [random.oneOf(cspDirectives), random.oneOf(cspDirectives)]],
      ),
    );
  return {
    entries,
    setting: { one: declared(), two: declared() },
    removal: random.oneOf(['prune', 'keep'] as const),
  };
}

class Killed extends Error {}

/** A tenant in memory. @param diesAfter requests; the last one takes effect and is not answered */
function tenantOf(entries: readonly CspEntry[], diesAfter = Number.POSITIVE_INFINITY) {
  let held = entries;
  let asked = 0;
  let made = 0;
  const answer = <T>(value: T): T => {
    asked += 1;
    if (asked > diesAfter) throw new Killed();
    return value;
  };
  const client = {
    list: async () => answer(held),
    get: async (id: string) => {
      const found = held.find((entry) => entry.id === id);
      if (found === undefined) throw new Error(`no ${id}`);
      return answer(found);
    },
    create: async (body: CspEntryBody) => {
      made += 1;
      const entry = { ...body, id: `new${asked}-${made}` };
      held = [...held, entry];
      return answer(entry);
    },
    replace: async (id: string, body: CspEntryBody) => {
      const entry = { ...body, id };
      held = held.map((each) => (each.id === id ? entry : each));
      return answer(entry);
    },
    remove: async (id: string) => {
      held = held.filter((entry) => entry.id !== id);
      return answer('removed' as const);
    },
  };
  return { client, entries: () => held, requests: () => asked };
}

function planFor({ setting, removal }: World, entries: readonly CspEntry[]): OriginsPlan {
  const needs = needsOf(new Map(Object.entries(setting)));
  return planOrigins({ needs, setting, entries, project: 'acme', manage: 'write', removal });
}

async function applyTo(world: World, tenant: ReturnType<typeof tenantOf>): Promise<readonly Outcome[]> {
  const { opens, closes } = orderOrigins({ origins: planFor(world, tenant.entries()) });
  const { signal } = new AbortController();
  // After a delete, whether it is gone is asked for: here by a list, as a 404 is only believed with one.
  const get = async (id: string): Promise<CspEntry> => {
    const found = (await tenant.client.list()).find((entry) => entry.id === id);
    if (found !== undefined) return found;
    throw new TenantError('gone', { method: 'GET', path: '/', status: 404 });
  };
  const client = { ...tenant.client, get };
  return writeOrigins([...opens, ...closes], { client, project: 'acme', signal, onOutcome: () => undefined });
}

const isTheirs = (entry: CspEntry): boolean => !isOwnEntry(entry, 'acme');

/** What is declared and not open. */
function lackingIn(world: World, entries: readonly CspEntry[]): readonly string[] {
  return planFor(world, entries).missing.flatMap(({ host, switches }) =>
    switches.map((each) => `${host} ${each}`),
  );
}

function assertConverged(world: World, entries: readonly CspEntry[]): void {
  expect(entries.filter(isTheirs)).toEqual(world.entries.filter(isTheirs));
  const { changes } = planFor(world, entries);
  expect(lackingIn(world, entries).filter((each) => !lackingIn(world, world.entries).includes(each))).toEqual(
    [],
  );
  expect(changes.filter(({ blocked }) => blocked === undefined)).toEqual([]);
  const blocked = new Set(changes.map(({ name }) => name));
  for (const { host, switches } of needsOf(new Map(Object.entries(world.setting)))) {
    if (blocked.has(`https://${host}`)) continue;
    const open = entries.filter(({ origin }) => covers(hostOfEntry(origin), host)).flatMap(switchesOf);
    expect(open).toEqual(expect.arrayContaining(switches as CspSwitch[]));
  }
  const own = entries.filter((entry) => !isTheirs(entry)).map(({ origin }) => hostOfEntry(origin));
  if (world.removal === 'prune' && changes.length === 0) expect(new Set(own).size).toBe(own.length);
}

describe('500 worlds', () => {
  it("leave others' entries unchanged, close nothing that is declared, open it, and have nothing left to do", async () => {
    const random = createRandom(17);
    for (let at = 0; at < 500; at += 1) {
      const world = worldOf(random);
      const tenant = tenantOf(world.entries);
      const outcomes = await applyTo(world, tenant);
      expect(outcomes.filter(({ status }) => status !== 'done')).toEqual([]);
      assertConverged(world, tenant.entries());
    }
  });

  it('do the same when a run dies after any of its requests', async () => {
    const random = createRandom(18);
    for (let at = 0; at < 60; at += 1) {
      const world = worldOf(random);
      const whole = tenantOf(world.entries);
      await applyTo(world, whole);
      for (let dies = 0; dies < whole.requests(); dies += 1) {
        const dying = tenantOf(world.entries, dies);
        await applyTo(world, dying).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error;
        });
        const next = tenantOf(dying.entries());
        for (let more = 0; more < 3; more += 1) await applyTo(world, next);
        assertConverged(world, next.entries());
      }
    }
  });
});
