/** One app as an item of the Items API tells of it. Of an item only its id, name and type are certain. */

import type { AppFacts, AppUsage } from '../../core/impact/impact.js';
import { isObject, withoutUndefined } from '../../core/json.js';
import type { Item } from '../../tenant/wire.js';

export interface ListedApp {
  readonly facts: AppFacts;
  readonly version: AppVersion;
  /** `copy`: published from another app, so that nothing is published from it. */
  readonly kind: 'original' | 'copy';
  /** What its collections are not told by: the list holds their ids only. */
  readonly untoldCollections: number;
}

export interface AppVersion {
  /** Every time that the tenant tells of the app and its items: another text after any change. */
  readonly times: string;
  /** When the app itself was saved, in milliseconds since 1970; absent where the tenant does not say so of each item. */
  readonly savedAt?: number;
}

/** What an app is told apart by; an item that names none stands for itself. */
export function keyOf({ facts }: ListedApp): string {
  return facts.id === '' ? `item ${facts.itemId}` : facts.id;
}

/**
 * @param items of one app: the first describes it, and all of them tell when it changed
 * @param publishedCopies as many as are known of
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
    untoldCollections: isObject(meta) || !Array.isArray(collectionIds) ? 0 : collectionIds.length,
  };
}

/** An item's own time says nothing of the app; and which of several items moves with it, only all of them know. */
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

/** Empty where the item names none. */
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

/** `undefined` where the tenant tells none, or something else than numbers of people. */
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
