import { beforeAll, describe, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/start.js';
import { type Item, itemResourceTypes } from '../../src/tenant/wire.js';
import { ask, everyItem, items, start } from './support.js';

/** Reads share one sandbox; what writes starts its own. */
let sandbox: RunningSandbox;
let all: readonly Item[];

beforeAll(async () => {
  sandbox = await startSandbox();
  all = await everyItem(sandbox);
  return () => sandbox.close();
});

const idsOf = (found: readonly Item[]) => found.map(({ id }) => id).sort();
const list = (query: string) => ask(sandbox, `${items}?${query}`);
const subtypeIn = (item: Item, ...subtypes: string[]) => subtypes.includes(item.resourceSubType ?? '');
const isType = (item: Item, ...types: string[]) => types.includes(item.resourceType);

describe('the seeded tenant', () => {
  it('holds enough of everything', () => {
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ resourceType }) => resourceType))).toEqual(new Set(itemResourceTypes));
    const has = (test: (item: Item) => unknown) => all.some(test) && !all.every(test);
    expect(has(({ spaceId }) => spaceId)).toBe(true);
    expect(has(({ isFavorited }) => isFavorited)).toBe(true);
    expect(has(({ meta }) => meta?.tags?.length)).toBe(true);
    expect(has(({ meta }) => meta?.collections?.length)).toBe(true);
    expect(has(({ resourceAttributes }) => resourceAttributes?.['published'])).toBe(true);
    expect(new Set(all.map(({ ownerId }) => ownerId)).size).toBeGreaterThan(3);
  });

  it('counts views that add up', () => {
    const viewed = all.filter(({ itemViews }) => itemViews !== undefined);
    expect(viewed.length).toBeGreaterThan(100);
    for (const { itemViews, resourceType } of viewed) {
      const week = itemViews?.week ?? [];
      expect(week).toHaveLength(4);
      expect(itemViews?.total).toBe(week.reduce((sum, { total }) => sum + total, 0));
      const [a = 0, b = 0, c = 0, d = 0] = week.map(({ unique }) => unique);
      expect(itemViews?.trend).toBeCloseTo((-3 * a - b + c + 3 * d) / 10);
      expect(itemViews?.usedBy !== undefined).toBe(resourceType === 'dataset');
    }
  });

  it('is decided by the seed', async () => {
    const again = await everyItem(await start());
    const withoutHost = (found: readonly Item[]) => found.map(({ links, ...item }) => item);
    expect(withoutHost(again)).toEqual(withoutHost(all));
    const other = await everyItem(await start({ seed: 2 }));
    expect(idsOf(other)).not.toEqual(idsOf(all));
  });

  it('shows personal items to their owner only', async () => {
    const personal = all.filter(({ spaceId }) => !spaceId);
    expect(new Set(personal.map(({ ownerId }) => ownerId)).size).toBe(1);
    const forUser = await everyItem(sandbox, '', sandbox.userKey);
    const theirs = forUser.filter(({ spaceId }) => !spaceId);
    expect(theirs.length).toBeGreaterThan(0);
    const foreign = await ask(sandbox, `${items}/${theirs[0]!.id}`);
    expect(foreign.status).toBe(404);
    expect(idsOf(forUser.filter(({ spaceId }) => spaceId))).toEqual(
      idsOf(all.filter(({ spaceId }) => spaceId)),
    );
  });
});

describe('filters', () => {
  type Row = readonly [string, (sample: Item) => string, (item: Item, sample: Item) => boolean];
  const rows: readonly Row[] = [
    ['id', ({ id }) => `id=${id}`, (item, { id }) => item.id === id],
    ['name', () => 'name=MONITOR', ({ name }) => /monitor/i.test(name)],
    ['query', () => 'query=Churn', (item) => /churn/i.test(`${item.name}\n${item.description}`)],
    [
      'collectionId',
      ({ collectionIds }) => `collectionId=${collectionIds?.[0]}`,
      (item, { collectionIds }) => !!item.collectionIds?.includes(collectionIds?.[0] ?? ''),
    ],
    [
      'createdByUserId',
      ({ creatorId }) => `createdByUserId=${creatorId}`,
      (item, { creatorId }) => item.creatorId === creatorId,
    ],
    [
      'notCreatedByUserId',
      ({ creatorId }) => `notCreatedByUserId=${creatorId}`,
      (item, { creatorId }) => item.creatorId !== creatorId,
    ],
    ['ownerId', ({ ownerId }) => `ownerId=${ownerId}`, (item, { ownerId }) => item.ownerId === ownerId],
    ['notOwnerId', ({ ownerId }) => `notOwnerId=${ownerId}`, (item, { ownerId }) => item.ownerId !== ownerId],
    [
      'resourceId',
      ({ resourceId }) => `resourceType=app&resourceId=${resourceId}`,
      (item, { resourceId }) => item.resourceId === resourceId,
    ],
    [
      'resourceIds',
      ({ resourceId }) => `resourceType=app&resourceIds=${resourceId},other`,
      (item, { resourceId }) => item.resourceId === resourceId,
    ],
    [
      'resourceLink',
      () =>
        `resourceType=genericlink&resourceLink=${all.find(({ resourceLink }) => resourceLink)?.resourceLink}`,
      ({ resourceLink }) =>
        resourceLink !== undefined && resourceLink === all.find((item) => item.resourceLink)?.resourceLink,
    ],
    [
      'resourceSubType',
      () => 'resourceSubType=qvd,chart-monitoring',
      (item) => subtypeIn(item, 'qvd', 'chart-monitoring'),
    ],
    ['resourceType', () => 'resourceType=app', (item) => isType(item, 'app')],
    ['several resource types', () => 'resourceType=qvapp,note', (item) => isType(item, 'qvapp', 'note')],
    [
      'subtypes of a type',
      () => 'resourceType=dataset[qvd,csv],note',
      (item) => (isType(item, 'dataset') && subtypeIn(item, 'qvd', 'csv')) || isType(item, 'note'),
    ],
    [
      'subtypes of a type, or none',
      () => 'resourceType=dataset[qvd,]',
      (item) => isType(item, 'dataset') && subtypeIn(item, 'qvd', ''),
    ],
    ['no subtype', () => 'resourceType=app[]', (item) => isType(item, 'app') && subtypeIn(item, '')],
    ['spaceId', ({ spaceId }) => `spaceId=${spaceId}`, (item, { spaceId }) => item.spaceId === spaceId],
    ['the personal space', () => 'spaceId=personal', ({ spaceId }) => !spaceId],
    ['spaceType personal', () => 'spaceType=personal', ({ spaceId }) => !spaceId],
    ['spaceType of all spaces', () => 'spaceType=shared,managed,data', ({ spaceId }) => !!spaceId],
    [
      'two filters at once',
      ({ ownerId }) => `ownerId=${ownerId}&resourceType=app`,
      (item, { ownerId }) => item.ownerId === ownerId && isType(item, 'app'),
    ],
  ];

  it.each(rows)('%s', async (_, query, matches) => {
    const sample = all.find(
      (item) => item.resourceType === 'app' && item.spaceId && item.collectionIds?.length,
    )!;
    const expected = all.filter((item) => matches(item, sample));
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(all.length);
    expect(idsOf(await everyItem(sandbox, query(sample)))).toEqual(idsOf(expected));
  });

  it('partition by spaceType and by shared', async () => {
    const types = ['shared', 'managed', 'personal', 'data'];
    const byType = await Promise.all(types.map((type) => everyItem(sandbox, `spaceType=${type}`)));
    for (const found of byType) expect(found.length).toBeGreaterThan(0);
    expect(idsOf(byType.flat())).toEqual(idsOf(all));
    expect(idsOf(await everyItem(sandbox, 'shared=true'))).toEqual(idsOf(byType[0]!));
    expect(idsOf(await everyItem(sandbox, 'shared=false'))).toEqual(idsOf(byType.slice(1).flat()));
  });

  it('leaves the actions out with noActions', async () => {
    const [shown, omitted] = await Promise.all([list('limit=1'), list('limit=1&noActions=true')]);
    expect(shown.body.data[0].actions).toContain('read');
    expect(shown.body.data[0].meta.actions).toContain('read');
    const { actions, meta, ...rest } = shown.body.data[0];
    const { actions: _, ...metaRest } = meta;
    expect(omitted.body.data[0]).toEqual({ ...rest, meta: metaRest });
  });

  const refused = [
    'limit=0',
    'limit=101',
    'limit=ten',
    'limit=1.5',
    'sort=name',
    'sort=%2Bother',
    'sort=-constructor',
    'next=a&prev=b',
    'next=nonsense',
    'resourceId=a',
    'resourceIds=a',
    'resourceLink=a',
    'resourceType=app&resourceId=a&resourceLink=b',
    'resourceType=unknown',
    'resourceType=app[',
    'resourceType=app[qvd],',
    'resourceType=app[qvd]&resourceSubType=qvd',
    `resourceType=app&resourceIds=${Array(101).fill('a').join(',')}`,
    'spaceType=other',
    'shared=maybe',
  ];

  it.each(refused)('refuses %s', async (query) => {
    const { status, body } = await list(query);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errors: [{ code: 'HTTP-400', title: 'Bad request', detail: expect.any(String) }],
    });
  });
});

describe('sorting', () => {
  it.each(['createdAt', 'updatedAt', 'name'] as const)('by %s, both ways', async (key) => {
    const up = (await everyItem(sandbox, `sort=%2B${key}`)).map((item) => `${item[key]}`.toLowerCase());
    expect(up).toEqual([...up].sort());
    const down = (await everyItem(sandbox, `sort=-${key}`)).map((item) => `${item[key]}`.toLowerCase());
    expect(down).toEqual([...up].reverse());
  });

  it('by recentlyUsed, both ways', async () => {
    const up = (await everyItem(sandbox, 'sort=%2BrecentlyUsed')).map(({ id }) => id);
    const down = (await everyItem(sandbox, 'sort=-recentlyUsed')).map(({ id }) => id);
    expect(down).toEqual([...up].reverse());
    expect(up).not.toEqual(all.map(({ id }) => id));
  });

  it('is by +createdAt unless requested otherwise; a bare plus is enough', async () => {
    expect((await everyItem(sandbox, 'sort=+createdAt')).map(({ id }) => id)).toEqual(
      all.map(({ id }) => id),
    );
  });
});

describe('paging', () => {
  it('has 10 rows a page unless asked otherwise', async () => {
    expect((await list('')).body.data).toHaveLength(10);
  });

  it.each([1, 7, 100])('in steps of %i shows each item once, forwards and backwards', async (limit) => {
    const query = `limit=${limit}&resourceType=app,note&sort=-name&noActions=true`;
    const forwards: string[][] = [];
    let page = await list(query);
    for (;;) {
      forwards.push(page.body.data.map(({ id }: Item) => id));
      if (page.body.links.next === undefined) break;
      page = await ask(sandbox, page.body.links.next.href.slice(sandbox.url.length));
    }
    const expected = await everyItem(sandbox, 'resourceType=app,note');
    expect(forwards.flat()).toHaveLength(expected.length);
    expect(new Set(forwards.flat())).toEqual(new Set(idsOf(expected)));

    const backwards: string[][] = [];
    while (page.body.links.prev !== undefined) {
      backwards.unshift(page.body.data.map(({ id }: Item) => id));
      page = await ask(sandbox, page.body.links.prev.href.slice(sandbox.url.length));
    }
    backwards.unshift(page.body.data.map(({ id }: Item) => id));
    expect(backwards).toEqual(forwards);
  });

  it('continues after its position when items come and go', async () => {
    const own = await start();
    const first = await ask(own, `${items}?limit=5`);
    const { id } = first.body.data[4];
    await ask(own, `${items}/${id}`, { method: 'DELETE' });
    const second = await ask(own, first.body.links.next.href.slice(own.url.length));
    expect(second.body.data.map((item: Item) => item.id)).toEqual(all.slice(5, 10).map((item) => item.id));
  });
});

describe('an item', () => {
  const app = () => all.find(({ resourceType, spaceId }) => resourceType === 'app' && spaceId)!;
  const put = (own: RunningSandbox, id: string, body: object) =>
    ask(own, `${items}/${id}`, { method: 'PUT', body: JSON.stringify(body) });

  it('takes what is sent, keeps what is omitted, and unsets zero values', async () => {
    const own = await start();
    const before = (await ask(own, `${items}/${app().id}`)).body;
    const sent = { description: 'new', spaceId: '', resourceAttributes: { a: 1 }, unknown: true };
    const { status, body } = await put(own, app().id, sent);
    expect(status).toBe(200);
    const { updatedAt, description, spaceId, resourceAttributes, ...rest } = before;
    expect(body).toMatchObject({ ...rest, description: 'new', spaceId: '', resourceAttributes: { a: 1 } });
    expect(body.unknown).toBeUndefined();
    expect(body.updatedAt > updatedAt).toBe(true);
  });

  const refused: readonly (readonly [string, object, number])[] = [
    ['an empty name', { name: '' }, 400],
    ['a name that is no text', { name: 1 }, 400],
    ['an unknown type', { resourceType: 'sheet' }, 400],
    ['a resourceId without a type', { resourceId: 'a' }, 400],
    ['attributes that are no object', { resourceAttributes: 'a' }, 400],
    ['a body that is no object', [], 400],
  ];

  it.each(refused)('refuses %s', async (_, body, status) => {
    expect((await put(sandbox, app().id, body)).status).toBe(status);
  });

  it('refuses the resource of another item', async () => {
    const other = all.find(({ resourceType, id }) => resourceType === 'app' && id !== app().id)!;
    const reply = await put(sandbox, app().id, { resourceType: 'app', resourceId: other.resourceId });
    expect(reply).toMatchObject({ status: 409, body: { errors: [{ code: 'HTTP-409' }] } });
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s answers 404 for an unknown one', async (method) => {
    const body = method === 'PUT' ? { body: '{}' } : {};
    expect((await ask(sandbox, `${items}/unknown`, { method, ...body })).status).toBe(404);
  });

  it('needs JSON', async () => {
    expect((await ask(sandbox, `${items}/${app().id}`, { method: 'PUT', body: '{' })).status).toBe(400);
  });
});

describe('collections of an item', () => {
  const rich = () =>
    all.find(({ meta }) => (meta?.tags?.length ?? 0) >= 2 && (meta?.collections?.length ?? 0) >= 1)!;
  const named = async (query: string) => {
    const reply = await ask(sandbox, `${items}/${rich().id}/collections?${query}`);
    return reply.body.data.map(({ name }: { name: string }) => name);
  };

  it('are its tags and collections, never the favourites', async () => {
    const { meta } = rich();
    const expected = [...(meta?.tags ?? []), ...(meta?.collections ?? [])].map(({ name }) => name);
    expect((await named('')).sort()).toEqual(expected.sort());
    const favourite = all.find(
      ({ isFavorited, collectionIds }) => isFavorited && collectionIds?.length === 1,
    )!;
    expect((await ask(sandbox, `${items}/${favourite.id}/collections`)).body.data).toEqual([]);
  });

  it('can be filtered, sorted and paged', async () => {
    const tags = rich().meta?.tags?.map(({ name }) => name) ?? [];
    const [first = ''] = tags;
    expect((await named('type=public&sort=-name')).sort()).toEqual([...tags].sort());
    expect(await named(`name=${first}`)).toEqual([first]);
    expect(await named(`name=${first.toUpperCase()}`)).toEqual([]);
    expect(await named(`query=${first.toUpperCase()}`)).toEqual([first]);
    expect(await named('limit=1')).toHaveLength(1);
    expect((await ask(sandbox, `${items}/${rich().id}/collections?limit=1`)).body.links.next).toBeDefined();
  });

  it('count what the caller may see', async () => {
    const { body } = await ask(sandbox, `${items}/${rich().id}/collections?type=public`);
    for (const { id, itemCount } of body.data) {
      expect((await everyItem(sandbox, `collectionId=${id}`)).length).toBe(itemCount);
    }
  });

  it.each(['type=favorite', 'sort=-recentlyUsed', 'limit=0'])('refuse %s', async (query) => {
    expect((await ask(sandbox, `${items}/${rich().id}/collections?${query}`)).status).toBe(400);
  });
});

describe('published copies', () => {
  const copy = () => all.find(({ resourceAttributes }) => resourceAttributes?.['published'])!;
  const source = () =>
    all.find(({ resourceId }) => resourceId === copy().resourceAttributes?.['originAppId'])!;

  it('lead from the source to its copies in managed spaces', async () => {
    const { body } = await ask(sandbox, `${items}/${source().id}/publisheditems`);
    expect(body.data.map(({ id }: Item) => id)).toEqual([copy().id]);
    const managed = await everyItem(sandbox, 'spaceType=managed');
    expect(idsOf(managed)).toContain(copy().id);
  });

  it('can be filtered by type', async () => {
    const countOf = async (type: string) =>
      (await ask(sandbox, `${items}/${source().id}/publisheditems?resourceType=${type}`)).body.data.length;
    expect([await countOf('app'), await countOf('note')]).toEqual([1, 0]);
  });
});

describe('settings', () => {
  const refused: readonly unknown[] = [
    {},
    [{ op: 'add', path: '/usageMetricsEnabled', value: true }],
    [{ op: 'replace', path: '/other', value: true }],
    [{ op: 'replace', path: '/usageMetricsEnabled', value: 'yes' }],
    [null],
  ];

  it.each(refused)('refuse %j', async (patch) => {
    const reply = await ask(sandbox, `${items}/settings`, { method: 'PATCH', body: JSON.stringify(patch) });
    expect(reply.status).toBe(400);
  });
});
