/** Items and collections as one caller sees them. */

import type { Collection, Item, Page } from '../../tenant/wire.js';
import type { Caller } from '../http/auth.js';
import { collectionsOf, type StoredCollection, type StoredItem, visibleItems, type World } from './world.js';

export interface Viewer extends Caller {
  readonly userId: string;
  readonly origin: string;
  /** `omit` leaves out what the viewer may do with each item. */
  readonly noActions: 'omit' | 'show';
}

export function renderItem(world: World, item: StoredItem, viewer: Viewer): Item {
  const collections = collectionsOf(world, item, viewer.userId);
  const actions = viewer.noActions === 'omit' ? {} : { actions: actionsOf(item, viewer) };
  const isFavorited = collections.some(({ type }) => type === 'favorite');
  const { itemViews, ...details } = item.details;
  const { id, name, resourceType, ownerId, creatorId, createdAt, updatedAt } = item;
  return {
    id,
    name,
    resourceType,
    ...details,
    ownerId,
    creatorId,
    updaterId: ownerId,
    tenantId: world.tenantId,
    createdAt,
    updatedAt,
    collectionIds: collections.map((collection) => collection.id),
    isFavorited,
    ...actions,
    ...(itemViews && world.settings.usageMetricsEnabled ? { itemViews } : {}),
    links: itemLinks(item, viewer.origin),
    meta: { ...itemTags(collections), isFavorited, ...actions },
  };
}

function itemTags(collections: readonly StoredCollection[]) {
  const named = (wanted: (type: Collection['type']) => boolean) =>
    collections.filter(({ type }) => wanted(type)).map(({ id, name }) => ({ id, name }));
  return {
    tags: named((type) => type === 'public'),
    collections: named((type) => type === 'private' || type === 'publicgoverned'),
  };
}

function itemLinks({ id, resourceType, details }: StoredItem, origin: string): NonNullable<Item['links']> {
  const self = `${origin}/api/v1/items/${id}`;
  const target = details.resourceLink ?? `${origin}/sense/${resourceType}/${details.resourceId ?? id}`;
  return {
    self: { href: self },
    open: { href: target },
    thumbnail: { href: details.thumbnailId ?? '' },
    collections: { href: `${self}/collections` },
  };
}

function actionsOf(item: StoredItem, { role, userId }: Viewer): readonly string[] {
  const mayChange = role === 'admin' || item.ownerId === userId;
  return mayChange ? ['read', 'update', 'delete', 'change_owner'] : ['read'];
}

export function renderCollection(world: World, collection: StoredCollection, viewer: Viewer): Collection {
  const self = `${viewer.origin}/api/v1/collections/${collection.id}`;
  const items = visibleItems(world, viewer.userId).filter((item) =>
    item.collectionIds.includes(collection.id),
  );
  return {
    ...collection,
    full: false,
    itemCount: items.length,
    tenantId: world.tenantId,
    updaterId: collection.creatorId,
    links: { self: { href: self }, items: { href: `${self}/items` } },
  };
}

/**
 * A published copy. Qlik's API document declares collections here, while the operation's purpose and its `resourceType`
 * filter suggest items; so an entry is the item with everything that a collection must have.
 */
export function renderPublished(world: World, item: StoredItem, viewer: Viewer): Item & Collection {
  const rendered = renderItem(world, item, viewer);
  const self = rendered.links?.self ?? { href: '' };
  const items: Page<Item> = { data: [rendered], links: { self } };
  return {
    ...rendered,
    type: 'publicgoverned',
    full: false,
    itemCount: 1,
    links: { ...rendered.links, items: self },
    meta: { ...rendered.meta, items },
  };
}
