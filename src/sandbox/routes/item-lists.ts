/** The lists below `/api/v1/items`: items, collections of an item, published copies. */

import { type Answer, json, Refusal } from '../http/answer.js';
import type { Call } from '../http/call.js';
import { findItem } from '../items/change.js';
import { contains, itemFilter } from '../items/filter.js';
import { type PageRules, paginate } from '../items/page.js';
import { renderCollection, renderItem, renderPublished, type Viewer } from '../items/render.js';
import { parseTypeFilters } from '../items/resource-types.js';
import {
  collectionsOf,
  isVisible,
  type StoredCollection,
  type StoredItem,
  visibleItems,
  type World,
} from '../items/world.js';

export interface ListRequest {
  readonly world: World;
  readonly call: Call;
  readonly viewer: Viewer;
  readonly pageLinks: PageRules<unknown>['pageLinks'];
}

const sortKeys = {
  createdAt: (row: StoredItem | StoredCollection) => row.createdAt,
  updatedAt: (row: StoredItem | StoredCollection) => row.updatedAt,
  name: (row: StoredItem | StoredCollection) => row.name.toLowerCase(),
};

const itemSortKeys = { ...sortKeys, recentlyUsed: (row: StoredItem) => row.lastUsedAt };

export function listItems({ world, call, viewer, pageLinks }: ListRequest): Answer {
  const found = visibleItems(world, viewer.userId).filter(itemFilter(call.query, world));
  const { rows, links } = paginate(found, call, { sortKeys: itemSortKeys, pageLinks });
  return json(200, { data: rows.map((item) => renderItem(world, item, viewer)), links });
}

/** Without the viewer's favourites, as documented. */
export function listCollections({ world, call, viewer, pageLinks }: ListRequest, id: string): Answer {
  const wanted = (name: string) => call.query.get(name) ?? '';
  const type = wanted('type');
  if (!['', 'private', 'public', 'publicgoverned'].includes(type)) {
    throw new Refusal(400, `Unknown type: ${type}`);
  }
  const found = collectionsOf(world, findItem(world, id, viewer.userId), viewer.userId)
    .filter((collection) => collection.type !== 'favorite' && (type === '' || collection.type === type))
    .filter(({ name }) => name.includes(wanted('name')))
    .filter(({ name, description }) => [name, description].some((text) => contains(text, wanted('query'))));
  const { rows, links } = paginate(found, call, { sortKeys, pageLinks });
  return json(200, { data: rows.map((collection) => renderCollection(world, collection, viewer)), links });
}

export function listPublished({ world, call, viewer, pageLinks }: ListRequest, id: string): Answer {
  const source = findItem(world, id, viewer.userId);
  const types = parseTypeFilters(call.query.get('resourceType') ?? '').map(({ type }) => type);
  const found = world.items
    .filter((item) => item.publishedFrom === source.id && isVisible(item, viewer.userId))
    .filter(({ resourceType }) => types.length === 0 || types.includes(resourceType));
  const { rows, links } = paginate(found, call, { sortKeys, pageLinks });
  return json(200, { data: rows.map((item) => renderPublished(world, item, viewer)), links });
}
