/** The apps of the tenant: seeded ones, and those that a control call has changed. */

import { Refusal } from '../http/answer.js';
import { isVisible, type StoredItem, type World } from '../items/world.js';
import type { AppContent } from './app.js';
import { type SeedingRules, seedApp } from './seed-app.js';

interface App {
  readonly item: StoredItem;
  readonly content: AppContent;
}

/** By app id (`resourceId`); `undefined` if this user sees no such app. */
export function findApp(world: World, rules: SeedingRules, appId: string, userId: string): App | undefined {
  const item = appItems(world).find(({ details }) => details.resourceId === appId);
  if (item === undefined || !isVisible(item, userId)) return undefined;
  return { item, content: contentOf(world, rules, item) };
}

/** @throws {Refusal} 404 */
export function requireApp(world: World, rules: SeedingRules, appId: string, userId: string): App {
  const app = findApp(world, rules, appId, userId);
  if (app === undefined) throw new Refusal(404, `There is no app ${appId}.`);
  return app;
}

export function listApps(world: World, rules: SeedingRules): readonly App[] {
  return appItems(world).map((item) => ({ item, content: contentOf(world, rules, item) }));
}

function appItems({ items }: World): readonly StoredItem[] {
  return items.filter(({ resourceType }) => resourceType === 'app');
}

function contentOf(world: World, rules: SeedingRules, { number = 0, details }: StoredItem): AppContent {
  const appId = details.resourceId ?? '';
  return world.apps?.[appId] ?? seedApp(rules, appId, number);
}
