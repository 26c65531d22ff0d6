/** `/__sandbox/apps`: reads what apps really hold, and changes them as if a person had edited them. */

import { type Answer, json, Refusal } from '../http/answer.js';
import { type Call, parseJson } from '../http/call.js';
import type { StoredItem, World } from '../items/world.js';
import type { Sandbox } from '../sandbox.js';
import type { AppContent } from './app.js';
import { listApps, requireApp } from './apps.js';

/** Every app with everything in it, including what the caller could not see through the engine. */
export function showApps({ world, engine, people }: Sandbox): Answer {
  const apps = listApps(world.read(), engine.seeding).map(({ item, content }) => ({
    id: item.details.resourceId,
    itemId: item.id,
    name: item.name,
    ownerId: item.ownerId,
    ...(item.details.spaceId !== undefined && { spaceId: item.details.spaceId }),
    ...content,
  }));
  return json(200, { adminId: people.adminId, apps });
}

/**
 * `{"id", "opening"?, "sheets"?, "masterItems"?, "theme"?, "name"?, "updatedAt"?}`: replaces what is given and moves the
 * app's update time, as saving does; `updatedAt` sets that time verbatim, also to the same as before. It creates no apps.
 *
 * @throws {Refusal} 400, 404
 */
export async function editApp(sandbox: Sandbox, call: Call): Promise<Answer> {
  const sent = parseJson(call) as Partial<AppContent & Record<'id' | 'name' | 'updatedAt', unknown>>;
  const { id, name, updatedAt } = sent ?? {};
  if (typeof id !== 'string') throw new Refusal(400, 'An app is named by its id.');
  const edited = await sandbox.world.change((world) => {
    const { item, content } = requireApp(world, sandbox.engine.seeding, id, sandbox.people.adminId);
    const next = pickContent(content, sent);
    const time = typeof updatedAt === 'string' ? updatedAt : laterThan(item, sandbox.clock());
    const touched = touch(item, time, typeof name === 'string' ? name : item.name);
    return { next: replaceApp(world, item, touched, id, next), result: next };
  });
  return json(200, { id, ...edited });
}

function pickContent(content: AppContent, sent: Partial<AppContent>): AppContent {
  const { theme = content.theme } = sent;
  return {
    opening: sent.opening ?? content.opening,
    sheets: sent.sheets ?? content.sheets,
    masterItems: sent.masterItems ?? content.masterItems,
    ...(theme !== undefined && { theme }),
  };
}

/** Later than before, however fast edits follow each other. */
function laterThan({ updatedAt }: StoredItem, now: number): string {
  return new Date(Math.max(now, Date.parse(updatedAt) + 1)).toISOString();
}

function touch(item: StoredItem, updatedAt: string, name: string): StoredItem {
  return { ...item, name, updatedAt, details: { ...item.details, resourceUpdatedAt: updatedAt } };
}

function replaceApp(
  world: World,
  item: StoredItem,
  touched: StoredItem,
  id: string,
  content: AppContent,
): World {
  const items = world.items.map((other) => (other === item ? touched : other));
  return { ...world, items, apps: { ...world.apps, [id]: content } };
}
