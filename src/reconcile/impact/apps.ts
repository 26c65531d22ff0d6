/** The apps of a tenant, as the Items API lists them. */

import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { ItemsQuery } from '../../tenant/items-query.js';
import type { Item } from '../../tenant/wire.js';
import type { TimedReads } from './budget.js';
import { appIdOf, describeItems, type ListedApp, originOf } from './listed-app.js';

export interface AppList {
  /** Each app once. */
  readonly apps: readonly ListedApp[];
  /** Why the list is incomplete. */
  readonly broken?: string;
  /** The parts of the query that found nothing; empty if the list is incomplete. */
  readonly unmatched: AppQuery;
}

/**
 * Reads page by page. A failed page or the end of the time ends the list, which then says so in `broken`.
 *
 * @throws TenantError if not even the first page arrives, or for refused credentials; the run's own abort reason
 */
export async function listApps(items: ItemsClient, query: AppQuery, reads: TimedReads): Promise<AppList> {
  const apps = new Map<string, Items>();
  const matches = createMatches(query);
  try {
    for (const filter of filtersOf(query)) {
      for await (const item of items.list({ ...everyApp, ...filter }, { signal: reads.signal })) {
        if (item.resourceType !== 'app') continue;
        addTo(apps, item);
        matches.note(filter, appIdOf(item));
      }
    }
  } catch (error) {
    const cut = reads.cutBy();
    if (cut !== undefined) return brokenList(cut, describeAll(apps));
    if (apps.size === 0 || !(error instanceof UserError) || error.exitCode === exitCodes.auth) throw error;
    return brokenList(error.message, describeAll(apps));
  }
  return { apps: describeAll(apps), unmatched: matches.none() };
}

export function brokenList(broken: string, apps: readonly ListedApp[] = []): AppList {
  return { apps, broken, unmatched: { spaces: [], apps: [] } };
}

/** In the order of creation, which no edit changes while the pages are read. */
const everyApp: ItemsQuery = { resourceType: 'app', limit: 100, noActions: true, sort: '+createdAt' };

/** The items of one app. */
type Items = readonly [Item, ...Item[]];

/** Adds an item once, even if several filters find it. */
function addTo(apps: Map<string, Items>, item: Item): void {
  const key = appIdOf(item) || `item ${item.id}`;
  const [first, ...others] = apps.get(key) ?? [];
  if (first === undefined) apps.set(key, [item]);
  else if (![first, ...others].some(({ id }) => id === item.id)) apps.set(key, [first, ...others, item]);
}

function describeAll(apps: ReadonlyMap<string, Items>): readonly ListedApp[] {
  const copies = countCopies([...apps.values()].map(([first]) => first));
  return [...apps.values()].map((items) => describeItems(items, copies.get(appIdOf(items[0])) ?? 0));
}

/** Published copies in the same list, by original; others have to be requested. */
function countCopies(items: Iterable<Item>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const origin = originOf(item);
    if (origin !== undefined) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  return counts;
}

/** Which apps are listed. */
export interface AppQuery {
  /** Ids of spaces; `personal` is one as well. Empty: all. */
  readonly spaces: readonly string[];
  /** Ids of apps, or parts of their names in any case. Empty: all. */
  readonly apps: readonly string[];
}

type AppFilter = Pick<ItemsQuery, 'resourceIds' | 'name' | 'spaceId'>;

const appIdForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const idsInOneQuery = 100;

function filtersOf({ spaces, apps }: AppQuery): readonly AppFilter[] {
  const ids = apps.filter((app) => appIdForm.test(app));
  const names = apps.filter((app) => !appIdForm.test(app));
  const chunks = Array.from({ length: Math.ceil(ids.length / idsInOneQuery) }, (_, index) =>
    ids.slice(index * idsInOneQuery, (index + 1) * idsInOneQuery),
  );
  const byApp: readonly AppFilter[] =
    apps.length === 0
      ? [{}]
      : [...chunks.map((resourceIds) => ({ resourceIds })), ...names.map((name) => ({ name }))];
  if (spaces.length === 0) return byApp;
  return spaces.flatMap((spaceId) => byApp.map((filter) => ({ ...filter, spaceId })));
}

interface Matches {
  /** Notes that this filter found an app. */
  readonly note: (filter: AppFilter, appId: string) => void;
  /** The parts of the query that found nothing, except `personal`: having no personal app is not a mistake. */
  readonly none: () => AppQuery;
}

function createMatches({ spaces, apps }: AppQuery): Matches {
  const [seenSpaces, seenNames, seenIds] = [new Set(['personal']), new Set<string>(), new Set<string>()];
  const isSeen = (app: string): boolean =>
    appIdForm.test(app) ? seenIds.has(app.toLowerCase()) : seenNames.has(app);
  return {
    note({ spaceId, name }, appId) {
      if (spaceId !== undefined) seenSpaces.add(spaceId);
      if (name !== undefined) seenNames.add(name);
      seenIds.add(appId.toLowerCase());
    },
    none: () => ({
      spaces: spaces.filter((space) => !seenSpaces.has(space)),
      apps: apps.filter((app) => !isSeen(app)),
    }),
  };
}

/** @throws UserError for any filter that found nothing: that is a mistake rather than an answer */
export function assertMatched(query: AppQuery, unmatched: AppQuery): void {
  if (unmatched.spaces.length + unmatched.apps.length === 0) return;
  const named = (part: keyof AppQuery): string =>
    (unmatched[part].length > 0 ? unmatched : query)[part].join(' or ');
  const app = named('apps') === '' ? '' : ` ${named('apps')}`;
  const space = named('spaces') === '' ? '' : ` in the space ${named('spaces')}`;
  throw new UserError(`The tenant shows no app${app}${space}.`, {
    hint: 'Give an app by its id or a part of its name, in any case; a space by its id, or as personal.',
  });
}
