import { describe, expect, it } from 'vitest';
import { createItemsClient, type ItemsClient } from '../../src/tenant/items.js';
import type { ItemsQuery } from '../../src/tenant/items-query.js';
import { json, openTestTenant, type Seen, serve } from './serve.js';

const item = (id: string) => ({ id, name: `App ${id}`, resourceType: 'app', somethingNew: 1 });

/** A server of pages: each answer is made from the number of the request and the server's address. */
async function servePages(pages: readonly ((origin: string) => unknown)[]) {
  let origin = '';
  const served = await serve((request, response, count) => {
    json(pages[count - 1]?.(origin) ?? {})(request, response, count);
  });
  origin = served.url;
  return { ...served, client: createItemsClient(openTestTenant(served.url)) };
}

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const entry of entries) read.push(entry);
  return read;
}

const next = (href: string) => ({ next: { href } });

const lastLinks = {
  self: { href: '/x?next=d' },
  prev: { href: '/y?prev=d' },
  collection: { href: '/z' },
  next: { href: '' },
};

describe('a list', () => {
  it('continues over all pages, by absolute and by relative links', async () => {
    const { client, seen } = await servePages([
      (origin) => ({
        data: [item('1'), item('2')],
        links: next(`${origin}/api/v1/items?limit=2&next=a%2Bb`),
      }),
      () => ({ data: [item('3')], links: next('/api/v1/items?limit=2&next=c') }),
      () => ({ data: [], links: next('?limit=2&next=d') }),
      () => ({ data: [item('4')], links: lastLinks }),
    ]);
    const items = await all(client.list({ limit: 2 }));
    expect(items.map((entry) => entry.id)).toEqual(['1', '2', '3', '4']);
    expect(items[0]).toEqual(item('1'));
    expect(seen.map((request) => request.url)).toEqual([
      '/api/v1/items?limit=2',
      '/api/v1/items?limit=2&next=a%2Bb',
      '/api/v1/items?limit=2&next=c',
      '/api/v1/items?limit=2&next=d',
    ]);
  });

  it('asks for the next page only when it is needed', async () => {
    const { client, seen } = await servePages([
      () => ({ data: [item('1')], links: next('/api/v1/items?next=a') }),
    ]);
    for await (const entry of client.list()) {
      expect(entry.id).toBe('1');
      break;
    }
    expect(seen).toHaveLength(1);
  });

  it('comes page by page as well', async () => {
    const { client } = await servePages([
      () => ({ data: [item('1')], links: next('/api/v1/items?next=a') }),
      () => ({ data: [item('2')] }),
    ]);
    expect((await all(client.listPages())).map((page) => page.data.length)).toEqual([1, 1]);
  });

  it.each<{ name: string; pages: ((origin: string) => unknown)[]; code: string; requests: number }>([
    {
      name: 'a page that leads to itself',
      pages: [() => ({ data: [], links: next('/api/v1/items') })],
      code: 'page-loop',
      requests: 1,
    },
    {
      name: 'pages in a circle',
      pages: [
        () => ({ data: [], links: next('/api/v1/items?next=a') }),
        () => ({ data: [], links: next('/api/v1/items?next=b') }),
        () => ({ data: [], links: next('/api/v1/items?next=a') }),
      ],
      code: 'page-loop',
      requests: 3,
    },
    {
      name: 'a link to another host',
      pages: [() => ({ data: [], links: next('https://evil.example/api/v1/items?next=a') })],
      code: 'foreign-link',
      requests: 1,
    },
    {
      name: 'a link to another port',
      pages: [() => ({ data: [], links: next('http://127.0.0.1:1/api/v1/items?next=a') })],
      code: 'foreign-link',
      requests: 1,
    },
    {
      name: 'a link to another host without a protocol',
      pages: [() => ({ data: [], links: next('//evil.example/api/v1/items') })],
      code: 'foreign-link',
      requests: 1,
    },
    {
      name: 'a link that is none',
      pages: [() => ({ data: [], links: next('http://[') })],
      code: 'bad-body',
      requests: 1,
    },
    { name: 'data that is no list', pages: [() => ({ data: null })], code: 'incomplete-view', requests: 1 },
    {
      name: 'an entry without id',
      pages: [() => ({ data: [{ name: 'x' }] })],
      code: 'incomplete-view',
      requests: 1,
    },
    {
      name: 'a next page that is told as a text',
      pages: [() => ({ data: [item('1')], links: { next: '/api/v1/items?next=abc' } })],
      code: 'incomplete-view',
      requests: 1,
    },
    {
      name: 'a cursor that nobody knows',
      pages: [() => ({ data: [item('1')], links: { self: { href: '/x' } }, next: 'abc' })],
      code: 'incomplete-view',
      requests: 1,
    },
    {
      name: 'a next page without an address',
      pages: [() => ({ data: [item('1')], links: { next: { href: 7 } } })],
      code: 'incomplete-view',
      requests: 1,
    },
    {
      name: 'a second page that is no page',
      pages: [() => ({ data: [], links: next('/api/v1/items?next=a') }), () => ({ items: [] })],
      code: 'incomplete-view',
      requests: 2,
    },
  ])('ends with an error for $name', async ({ pages, code, requests }) => {
    const { client, seen } = await servePages(pages);
    await expect(all(client.list())).rejects.toMatchObject({ name: 'TenantError', code, exitCode: 5 });
    expect(seen).toHaveLength(requests);
  });

  it('ends with the reason of an aborted signal', async () => {
    const stop = new AbortController();
    const { client, seen } = await servePages([
      () => ({ data: [item('1')], links: next('/api/v1/items?next=a') }),
    ]);
    const reading = async () => {
      for await (const _ of client.list({}, { signal: stop.signal })) stop.abort(new Error('enough'));
    };
    await expect(reading()).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
  });
});

describe('filters', () => {
  const queries: readonly (readonly [ItemsQuery, string])[] = [
    [{}, ''],
    [{ limit: 100, noActions: true, resourceType: 'app' }, '?limit=100&noActions=true&resourceType=app'],
    [{ resourceType: ['app[qvd,]', 'qvapp'] }, '?resourceType=app%5Bqvd%2C%5D%2Cqvapp'],
    [{ resourceIds: ['a', 'b'], resourceType: 'app' }, '?resourceIds=a%2Cb&resourceType=app'],
    [{ sort: '+recentlyUsed' }, '?sort=%2BrecentlyUsed'],
    [{ name: 'a b&c=d', query: 'ä' }, '?name=a+b%26c%3Dd&query=%C3%A4'],
    [{ name: 'Margin %', query: '50%ab' }, '?name=Margin+%25&query=50%25ab'],
    [
      { spaceId: 'personal', spaceType: ['shared', 'managed'] },
      '?spaceId=personal&spaceType=shared%2Cmanaged',
    ],
    [{ shared: false, next: 'x' }, '?shared=false&next=x'],
    [
      {
        collectionId: 'c',
        createdByUserId: 'd',
        id: 'i',
        notCreatedByUserId: 'n',
        notOwnerId: 'o',
        ownerId: 'w',
      },
      '?collectionId=c&createdByUserId=d&id=i&notCreatedByUserId=n&notOwnerId=o&ownerId=w',
    ],
    [
      { resourceId: 'r', resourceLink: 'l', resourceSubType: ['a', 'b'], prev: 'p' },
      '?resourceId=r&resourceLink=l&resourceSubType=a%2Cb&prev=p',
    ],
  ];

  it.each(queries)('%j', async (query, expected) => {
    const { client, seen } = await servePages([() => ({ data: [] })]);
    await all(client.list(query));
    expect(seen[0]?.url).toBe(`/api/v1/items${expected}`);
  });
});

type Call = (client: ItemsClient) => Promise<unknown>;

describe('everything else', () => {
  const settings = { usageMetricsEnabled: true };
  const page = { data: [{ id: 'c1', name: 'Finance', type: 'public' }] };
  const calls: readonly { request: string; answer: unknown; call: Call; sent?: unknown }[] = [
    { request: 'GET /api/v1/items/i1', answer: item('i1'), call: (client) => client.get('i1') },
    {
      request: 'PUT /api/v1/items/i1',
      answer: item('i1'),
      call: (client) => client.update('i1', { name: 'New' }),
      sent: { name: 'New' },
    },
    { request: 'GET /api/v1/items/settings', answer: settings, call: (client) => client.settings.get() },
    {
      request: 'PATCH /api/v1/items/settings',
      answer: settings,
      call: (client) => client.settings.patch([{ op: 'replace', path: '/usageMetricsEnabled', value: true }]),
      sent: [{ op: 'replace', path: '/usageMetricsEnabled', value: true }],
    },
    {
      request: 'GET /api/v1/items/i1/collections?type=public',
      answer: page,
      call: (client) => all(client.collections('i1', { type: 'public' })),
    },
    {
      request: 'GET /api/v1/items/i1/publisheditems?limit=5',
      answer: page,
      call: (client) => all(client.publishedItems('i1', { limit: 5 })),
    },
  ];

  it.each(calls)('$request', async ({ request, answer, call, sent }) => {
    const { url, seen } = await serve(json(answer));
    const value = await call(createItemsClient(openTestTenant(url)));
    expect(value).toEqual(Array.isArray(value) ? page.data : answer);
    expect(seen.map(lineOf)).toEqual([request]);
    if (sent === undefined) return;
    expect(JSON.parse(String(seen[0]?.body))).toEqual(sent);
    expect(seen[0]?.headers['content-type']).toBe('application/json');
  });

  it('DELETE /api/v1/items/i1', async () => {
    const { url, seen } = await serve((_request, response) => void response.writeHead(204).end());
    await expect(createItemsClient(openTestTenant(url)).remove('i1')).resolves.toBeUndefined();
    expect(seen.map(lineOf)).toEqual(['DELETE /api/v1/items/i1']);
  });

  it.each(['', '..', 'a/b', 'settings'])('an item is never addressed as %j', async (id) => {
    const { url, seen } = await serve(json(item('x')));
    const client = createItemsClient(openTestTenant(url));
    await expect(client.get(id)).rejects.toMatchObject({ exitCode: 3 });
    await expect(client.update(id, {})).rejects.toMatchObject({ exitCode: 3 });
    await expect(client.remove(id)).rejects.toMatchObject({ exitCode: 3 });
    expect(() => client.collections(id)).toThrow('not an id');
    expect(seen).toHaveLength(0);
  });
});

function lineOf(request: Seen): string {
  return `${request.method} ${request.url}`;
}
