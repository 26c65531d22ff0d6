/** `/api/v1/items` */

import { type Answer, json, noContent, Refusal } from '../http/answer.js';
import { type Caller, requireAdmin } from '../http/auth.js';
import { byMethod, type Call, parseJson } from '../http/call.js';
import { findItem, patchSettings, updateItem } from '../items/change.js';
import { renderItem, type Viewer } from '../items/render.js';
import type { Sandbox } from '../sandbox.js';
import { type ListRequest, listCollections, listItems, listPublished } from './item-lists.js';

export async function answerItems(sandbox: Sandbox, call: Call, caller: Caller): Promise<Answer> {
  const [id, part, ...rest] = call.segments.slice(3);
  const viewer = viewerOf(sandbox, call, caller);
  const listed = (list: (request: ListRequest) => Answer) => {
    const { pageLinks } = sandbox.behaviour;
    return byMethod(call, { GET: () => list({ world: sandbox.world.read(), call, viewer, pageLinks }) });
  };
  if (id === undefined) return listed(listItems);
  if (rest.length === 0 && part === undefined) {
    return id === 'settings' ? answerSettings(sandbox, call, caller) : answerItem(sandbox, call, viewer, id);
  }
  if (rest.length === 0 && part === 'collections') return listed((request) => listCollections(request, id));
  if (rest.length === 0 && part === 'publisheditems') return listed((request) => listPublished(request, id));
  throw new Refusal(404, 'There is nothing at this path.');
}

function viewerOf({ people }: Sandbox, call: Call, { role, key }: Caller): Viewer {
  const noActions = call.query.get('noActions') === 'true' ? 'omit' : 'show';
  return {
    role,
    key,
    userId: role === 'admin' ? people.adminId : people.userId,
    origin: call.origin,
    noActions,
  };
}

function answerItem(sandbox: Sandbox, call: Call, viewer: Viewer, id: string) {
  return byMethod(call, {
    GET: () => {
      const world = sandbox.world.read();
      return json(200, renderItem(world, findItem(world, id, viewer.userId), viewer));
    },
    PUT: () => {
      requireAdmin(viewer, 'User is not authorized to update items.');
      return putItem(sandbox, call, viewer, id);
    },
    DELETE: () => {
      requireAdmin(viewer, 'User is not authorized to delete items.');
      return removeItem(sandbox, viewer, id);
    },
  });
}

async function putItem(sandbox: Sandbox, call: Call, viewer: Viewer, id: string): Promise<Answer> {
  const body = parseJson(call);
  const updated = await sandbox.world.change((current) => {
    const found = findItem(current, id, viewer.userId);
    const item = updateItem(current, found, body, sandbox.clock());
    const world = { ...current, items: current.items.map((other) => (other === found ? item : other)) };
    return { next: world, result: { world, item } };
  });
  return json(200, renderItem(updated.world, updated.item, viewer));
}

async function removeItem(sandbox: Sandbox, viewer: Viewer, id: string): Promise<Answer> {
  await sandbox.world.change((current) => {
    const found = findItem(current, id, viewer.userId);
    const items = current.items.filter((other) => other !== found);
    return { next: { ...current, items }, result: undefined };
  });
  return noContent();
}

function answerSettings(sandbox: Sandbox, call: Call, caller: Caller) {
  return byMethod(call, {
    GET: () => json(200, sandbox.world.read().settings),
    PATCH: async () => {
      requireAdmin(caller, 'User is not authorized to change the settings.');
      const body = parseJson(call);
      const settings = await sandbox.world.change((current) => {
        const result = patchSettings(current.settings, body);
        return { next: { ...current, settings: result }, result };
      });
      return json(200, settings);
    },
  });
}
