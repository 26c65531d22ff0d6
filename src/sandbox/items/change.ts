/** Updates to items and settings: pure decisions over the world. */

import type { ItemsSettings } from '../../tenant/wire.js';
import { Refusal } from '../http/answer.js';
import { isResourceType } from './resource-types.js';
import { isVisible, type StoredItem, type World } from './world.js';

/** Fields of an update that belong to the resource; others are ignored, as documented. */
const texts = ['spaceId', 'description', 'thumbnailId', 'resourceSubType', 'resourceUpdatedAt'] as const;

const addresses = ['resourceId', 'resourceLink'] as const;

const objects = ['resourceAttributes', 'resourceCustomAttributes'] as const;

/** @throws {Refusal} 404 */
export function findItem(world: World, id: string, userId: string): StoredItem {
  const item = world.items.find((candidate) => candidate.id === id && isVisible(candidate, userId));
  if (item === undefined) throw new Refusal(404, `Item ${id} was not found.`);
  return item;
}

/**
 * Omitted fields stay; an empty value (`""`) unsets a field. The documented example sends `resourceId` and
 * `resourceLink` together, so both are taken.
 * @throws {Refusal} 400, 409
 */
export function updateItem(world: World, item: StoredItem, body: unknown, now: number): StoredItem {
  const sent = requireObject(body);
  const name = textOf(sent, 'name') ?? item.name;
  if (name === '') throw new Refusal(400, 'name must not be empty.');
  const resourceType = sent['resourceType'] ?? item.resourceType;
  if (!isResourceType(resourceType)) throw new Refusal(400, `Unknown resourceType: ${resourceType}`);
  if (addresses.some((field) => sent[field]) && sent['resourceType'] === undefined) {
    throw new Refusal(400, 'resourceId and resourceLink require resourceType.');
  }
  const details = { ...item.details, ...sentTexts(sent), ...sentObjects(sent) };
  const next = { ...item, name, resourceType, details, updatedAt: new Date(now).toISOString() };
  requireFreeResource(world, next);
  return next;
}

/** @throws {Refusal} 400 */
export function patchSettings(settings: ItemsSettings, body: unknown): ItemsSettings {
  if (!Array.isArray(body)) throw new Refusal(400, 'A JSON patch must be an array of operations.');
  return body.reduce<ItemsSettings>((_, operation) => {
    const { op, path, value } = requireObject(operation);
    if (op !== 'replace') throw new Refusal(400, 'Only "replace" is supported.');
    if (path !== '/usageMetricsEnabled') throw new Refusal(400, `There is no setting ${path}.`);
    if (typeof value !== 'boolean') throw new Refusal(400, '/usageMetricsEnabled must be true or false.');
    return { usageMetricsEnabled: value };
  }, settings);
}

type Sent = Readonly<Record<string, unknown>>;

function requireObject(value: unknown): Sent {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Sent;
  throw new Refusal(400, 'A JSON object is required.');
}

function textOf(sent: Sent, field: string): string | undefined {
  const value = sent[field];
  if (value === undefined || typeof value === 'string') return value;
  throw new Refusal(400, `${field} must be a string.`);
}

function sentTexts(sent: Sent): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...texts, ...addresses].flatMap((field) => {
      const value = textOf(sent, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function sentObjects(sent: Sent): Readonly<Record<string, Sent>> {
  return Object.fromEntries(
    objects.flatMap((field) => (sent[field] == null ? [] : [[field, requireObject(sent[field])]])),
  );
}

function requireFreeResource(world: World, next: StoredItem): void {
  const { resourceId } = next.details;
  const taken = world.items.some(
    ({ id, resourceType, details }) =>
      id !== next.id &&
      resourceType === next.resourceType &&
      !!resourceId &&
      details.resourceId === resourceId,
  );
  if (taken) throw new Refusal(409, `Another item refers to ${next.resourceType} ${resourceId}.`);
}
