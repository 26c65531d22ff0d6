/** One app as an item of the Items API describes it. Only the id, name and type of an item are certain. */

import type { AppFacts, AppUsage } from '../../core/impact/impact.js';
import { isObject, withoutUndefined } from '../../core/json.js';
import type { Item } from '../../tenant/wire.js';

export interface ListedApp {
  readonly facts: AppFacts;
  readonly version: AppVersion;
  /** `copy`: published from another app, so nothing is published from it. */
  readonly kind: 'original' | 'copy';
  /** How many of its collections the list gives only the ids of. */
  readonly unreadCollections: number;
}

export interface AppVersion {
  /** Every time that the tenant states for the app and its items: the text differs after any change. */
  readonly times: string;
  /** When the app itself was saved, in milliseconds since 1970; absent unless every item states it. */
  readonly savedAt?: number;
}

/** Identifies an app; an item without an app's id identifies itself. */
export function keyOf({ facts }: ListedApp): string {
  return facts.id === '' ? `item ${facts.itemId}` : facts.id;
}

/**
 * @param items those of one app: the first describes it, and all of them together show when it changed
 * @param publishedCopies how many are known
 */
export function describeItems(items: readonly [Item, ...Item[]], publishedCopies: number): ListedApp {
  const [item] = items;
  const { id, name, itemViews, meta, collectionIds } = item;
  const facts: AppFacts = {
    id: appIdOf(item),
    itemId: id,
    name,
    collections: namesOf(fieldOf(meta, 'collections')),
    tags: namesOf(fieldOf(meta, 'tags')),
    publishedCopies,
    ...withoutUndefined({
      space: textOf(item.spaceId),
      owner: textOf(item.ownerId),
      updatedAt: timesOf(item)[0],
      usage: usageOf(itemViews),
    }),
  };
  return {
    facts,
    version: versionOf(items),
    kind: fieldOf(item.resourceAttributes, 'published') === true ? 'copy' : 'original',
    unreadCollections: isObject(meta) || !Array.isArray(collectionIds) ? 0 : collectionIds.length,
  };
}

/** An item's own time alone says nothing about the app, and any of its items may be the one that changes with it. */
function versionOf(items: readonly Item[]): AppVersion {
  const savedAt = Math.max(
    ...items.map(({ resourceUpdatedAt }) => Date.parse(textOf(resourceUpdatedAt) ?? '')),
  );
  const times = items.flatMap(timesOf).sort().join(' ');
  return { times, ...(!Number.isNaN(savedAt) && { savedAt }) };
}

function timesOf({ resourceUpdatedAt, updatedAt }: Item): readonly string[] {
  return [textOf(resourceUpdatedAt), textOf(updatedAt)].filter((time) => time !== undefined);
}

/** Empty where the item has none. */
export function appIdOf({ resourceId }: Item): string {
  return textOf(resourceId) ?? '';
}

/** The app that this one was published from. */
export function originOf({ resourceAttributes }: Item): string | undefined {
  return textOf(fieldOf(resourceAttributes, 'originAppId'));
}

/** Absent, `null` and `''` mean the same. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function namesOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.map((entry) => textOf(fieldOf(entry, 'name'))).filter((name) => name !== undefined);
}

/** `undefined` if the tenant states none, or anything but numbers. */
function usageOf(itemViews: unknown): AppUsage | undefined {
  if (!isObject(itemViews)) return undefined;
  const { total, unique, trend } = itemViews;
  const [views, users] = [amountOf(total), amountOf(unique)];
  if (views === undefined || users === undefined) return undefined;
  return { views, users, ...(typeof trend === 'number' && Number.isFinite(trend) && { trend }) };
}

function amountOf(value: unknown): number | undefined {
  const amount = value ?? 0;
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0 ? amount : undefined;
}
