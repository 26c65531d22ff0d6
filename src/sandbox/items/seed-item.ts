/** One seeded item. */

import type { ItemResourceType, ItemViews } from '../../tenant/wire.js';
import type { Random } from './random.js';
import type { ItemDetails, Space, StoredCollection, StoredItem } from './world.js';

interface Setting {
  readonly users: readonly string[];
  readonly spaces: readonly Space[];
  readonly collections: readonly StoredCollection[];
}

/** A Monday; views are counted for the 28 days before it. */
const seededUntil = Date.UTC(2026, 10, 16);

const day = 86_400_000;

const subtypes: Readonly<Partial<Record<ItemResourceType, readonly [string, ...string[]]>>> = {
  app: ['', '', '', '', 'chart-monitoring', 'dataflow-prep'],
  dataset: ['qvd', 'qix-df', 'csv', ''],
  note: ['', 'readme'],
};

export function seedItem(
  random: Random,
  setting: Setting,
  { type, number }: { readonly type: ItemResourceType; readonly number: number },
): StoredItem {
  const [first = '', ...others] = setting.users;
  const ownerId = random.pick([first, ...others]);
  const created = seededUntil - (60 + random.integer(600)) * day - random.integer(day);
  const updated = created + random.integer(50 * day);
  const topic = random.pick(['Sales', 'Finance', 'Logistics', 'Churn', 'Stock', 'Quality', 'Margin']);
  return {
    id: random.hex(24),
    name: `${topic} ${random.pick(['overview', 'report', 'Monitor', 'analysis'])} ${type} ${number}`,
    resourceType: type,
    ownerId,
    creatorId: random.chance(80) ? ownerId : first,
    createdAt: iso(created),
    updatedAt: iso(updated),
    lastUsedAt: iso(updated + random.integer(10 * day)),
    collectionIds: setting.collections.filter(() => random.chance(12)).map(({ id }) => id),
    details: seedDetails(random, setting, { type, topic, ownerId, created, updated }),
  };
}

interface Facts {
  readonly type: ItemResourceType;
  readonly topic: string;
  readonly ownerId: string;
  readonly created: number;
  readonly updated: number;
}

function seedDetails(random: Random, { spaces }: Setting, facts: Facts): ItemDetails {
  const { type, topic, created, updated } = facts;
  const space = random.chance(75) ? spaces[random.integer(spaces.length)] : undefined;
  const subtype = random.pick(subtypes[type] ?? ['']);
  return {
    description: random.chance(60) ? `What ${topic.toLowerCase()} looked like last quarter` : '',
    ...(space === undefined ? {} : { spaceId: space.id }),
    ...(subtype === '' ? {} : { resourceSubType: subtype }),
    thumbnailId: '',
    resourceCreatedAt: iso(created),
    resourceUpdatedAt: iso(updated),
    resourceCustomAttributes: null,
    ...resourceDetails(random, facts, space),
  };
}

function resourceDetails(random: Random, facts: Facts, space: Space | undefined): ItemDetails {
  const { type, ownerId, updated } = facts;
  if (type === 'genericlink') {
    return { resourceLink: `https://intranet.example.com/${random.hex(8)}`, resourceAttributes: {} };
  }
  const resourceId = type === 'app' ? random.uuid() : random.hex(24);
  const views = { itemViews: seedViews(random, type) };
  if (type !== 'app') return { resourceId, resourceAttributes: {}, ...(type === 'dataset' ? views : {}) };
  return {
    resourceId,
    resourceAttributes: {
      _resourcetype: 'app',
      id: resourceId,
      ownerId,
      originAppId: '',
      published: false,
      hasSectionAccess: random.chance(10),
      spaceId: space?.id ?? '',
      usage: 'ANALYTICS',
    },
    resourceReloadStatus: random.pick(['ok', 'ok', 'ok', 'error']),
    resourceReloadEndTime: iso(updated),
    resourceSize: {
      appFile: 20_000 + random.integer(50_000_000),
      appMemory: 60_000 + random.integer(150_000_000),
    },
    ...views,
  };
}

function seedViews(random: Random, type: ItemResourceType): ItemViews {
  const audience = random.integer(40);
  const week = [4, 3, 2, 1].map((weeksAgo) => {
    const unique = random.integer(audience + 1);
    return { start: iso(seededUntil - weeksAgo * 7 * day), total: unique * (1 + random.integer(5)), unique };
  });
  const uniques = week.map(({ unique }) => unique);
  return {
    total: week.reduce((sum, { total }) => sum + total, 0),
    trend: slope(uniques),
    unique: Math.max(...uniques),
    ...(type === 'dataset' ? { usedBy: random.integer(12) } : {}),
    week,
  };
}

/** Least-squares slope over equally spaced values. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const spread = values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0);
  return values.reduce((sum, value, index) => sum + (index - middle) * value, 0) / spread;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
