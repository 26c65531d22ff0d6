/** Against a seeded tenant of 1,000 apps the answers are the seed's truth, exactly. */

import { describe, expect, it } from 'vitest';
import type { AppObject } from '../../src/sandbox/engine/app.js';
import { type ImpactWorld, openImpactWorld, type TrueApp } from './support/impact-world.js';

const held = Array.from({ length: 20 }, (_, index) => `chart-${String(index).padStart(2, '0')}`);
const gone = ['lost-chart', 'forgotten-chart'];

interface Use {
  readonly app: string;
  readonly objects: readonly string[];
  readonly masterItems: readonly string[];
}

function inside(objects: readonly AppObject[]): readonly AppObject[] {
  return objects.flatMap((object) => [object, ...inside(object.children ?? [])]);
}

/** Who uses what, walked through the seed's own tree: nothing of it goes through the engine. */
function usesOf(name: string, apps: readonly TrueApp[], viewer: string): readonly Use[] {
  return apps.flatMap((app) => {
    const seen = app.sheets.filter(({ privateTo }) => privateTo === undefined || privateTo === viewer);
    const objects = seen.flatMap((sheet) => inside(sheet.objects)).filter(({ type }) => type === name);
    const masterItems = app.masterItems.filter(({ visualization }) => visualization === name);
    if (objects.length + masterItems.length === 0) return [];
    return [
      {
        app: app.id,
        objects: objects.map(({ id }) => id).sort(),
        masterItems: masterItems.map(({ title }) => title).sort(),
      },
    ];
  });
}

interface Document {
  readonly extensions: readonly {
    readonly extension: string;
    readonly uses: readonly {
      app: { id: string; usage: { users: number } };
      objects: string[];
      masterItems: string[];
    }[];
  }[];
  readonly unopened: readonly { readonly app: { readonly id: string }; readonly reason: string }[];
}

function toldBy({ extensions }: Document): Readonly<Record<string, readonly Use[]>> {
  return Object.fromEntries(
    extensions.map(({ extension, uses }) => [
      extension,
      uses
        .map(({ app, objects, masterItems }) => ({
          app: app.id,
          objects: [...objects].sort(),
          masterItems: [...masterItems].sort(),
        }))
        .sort(byApp),
    ]),
  );
}

function truthOf(names: readonly string[], apps: readonly TrueApp[], viewer: string) {
  return Object.fromEntries(names.map((name) => [name, [...usesOf(name, apps, viewer)].sort(byApp)]));
}

function byApp(a: Use, b: Use): number {
  return a.app < b.app ? -1 : 1;
}

async function openLargeTenant(): Promise<ImpactWorld> {
  return openImpactWorld(held, { engine: { apps: 1000, extensions: [...held, ...gone] } });
}

describe('1,000 apps', () => {
  it('are reported as they are', async () => {
    const world = await openLargeTenant();
    const apps = await world.apps();
    const isShut = ({ opening }: TrueApp) => opening.kind === 'refuses' && opening.times === undefined;
    const shut = apps.filter(isShut);
    const open = apps.filter((app) => !isShut(app));

    const document = await world.json(['impact']);
    expect(toldBy(document)).toEqual(truthOf(held, open, world.adminId));
    expect(document.apps).toEqual({ listed: apps.length, opened: open.length, fromCache: 0 });
    expect(document).toMatchObject({ question: 'uses', complete: false, usage: 'on', missing: [] });

    // Every app that does not open is there with its reason, and counted nowhere else.
    const reasons = new Map(
      document.unopened.map((entry: Document['unopened'][number]) => [entry.app.id, entry.reason]),
    );
    expect([...reasons.keys()].sort()).toEqual(shut.map(({ id }) => id).sort());
    for (const { id, opening } of shut) {
      expect(reasons.get(id)).toContain(opening.kind === 'refuses' ? `(${opening.code})` : '');
    }

    // From the cache the other two questions are answered the same way.
    const unused = await world.json(['impact', '--unused']);
    const trulyUnused = held.filter((name) => usesOf(name, open, world.adminId).length === 0);
    expect(unused.extensions.map(({ extension }: { extension: string }) => extension).sort()).toEqual(
      trulyUnused,
    );
    expect(trulyUnused.length).toBeGreaterThan(0);
    expect(unused.apps.fromCache).toBe(open.length);
    const missing = await world.json(['impact', '--missing']);
    const referred = gone.filter((name) => usesOf(name, open, world.adminId).length > 0);
    expect(toldBy(missing)).toEqual(truthOf(referred, open, world.adminId));
    expect(referred.length).toBeGreaterThan(0);

    // Most seen first, in every list.
    for (const { uses } of document.extensions as Document['extensions']) {
      const users = uses.map(({ app }) => app.usage.users);
      expect(users).toEqual([...users].sort((a, b) => b - a));
    }
  });

  it('are opened again only if they changed', async () => {
    const world = await openImpactWorld(held.slice(0, 3), {
      engine: { apps: 200, extensions: held, refusals: 'none' },
    });
    const apps = await world.apps();
    await world.json(['impact']);
    expect([...(await world.takeOpened())].sort()).toEqual(apps.map(({ id }) => id).sort());
    const changed = apps.filter((_, index) => index % 15 === 3).slice(0, 10);
    for (const { id, masterItems } of changed) await world.editApp({ id, masterItems });
    const document = await world.json(['impact']);
    expect([...(await world.takeOpened())].sort()).toEqual(changed.map(({ id }) => id).sort());
    expect(document.apps).toEqual({ listed: apps.length, opened: 10, fromCache: apps.length - 10 });
    expect(toldBy(document)).toEqual(truthOf(held.slice(0, 3), await world.apps(), world.adminId));
  });
});
