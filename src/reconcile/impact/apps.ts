/** The apps of a tenant, as the Items API lists them. */

import { UserError } from '../../core/errors.js';
import type { AppFacts } from '../../core/impact.js';
import { withoutUndefined } from '../../core/present.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { ItemsQuery } from '../../tenant/items-query.js';
import type { Item } from '../../tenant/wire.js';

export interface AppQuery {
  /** Ids of spaces; `personal` is one as well. Empty: all. */
  readonly spaces: readonly string[];
  /** Ids of apps, or parts of their names in any case. Empty: all. */
  readonly apps: readonly string[];
}

export interface ListedApp {
  readonly facts: AppFacts;
  /** Changes when the app does; absent where the tenant gives no time, and then nothing about it is remembered. */
  readonly stamp?: string;
  /** `copy`: published from another app, so that nothing is published from it. */
  readonly kind: 'original' | 'copy';
  /** What its collections are not told by: the list holds their ids only. */
  readonly untoldCollections: number;
}

export interface AppList {
  /** Each app once. */
  readonly apps: readonly ListedApp[];
  /** Why the list is not whole. */
  readonly broken?: string;
}

const appIdForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads page by page. A page that fails ends the list, which then says so.
 *
 * @throws TenantError where not even a first page comes, or for credentials; the signal's reason
 */
export async function listApps(items: ItemsClient, query: AppQuery, signal: AbortSignal): Promise<AppList> {
  const apps = new Map<string, Item>();
  try {
    for (const filter of filtersOf(query)) {
      for await (const item of items.list({ ...everyApp, ...filter }, { signal })) {
        const key = item.resourceId ?? item.id;
        if (!apps.has(key)) apps.set(key, item);
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    if (apps.size === 0 || !(error instanceof UserError) || error.exitCode === 4) throw error;
    return { apps: describeAll(apps), broken: error.message };
  }
  return { apps: describeAll(apps) };
}

/** In the order of their making, which no edit changes while the pages are read. */
const everyApp: ItemsQuery = { resourceType: 'app', limit: 100, noActions: true, sort: '+createdAt' };
const idsInOneQuery = 100;

function filtersOf({ spaces, apps }: AppQuery): readonly ItemsQuery[] {
  const ids = apps.filter((app) => appIdForm.test(app));
  const names = apps.filter((app) => !appIdForm.test(app));
  const chunks = Array.from({ length: Math.ceil(ids.length / idsInOneQuery) }, (_, index) =>
    ids.slice(index * idsInOneQuery, (index + 1) * idsInOneQuery),
  );
  const byApp: readonly ItemsQuery[] =
    apps.length === 0
      ? [{}]
      : [...chunks.map((resourceIds) => ({ resourceIds })), ...names.map((name) => ({ name }))];
  if (spaces.length === 0) return byApp;
  return spaces.flatMap((spaceId) => byApp.map((filter) => ({ ...filter, spaceId })));
}

function describeAll(items: ReadonlyMap<string, Item>): readonly ListedApp[] {
  const copies = countCopies(items.values());
  return [...items.values()].map((item) => describe(item, copies.get(item.resourceId ?? '') ?? 0));
}

/** Where copies are in the same list; those that are not have to be asked for. */
function countCopies(items: Iterable<Item>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { resourceAttributes } of items) {
    const origin = resourceAttributes?.['originAppId'];
    if (typeof origin === 'string' && origin !== '') counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  return counts;
}

function describe(item: Item, publishedCopies: number): ListedApp {
  const { id, resourceId, name, itemViews, meta, resourceAttributes } = item;
  const names = (list: readonly { readonly name: string }[] | undefined): readonly string[] =>
    (list ?? []).map((entry) => entry.name);
  const times = [item.resourceUpdatedAt, item.updatedAt].filter((time) => time !== undefined && time !== '');
  return {
    facts: {
      id: resourceId ?? '',
      itemId: id,
      name,
      collections: names(meta?.collections),
      tags: names(meta?.tags),
      publishedCopies,
      ...withoutUndefined({
        space: item.spaceId === '' ? undefined : item.spaceId,
        owner: item.ownerId,
        updatedAt: times[0],
        usage: itemViews && {
          views: itemViews.total ?? 0,
          users: itemViews.unique ?? 0,
          ...withoutUndefined({ trend: itemViews.trend }),
        },
      }),
    },
    ...(times.length > 0 && { stamp: times.join(' ') }),
    kind: resourceAttributes?.['published'] === true ? 'copy' : 'original',
    untoldCollections: meta === undefined ? (item.collectionIds?.length ?? 0) : 0,
  };
}

/** What an app is told apart by; an item that names none stands for itself. */
export function keyOf({ facts }: ListedApp): string {
  return facts.id === '' ? `item ${facts.itemId}` : facts.id;
}
