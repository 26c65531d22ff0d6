/** Every filter that the Items API documents, as predicates. */

import { Refusal } from '../http/answer.js';
import { parseTypeFilters } from './resource-types.js';
import type { StoredItem, World } from './world.js';

type Predicate = (item: StoredItem) => boolean;

/** One per query parameter. */
const filters: Readonly<Record<string, (value: string, world: World) => Predicate>> = {
  id: (value) => (item) => item.id === value,
  name: (value) => (item) => contains(item.name, value),
  query: (value) => (item) => contains(item.name, value) || contains(item.details.description, value),
  collectionId: (value) => (item) => item.collectionIds.includes(value),
  createdByUserId: (value) => (item) => item.creatorId === value,
  notCreatedByUserId: (value) => (item) => item.creatorId !== value,
  ownerId: (value) => (item) => item.ownerId === value,
  notOwnerId: (value) => (item) => item.ownerId !== value,
  resourceId: (value) => (item) => item.details.resourceId === value,
  resourceIds: byResourceIds,
  resourceLink: (value) => (item) => item.details.resourceLink === value,
  resourceSubType: (value) => (item) => value.split(',').includes(item.details.resourceSubType ?? ''),
  resourceType: byResourceType,
  spaceId: (value) => (item) => (item.details.spaceId || 'personal') === value,
  spaceType: bySpaceType,
  shared: byShared,
};

/** @throws {Refusal} 400 */
export function itemFilter(query: URLSearchParams, world: World): Predicate {
  checkCombinations(query);
  const predicates = Object.entries(filters).flatMap(([name, build]) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [build(value, world)];
  });
  return (item) => predicates.every((predicate) => predicate(item));
}

export function contains(text: string | undefined, part: string): boolean {
  return (text ?? '').toLowerCase().includes(part.toLowerCase());
}

function checkCombinations(query: URLSearchParams): void {
  const type = query.get('resourceType');
  const needing = ['resourceId', 'resourceIds', 'resourceLink'].find((name) => query.get(name));
  if (needing !== undefined && !type) throw new Refusal(400, `${needing} requires resourceType.`);
  if (query.get('resourceId') && query.get('resourceLink')) {
    throw new Refusal(400, 'Provide either the resourceId or resourceLink, but not both.');
  }
  if (query.get('resourceSubType') && type?.includes('[')) {
    throw new Refusal(400, 'resourceSubType cannot be used together with square brackets in resourceType.');
  }
}

function byResourceIds(value: string): Predicate {
  const ids = value.split(',');
  if (ids.length > 100) throw new Refusal(400, 'resourceIds accepts at most 100 ids.');
  return (item) => ids.includes(item.details.resourceId ?? '');
}

function byResourceType(value: string): Predicate {
  const wanted = parseTypeFilters(value);
  return ({ resourceType, details }) =>
    wanted.some(
      ({ type, subtypes }) =>
        type === resourceType && (subtypes === undefined || subtypes.includes(details.resourceSubType ?? '')),
    );
}

function bySpaceType(value: string, world: World): Predicate {
  const wanted = value.split(',');
  const unknown = wanted.find((type) => !['shared', 'managed', 'personal', 'data'].includes(type));
  if (unknown !== undefined) throw new Refusal(400, `Unknown spaceType: ${unknown}`);
  return (item) => wanted.includes(spaceTypeOf(item, world) ?? '');
}

function byShared(value: string, world: World): Predicate {
  if (value !== 'true' && value !== 'false') throw new Refusal(400, 'shared must be true or false.');
  return (item) => (spaceTypeOf(item, world) === 'shared') === (value === 'true');
}

function spaceTypeOf({ details }: StoredItem, { spaces }: World): string | undefined {
  if (!details.spaceId) return 'personal';
  return spaces.find(({ id }) => id === details.spaceId)?.type;
}
