import { describe, expect, it } from 'vitest';
import type { RunningSandbox } from '../../src/sandbox/start.js';
import {
  ask,
  control,
  create,
  extensions,
  extensionZip,
  patch,
  type Reply,
  start,
  upload,
} from './support.js';

const next = () => extensionZip('hello', { 'hello.js': 'define({next:1});' });

/** Patches `hello` under a fault; what the client saw, and how often the record was changed. */
async function patchUnder(fault: object) {
  const sandbox = await start();
  const { id } = await create(sandbox);
  await control(sandbox, 'POST', 'faults', [{ method: 'PATCH', path: `${extensions}*`, ...fault }]);
  const seen: Reply | Error = await patch(sandbox, id, { file: await next() }).catch((error) => error);
  const { body } = await ask(sandbox, `${extensions}/${id}`);
  return { seen, version: body.version as string };
}

/** Asks for `hello` to be deleted, and goes once the request is there. */
async function leaveWhileDeleting(sandbox: RunningSandbox): Promise<void> {
  const client = new AbortController();
  const headers = { authorization: `Bearer ${sandbox.apiKey}` };
  const asked = fetch(`${sandbox.url}${extensions}/hello`, {
    method: 'DELETE',
    headers,
    signal: client.signal,
  }).catch((error: unknown) => error);
  const methods = async (): Promise<readonly string[]> =>
    (await control(sandbox, 'GET', 'requests')).body.map(({ method }: { method: string }) => method);
  await expect.poll(methods, { interval: 5 }).toContain('DELETE');
  client.abort();
  expect(await asked).toBeInstanceOf(Error);
}

describe('kinds', () => {
  const rows: readonly (readonly [string, object, object])[] = [
    ['a status', { kind: 'status', status: 500 }, { status: 500, body: { status: 500 } }],
    ['503 by default', { kind: 'status' }, { status: 503 }],
    [
      'a 429 with its wait',
      { kind: 'status', status: 429, retryAfter: 7 },
      { status: 429, body: { errors: [{ code: 'HTTP-429' }] } },
    ],
    ['a page', { kind: 'html' }, { status: 200, body: undefined }],
    ['a page with a status', { kind: 'html', status: 502 }, { status: 502, body: undefined }],
    ['a stall', { kind: 'stall', stallMs: 30 }, { status: 200 }],
  ];

  it.each(rows)('%s', async (_, fault, expected) => {
    const after = await patchUnder({ ...fault, when: 'after' });
    expect(after.seen).toMatchObject(expected);
    expect(after.version).toBe('2.0.0');
    const before = await patchUnder({ ...fault, when: 'before' });
    expect(before.seen).toMatchObject(expected);
    expect(before.version).toBe('kind' in fault && fault.kind === 'stall' ? '2.0.0' : '1.0.0');
  });

  it.each(['reset', 'truncate', 'garbage'])('%s leaves the client without an answer', async (kind) => {
    expect((await patchUnder({ kind, when: 'before' })).version).toBe('1.0.0');
    const { seen, version } = await patchUnder({ kind, when: 'after' });
    expect(seen).toBeInstanceOf(Error);
    expect(version).toBe('2.0.0');
  });

  it('spoils refusals too', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ kind: 'reset', when: 'after' }]);
    await expect(ask(sandbox, `${extensions}/nobody`)).rejects.toThrow();
  });

  it('sends Retry-After', async () => {
    const { seen } = await patchUnder({ kind: 'status', status: 429, retryAfter: 7 });
    expect((seen as Reply).headers.get('retry-after')).toBe('7');
  });

  it('drops the effect when the client leaves during a stall before it', async () => {
    const sandbox = await start();
    await create(sandbox);
    await control(sandbox, 'POST', 'faults', [{ method: 'DELETE', kind: 'stall', stallMs: 60_000 }]);
    await leaveWhileDeleting(sandbox);
    expect((await ask(sandbox, `${extensions}/hello`)).status).toBe(200);
  });

  it.each(['in time', 'when the faults are cleared'])('late: %s, though the client left', async (lands) => {
    const sandbox = await start();
    await create(sandbox);
    const stallMs = lands === 'in time' ? 1000 : 60_000;
    await control(sandbox, 'POST', 'faults', [{ method: 'DELETE', kind: 'late', stallMs }]);
    await leaveWhileDeleting(sandbox);
    const statusNow = async () => (await ask(sandbox, `${extensions}/hello`)).status;
    expect(await statusNow()).toBe(200);
    if (lands === 'in time') return expect.poll(statusNow).toBe(410);
    await control(sandbox, 'DELETE', 'faults');
    expect(await statusNow()).toBe(410);
  });

  it('a stall ends when the faults are cleared', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ kind: 'stall', stallMs: 60_000 }]);
    const listing = ask(sandbox, extensions);
    await expect.poll(async () => (await control(sandbox, 'GET', 'requests')).body).toHaveLength(1);
    await control(sandbox, 'DELETE', 'faults');
    expect((await listing).status).toBe(200);
  });

  it('hits only requests whose body holds a text', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ body: 'second.qext', kind: 'status', status: 500 }]);
    expect((await upload(sandbox, { file: await extensionZip('first') })).status).toBe(201);
    expect((await upload(sandbox, { file: await extensionZip('second') })).status).toBe(500);
  });

  const ignored: readonly (readonly [string, number])[] = [
    ['PATCH', 200],
    ['DELETE', 204],
    ['POST', 201],
  ];

  it.each(ignored)('ignore answers %s with %i and changes nothing', async (method, status) => {
    const sandbox = await start();
    const before = await create(sandbox);
    await control(sandbox, 'POST', 'faults', [{ method, kind: 'ignore' }]);
    const reply = await disturb(sandbox, method);
    expect(reply.status).toBe(status);
    if (method === 'PATCH') expect(reply.body).toEqual(before);
    expect((await ask(sandbox, extensions)).body.data).toEqual([before]);
  });
});

async function disturb(sandbox: RunningSandbox, method: string): Promise<Reply> {
  switch (method) {
    case 'POST':
      return upload(sandbox, { file: await extensionZip('other') });
    case 'PATCH':
      return patch(sandbox, 'hello', { file: await next() });
    default:
      return ask(sandbox, `${extensions}/hello`, { method });
  }
}

describe('matching', () => {
  const paths: readonly (readonly [string, string, boolean])[] = [
    ['/api/v1/extensions*', '/api/v1/extensions', true],
    ['/api/v1/extensions*', '/api/v1/extensions/a/file/b', true],
    ['*/file/*', '/api/v1/extensions/a/file/b', true],
    ['/api/v1/items', '/api/v1/items?limit=1', true],
    ['/api/v1/items*limit=1', '/api/v1/items?limit=1', true],
    ['/api/v1/extensions', '/api/v1/extensions/a', false],
    ['/api/v1/extension.', '/api/v1/extensions', false],
  ];

  it.each(paths)('%s, asked %s: %s', async (path, asked, hit) => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ path, kind: 'status', status: 599 }]);
    expect((await ask(sandbox, asked)).status === 599).toBe(hit);
  });

  const status = (code: number, rest: object = {}) => ({ kind: 'status', status: code, ...rest });
  const orders: readonly (readonly [string, readonly object[], readonly number[]])[] = [
    ['once by default', [status(500)], [500, 200, 200]],
    ['as often as asked', [status(500, { times: 2 })], [500, 500, 200]],
    ['after some that pass', [status(500, { skip: 2 })], [200, 200, 500, 200]],
    ['the first match first', [status(500), status(501)], [500, 501, 200]],
    ['another method not', [status(500, { method: 'POST' }), status(501, { method: 'get' })], [501, 200]],
  ];

  it.each(orders)('%s', async (_, faults, expected) => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', faults);
    const statuses = [];
    for (const _step of expected) statuses.push((await ask(sandbox, extensions)).status);
    expect(statuses).toEqual(expected);
  });

  it('ends with DELETE faults', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [status(500, { times: 100 })]);
    await control(sandbox, 'DELETE', 'faults');
    expect((await ask(sandbox, extensions)).status).toBe(200);
  });

  const malformed = [
    {},
    [{}],
    [{ kind: 'unknown' }],
    [null],
    [{ kind: 'status', status: 99 }],
    [{ kind: 'status', retryAfter: 'soon' }],
  ];

  it.each(malformed)('refuses %j', async (specs) => {
    expect((await control(await start(), 'POST', 'faults', specs)).status).toBe(400);
  });
});
