/** What an item says about an app, whatever the tenant puts into it. */

import { describe, expect, it } from 'vitest';
import { describeItems } from '../../../src/reconcile/impact/listed-app.js';
import type { Item } from '../../../src/tenant/wire.js';

const describeItem = (item: Item, copies: number) => describeItems([item], copies);

const item = (fields: object): Item =>
  ({ id: 'item', name: 'Sales', resourceType: 'app', ...fields }) as Item;

const bare = {
  facts: { id: '', itemId: 'item', name: 'Sales', collections: [], tags: [], publishedCopies: 0 },
  version: { times: '' },
  kind: 'original',
  unreadCollections: 0,
};

describe('an item', () => {
  it('describes every field', () => {
    expect(
      describeItem(
        item({
          resourceId: 'app',
          spaceId: 's',
          ownerId: 'u',
          resourceUpdatedAt: 'then',
          updatedAt: 'now',
          meta: { tags: [{ id: '1', name: 'finance' }], collections: [{ id: '2', name: 'Board' }] },
          itemViews: { total: 9, unique: 3, trend: -0.5 },
          resourceAttributes: { published: true },
        }),
        2,
      ),
    ).toEqual({
      facts: {
        id: 'app',
        itemId: 'item',
        name: 'Sales',
        space: 's',
        owner: 'u',
        collections: ['Board'],
        tags: ['finance'],
        publishedCopies: 2,
        updatedAt: 'then',
        usage: { views: 9, users: 3, trend: -0.5 },
      },
      version: { times: 'now then' },
      kind: 'copy',
      unreadCollections: 0,
    });
  });

  const fields = [
    'resourceId',
    'spaceId',
    'ownerId',
    'resourceUpdatedAt',
    'updatedAt',
    'meta',
    'itemViews',
    'resourceAttributes',
    'collectionIds',
  ];
  it.each([
    ['null', null],
    ['empty', ''],
    ['a number', 7],
    ['a list', [null]],
  ])('with fields that are %s keeps its name', (_words, value) => {
    const described = describeItem(item(Object.fromEntries(fields.map((field) => [field, value]))), 0);
    expect({ ...described, unreadCollections: 0 }).toEqual(bare);
  });

  const [march, april] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'];
  it.each<[string, readonly object[], object]>([
    [
      'the app',
      [{ resourceUpdatedAt: march, updatedAt: april }],
      { times: `${march} ${april}`, savedAt: Date.parse(march) },
    ],
    ['itself only', [{ updatedAt: april }], { times: april }],
    ['no time', [{ resourceUpdatedAt: 'soon' }], { times: 'soon' }],
    [
      'the app, beside another that does',
      [{ resourceUpdatedAt: april }, { resourceUpdatedAt: march }],
      { times: `${march} ${april}`, savedAt: Date.parse(april) },
    ],
    ['the app, beside another that does not', [{ resourceUpdatedAt: april }, {}], { times: april }],
  ])('with the time of %s', (_what, [first = {}, ...others], version) => {
    expect(describeItems([item(first), ...others.map(item)], 0).version).toEqual(version);
  });

  it('leaves out names that are not strings', () => {
    const meta = { tags: [null, {}, 5, { name: 7 }, { name: 'finance' }], collections: {} };
    expect(describeItem(item({ meta }), 0).facts).toMatchObject({ tags: ['finance'], collections: [] });
  });

  it.each<[object, object | undefined]>([
    [{}, { views: 0, users: 0 }],
    [
      { total: 0, unique: null },
      { views: 0, users: 0 },
    ],
    [
      { total: 4, unique: 2, trend: 'up' },
      { views: 4, users: 2 },
    ],
    [{ total: '4', unique: '2' }, undefined],
    [{ total: -1, unique: 2 }, undefined],
    [{ total: 1e308, unique: 2 }, undefined],
    [{ total: 1.5, unique: 1 }, undefined],
  ])('with views %j: %j', (itemViews, usage) => {
    expect(describeItem(item({ itemViews }), 0).facts.usage).toEqual(usage);
  });
});
