/** The apps of a tenant, as the Items API lists them. */

import { UserError } from '../../core/errors.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { ItemsQuery } from '../../tenant/items-query.js';
import type { Item } from '../../tenant/wire.js';
import { appIdOf, describeItem, type ListedApp, originOf } from './listed-app.js';

export interface AppQuery {
  /** Ids of spaces; `personal` is one as well. Empty: all. */
  readonly spaces: readonly string[];
  /** Ids of apps, or parts of their names in any case. Empty: all. */
  readonly apps: readonly string[];
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
        const key = appIdOf(item) || `item ${item.id}`;
        if (item.resourceType === 'app' && !apps.has(key)) apps.set(key, item);
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
  return [...items.values()].map((item) => describeItem(item, copies.get(appIdOf(item)) ?? 0));
}

/** Where copies are in the same list; those that are not have to be asked for. */
function countCopies(items: Iterable<Item>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const origin = originOf(item);
    if (origin !== undefined) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  return counts;
}
