/** The tenant of a seed: enough of everything to page through and to filter. */

import type { ItemResourceType } from '../../tenant/wire.js';
import { createRandom, type Random } from './random.js';
import { seedItem } from './seed-item.js';
import type { People, Space, StoredCollection, StoredItem, World } from './world.js';

/** Mostly apps, as on real tenants. */
const counts: Readonly<Record<ItemResourceType, number>> = {
  app: 150,
  qlikview: 5,
  qvapp: 8,
  genericlink: 10,
  sharingservicetask: 4,
  note: 12,
  dataasset: 8,
  dataset: 30,
  automation: 16,
  'automl-experiment': 4,
  'automl-deployment': 3,
};

/** @param apps number of apps besides published copies; default 150 */
export function seedWorld(seed: number, apps: number = counts.app): World {
  const random = createRandom(seed);
  const { tenantId, adminId, userId } = seedPeople(seed);
  const users = [adminId, userId, ...Array.from({ length: 4 }, () => random.hex(24))];
  const spaces = seedSpaces(random);
  const collections = seedCollections(random, adminId, userId);
  const setting = { users, spaces, collections };
  const originals = Object.entries({ ...counts, app: apps }).flatMap(([type, count]) =>
    Array.from({ length: count }, (_, index) =>
      seedItem(random, setting, { type: type as ItemResourceType, number: index + 1 }),
    ),
  );
  const items = [...originals, ...publishedCopies(random, originals, spaces)].map((item, number) => ({
    ...item,
    number,
  }));
  const settings = { usageMetricsEnabled: true };
  return { tenantId, spaces, collections, items, settings };
}

export function seedPeople(seed: number): People {
  const random = createRandom(seed + 1);
  return { tenantId: random.hex(32), adminId: random.hex(24), userId: random.hex(24) };
}

function seedSpaces(random: Random): readonly Space[] {
  const types = ['shared', 'shared', 'shared', 'managed', 'managed', 'data'] as const;
  return types.map((type) => ({ id: random.hex(24), type }));
}

function seedCollections(random: Random, adminId: string, userId: string): readonly StoredCollection[] {
  const rows = [
    ['finance', 'public', adminId],
    ['sales', 'public', adminId],
    ['logistics', 'public', userId],
    ['Board reporting', 'publicgoverned', adminId],
    ['My drafts', 'private', adminId],
    ['To review', 'private', userId],
    ['Favorites', 'favorite', adminId],
    ['Favorites', 'favorite', userId],
  ] as const;
  return rows.map(([name, type, creatorId], index) => {
    const at = new Date(Date.UTC(2026, 0, 5 + index, 9)).toISOString();
    const description = `Items about ${name.toLowerCase()}`;
    return { id: random.hex(24), name, type, description, creatorId, createdAt: at, updatedAt: at };
  });
}

/** Every eighth app and every second qvapp of a shared space is published into a managed one. */
function publishedCopies(
  random: Random,
  originals: readonly StoredItem[],
  spaces: readonly Space[],
): readonly StoredItem[] {
  const isShared = (item: StoredItem) =>
    spaces.some(({ id, type }) => type === 'shared' && id === item.details.spaceId);
  const [first, ...others] = spaces.filter(({ type }) => type === 'managed');
  if (first === undefined) return [];
  return originals
    .filter((item, index) => isShared(item) && index % (item.resourceType === 'app' ? 8 : 2) === 0)
    .filter(({ resourceType }) => resourceType === 'app' || resourceType === 'qvapp')
    .map((item) => publish(random, item, random.pick([first, ...others])));
}

function publish(random: Random, item: StoredItem, space: Space): StoredItem {
  const resourceId = random.uuid();
  const published = { originAppId: item.details.resourceId, published: true, spaceId: space.id };
  return {
    ...item,
    id: random.hex(24),
    publishedFrom: item.id,
    collectionIds: [],
    details: {
      ...item.details,
      resourceId,
      spaceId: space.id,
      resourceAttributes: { ...item.details.resourceAttributes, ...published, id: resourceId },
    },
  };
}
