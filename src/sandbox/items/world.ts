/** What the tenant holds besides extensions: items, and what they belong to. */

import type { Collection, Item, ItemResourceType, ItemsSettings } from '../../tenant/wire.js';
import type { AppContent } from '../engine/app.js';

/** An item without the fields computed for each caller. */
export interface StoredItem {
  readonly id: string;
  readonly name: string;
  readonly resourceType: ItemResourceType;
  readonly ownerId: string;
  readonly creatorId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly collectionIds: readonly string[];
  /** Orders `recentlyUsed`; not shown. */
  readonly lastUsedAt: string;
  /** The item of which this one is a published copy; not shown. */
  readonly publishedFrom?: string;
  /** The item's place among the seeded ones, from 0; not shown. */
  readonly number?: number;
  readonly details: ItemDetails;
}

/** Fields that are shown as stored. */
export type ItemDetails = Pick<
  Item,
  | 'description'
  | 'spaceId'
  | 'thumbnailId'
  | 'itemViews'
  | 'resourceId'
  | 'resourceLink'
  | 'resourceSubType'
  | 'resourceAttributes'
  | 'resourceCustomAttributes'
  | 'resourceCreatedAt'
  | 'resourceUpdatedAt'
  | 'resourceReloadStatus'
  | 'resourceReloadEndTime'
  | 'resourceSize'
>;

export interface Space {
  readonly id: string;
  readonly type: 'shared' | 'managed' | 'data';
}

export interface StoredCollection {
  readonly id: string;
  readonly name: string;
  readonly type: Collection['type'];
  readonly description: string;
  readonly creatorId: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Ids of the tenant and of the users behind the two keys. */
export interface People {
  readonly tenantId: string;
  readonly adminId: string;
  readonly userId: string;
}

export interface World {
  readonly tenantId: string;
  readonly spaces: readonly Space[];
  readonly collections: readonly StoredCollection[];
  readonly items: readonly StoredItem[];
  readonly settings: ItemsSettings;
  /** By app id: content that replaces a seeded app's. */
  readonly apps?: Readonly<Record<string, AppContent>>;
}

/** Personal items are visible to their owner, items in a space to everyone. */
export function visibleItems(world: World, userId: string): readonly StoredItem[] {
  return world.items.filter((item) => isVisible(item, userId));
}

export function isVisible(item: StoredItem, userId: string): boolean {
  return Boolean(item.details.spaceId) || item.ownerId === userId;
}

/** Favourites and private collections are visible to their creator only. */
function visibleCollections(world: World, userId: string): readonly StoredCollection[] {
  return world.collections.filter(
    ({ type, creatorId }) => type === 'public' || type === 'publicgoverned' || creatorId === userId,
  );
}

export function collectionsOf(world: World, item: StoredItem, userId: string): readonly StoredCollection[] {
  return visibleCollections(world, userId).filter(({ id }) => item.collectionIds.includes(id));
}
