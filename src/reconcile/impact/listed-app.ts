/** One app as an item of the Items API tells of it. Of an item only its id, name and type are certain. */

import type { AppFacts, AppUsage } from '../../core/impact.js';
import { withoutUndefined } from '../../core/present.js';
import { type Item, isObject } from '../../tenant/wire.js';

export interface ListedApp {
  readonly facts: AppFacts;
  /** Changes when the app does; absent where the tenant gives no time, and then nothing about it is remembered. */
  readonly stamp?: string;
  /** `copy`: published from another app, so that nothing is published from it. */
  readonly kind: 'original' | 'copy';
  /** What its collections are not told by: the list holds their ids only. */
  readonly untoldCollections: number;
}

/** What an app is told apart by; an item that names none stands for itself. */
export function keyOf({ facts }: ListedApp): string {
  return facts.id === '' ? `item ${facts.itemId}` : facts.id;
}

/** @param publishedCopies as many as are known of */
export function describeItem(item: Item, publishedCopies: number): ListedApp {
  const { id, name, itemViews, meta, collectionIds } = item;
  const times = [textOf(item.resourceUpdatedAt), textOf(item.updatedAt)].filter((time) => time !== undefined);
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
      updatedAt: times[0],
      usage: usageOf(itemViews),
    }),
  };
  return {
    facts,
    ...(times.length > 0 && { stamp: times.join(' ') }),
    kind: fieldOf(item.resourceAttributes, 'published') === true ? 'copy' : 'original',
    untoldCollections: isObject(meta) || !Array.isArray(collectionIds) ? 0 : collectionIds.length,
  };
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
