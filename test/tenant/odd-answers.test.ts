import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createExtensionsClient, type ExtensionsClient } from '../../src/tenant/extensions.js';
import { openTestTenant, serve, token } from './serve.js';

type Call = (client: ExtensionsClient) => Promise<unknown>;

const list: Call = (client) => client.list();
const get: Call = (client) => client.get('kpi-card');
const create: Call = (client) => client.create({ data: { name: 'kpi-card' } });
const patch: Call = (client) => client.patch('id1', { data: { tags: [] } });
const remove: Call = (client) => client.remove('id1');
const archive: Call = (client) => client.downloadArchive('id1');

interface Row {
  readonly name: string;
  readonly call?: Call;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly send?: (response: ServerResponse) => void;
  /** Of what never ends; other answers may take their time. */
  readonly timeoutMs?: number;
  readonly message: string | RegExp;
  readonly hint?: string;
  readonly code?: string;
  readonly exitCode?: number;
  readonly traceId?: string;
  readonly resourceName?: string;
}

const html = (title: string) =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>x</body></html>`;
const typeHtml = { 'content-type': 'text/html; charset=utf-8' };
const stack = `Error: boom\n    at create (/srv/extensions/lib/create.js:12:5)\n    at next (/srv/x.js:1:1)`;

const rows: readonly Row[] = [
  // Both documented error shapes.
  {
    name: 'flat error',
    call: create,
    status: 409,
    body: {
      status: 409,
      title: 'Conflict',
      meta: { message: 'Extension already exists', resourceName: 'kpi-card', stack },
      traceId: 'trace-1',
    },
    message: 'POST /api/v1/extensions: 409 Conflict: Extension already exists (kpi-card)',
    hint: 'name is taken',
    exitCode: 5,
    traceId: 'trace-1',
    resourceName: 'kpi-card',
  },
  {
    name: 'flat error as a real tenant sent it',
    call: get,
    status: 404,
    body: { status: 404, title: 'Not found' },
    message: 'GET /api/v1/extensions/kpi-card: 404 Not found',
    exitCode: 5,
  },
  {
    name: 'flat error with a stack in its message',
    call: patch,
    status: 422,
    body: { title: 'Unprocessable Entity', meta: { message: stack } },
    message: 'PATCH /api/v1/extensions/id1: 422 Unprocessable Entity: Error: boom',
  },
  {
    name: 'list of errors',
    status: 400,
    body: {
      errors: [
        { code: 'ITEMS-5', title: 'Bad request', detail: 'limit is too large' },
        { code: 'ITEMS-6', title: 'Bad request', detail: 'sort is unknown' },
      ],
      traceId: 'trace-2',
    },
    message: 'GET /api/v1/extensions: 400 Bad request: limit is too large; sort is unknown',
    code: 'ITEMS-5',
    traceId: 'trace-2',
  },
  { name: 'empty list of errors', status: 400, body: { errors: [] }, message: /: 400 Bad Request$/ },
  {
    name: 'errors of a strange form',
    status: 400,
    body: { errors: ['x', null, 7] },
    message: /: 400 Bad Request$/,
  },
  { name: 'error body that is an array', status: 400, body: ['x'], message: /: 400 Bad Request$/ },
  { name: 'error body that is no JSON', status: 400, body: '{"title":', message: /: 400 Bad Request$/ },
  { name: 'empty error body', status: 410, call: get, body: '', message: /: 410 Gone$/ },
  { name: 'a status nobody knows', status: 499, body: '', message: /: 499 unknown status$/ },
  {
    name: 'control characters',
    status: 400,
    body: { title: '\u001b[2Jgone\r\nnext', meta: { message: 'a\u0007b' } },
    message: 'GET /api/v1/extensions: 400 [2Jgone next: a b',
  },
  {
    name: 'the credential repeated by the tenant',
    status: 400,
    body: {
      title: `bad header Bearer ${token}`,
      meta: { message: token, resourceName: token },
      traceId: token,
    },
    message: /bad header Bearer \[credential\]/,
  },
  // Who may do what.
  {
    name: '401',
    status: 401,
    body: { errors: [{ code: 'LOGIN-1', title: 'Authorization required' }] },
    message: 'GET /api/v1/extensions: 401 Authorization required',
    hint: 'does not accept the API key',
    code: 'LOGIN-1',
    exitCode: 4,
  },
  {
    name: '403',
    call: patch,
    status: 403,
    body: { title: 'Forbidden' },
    message: 'PATCH /api/v1/extensions/id1: 403 Forbidden',
    hint: 'Manage extensions',
    exitCode: 4,
  },
  {
    name: 'a redirect to a login page',
    status: 302,
    headers: { location: 'https://login.example/auth?state=1' },
    message: 'GET /api/v1/extensions: answered with a redirect to login.example (302) instead of data.',
    hint: 'Check the tenant URL',
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a redirect without a target',
    status: 303,
    message: /a redirect \(303\)/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a redirect of a write',
    call: create,
    status: 307,
    message: /POST .*redirect/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a login page',
    headers: typeHtml,
    body: html('Log in'),
    message: /HTML/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a page that shows by its type only',
    headers: typeHtml,
    body: '<p>Log in</p>',
    message: /HTML/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a page with no type',
    headers: {},
    body: html('Log in'),
    message: /HTML/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a page for an archive',
    call: archive,
    headers: typeHtml,
    body: html(''),
    message: /HTML/,
    code: 'login-page',
    exitCode: 4,
  },
  {
    name: 'a page for a delete',
    call: remove,
    headers: typeHtml,
    body: html(''),
    message: /HTML/,
    code: 'login-page',
    exitCode: 4,
  },
  // The wrong host, and proxies in between.
  {
    name: 'an HTML 404',
    status: 404,
    headers: typeHtml,
    body: html('Page not found'),
    message: 'GET /api/v1/extensions: 404 Not Found: Page not found',
    hint: 'Is http://127.0.0.1',
  },
  {
    name: 'an HTML 500 for a write',
    call: create,
    status: 500,
    headers: typeHtml,
    body: html('Oops'),
    message: 'POST /api/v1/extensions: 500 Internal Server Error: Oops',
    hint: 'Try again later',
    exitCode: 5,
  },
  {
    name: '503 for a write, with a trace',
    call: patch,
    status: 503,
    body: { errors: [{ code: 'X', title: 'Unavailable' }], traceId: 'trace-3' },
    message: /503 Unavailable/,
    hint: 'trace-3',
  },
  { name: '413', call: create, status: 413, body: '', message: /413 Payload Too Large/, hint: '30 MB' },
  // What stands between: nothing is known of the credential.
  {
    name: "a firewall's page",
    status: 403,
    headers: typeHtml,
    body: html('Blocked: uploads'),
    message: 'GET /api/v1/extensions: 403 Forbidden: Blocked: uploads',
    hint: 'a firewall or a gateway on the way',
    code: 'web-page',
    exitCode: 5,
  },
  {
    name: "a gateway's page for a method",
    call: patch,
    status: 405,
    headers: typeHtml,
    body: html('405 Not Allowed'),
    message: 'PATCH /api/v1/extensions/id1: 405 Not Allowed',
    hint: 'let PATCH /api/v1/extensions/id1 through',
    exitCode: 5,
  },
  {
    name: "a gateway's page that asks for a user",
    status: 401,
    headers: typeHtml,
    body: html('401 Authorization Required'),
    message: 'GET /api/v1/extensions: 401 Authorization Required',
    hint: 'may also want a sign-in of its own',
    exitCode: 4,
  },
  {
    name: "a gateway's 413",
    call: create,
    status: 413,
    headers: typeHtml,
    body: html('413 Request Entity Too Large'),
    message: 'POST /api/v1/extensions: 413 Request Entity Too Large',
    hint: 'a proxy or gateway on the way that takes less',
    exitCode: 5,
  },
  {
    name: "a gateway's 502",
    call: create,
    status: 502,
    headers: typeHtml,
    body: html('502 Bad Gateway'),
    message: 'POST /api/v1/extensions: 502 Bad Gateway',
    hint: 'or a proxy or gateway on the way',
    exitCode: 5,
  },
  ...[
    { status: 407, title: 'Proxy Authentication Required' },
    { status: 511, title: 'Network Authentication Required' },
  ].map(({ status, title }) => ({
    name: `${status}`,
    status,
    body: '',
    message: `GET /api/v1/extensions: ${status} ${title}`,
    hint: 'a sign-in of its own',
    exitCode: 5,
  })),
  {
    name: '304, which nobody asked for',
    status: 304,
    message: 'GET /api/v1/extensions: 304 Not Modified',
    hint: 'may also have changed the answer',
    exitCode: 5,
  },
  {
    name: 'a coding that is not known',
    send: (response) => {
      response.writeHead(200, { 'content-encoding': 'snappy' }).end(Buffer.from([0xff, 0x06, 0, 0x80]));
    },
    message: /the 200 answer is compressed \(snappy\) and cannot be read/,
    code: 'bad-body',
    exitCode: 5,
  },
  {
    name: 'gzip that is cut off',
    send: (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"data":[]}').subarray(0, 15));
    },
    message: /the 200 answer is compressed \(gzip\) and cannot be read/,
    code: 'bad-body',
  },
  // 2xx that cannot be used.
  { name: 'empty 200', body: '', message: /the 200 answer is empty/, code: 'bad-body', exitCode: 5 },
  { name: 'half JSON', body: '{"data":[', message: /not valid JSON/, code: 'bad-body' },
  { name: 'plain text', body: 'OK', message: /not valid JSON/, code: 'bad-body' },
  { name: 'a number', body: '7', message: /has no list/, code: 'incomplete-view' },
  { name: 'null', body: 'null', message: /has no list/, code: 'incomplete-view' },
  {
    name: 'data that is null',
    body: { data: null },
    message: /has no list/,
    code: 'incomplete-view',
    exitCode: 5,
  },
  { name: 'data that is an object', body: { data: {} }, message: /has no list/, code: 'incomplete-view' },
  { name: 'a bare array', body: [], message: /has no list/, code: 'incomplete-view' },
  {
    name: 'no data',
    body: { value: [] },
    message: /has no list/,
    code: 'incomplete-view',
    hint: 'Nothing was decided',
  },
  {
    name: 'an entry without id',
    body: { data: [{ name: 'x' }] },
    message: /not an extension/,
    code: 'incomplete-view',
  },
  {
    name: 'one entry twice',
    body: { data: [{ id: 'a' }, { id: 'b' }, { id: 'a' }] },
    message: /lists one record twice/,
    code: 'incomplete-view',
    hint: 'run again',
  },
  {
    name: 'an entry with odd tags',
    body: { data: [{ id: 'a', tags: 'x' }] },
    message: /not an extension/,
    code: 'incomplete-view',
  },
  {
    name: 'an entry with an odd file',
    body: { data: [{ id: 'a', file: { md5: 7 } }] },
    message: /not an extension/,
    code: 'incomplete-view',
  },
  {
    name: 'a next link',
    body: { data: [], links: { next: { href: '/x' } } },
    message: /more pages/,
    code: 'incomplete-view',
  },
  { name: 'a next cursor', body: { data: [], next: 'abc' }, message: /more pages/, code: 'incomplete-view' },
  {
    name: 'a nested cursor',
    body: { data: [], meta: { nextCursor: 'abc' } },
    message: /more pages/,
    code: 'incomplete-view',
  },
  { name: 'hasMore', body: { data: [], hasMore: true }, message: /more pages/, code: 'incomplete-view' },
  {
    name: 'a write without a record',
    call: create,
    status: 201,
    body: {},
    message: /not an extension with an id/,
    code: 'bad-body',
  },
  { name: 'a write with an empty answer', call: patch, body: '', message: /is empty/, code: 'bad-body' },
  {
    name: 'an archive that is none',
    call: archive,
    body: 'x',
    message: /not a zip archive/,
    code: 'bad-body',
  },
  // No whole answer. Writes, so that nothing is sent again.
  {
    name: 'a reset before the answer',
    call: create,
    send: (response) => response.destroy(),
    message: /the connection to http:\/\/127\.0\.0\.1:\d+ broke before the answer was complete/,
    hint: 'may have been made anyway',
    code: 'reset',
    exitCode: 5,
  },
  {
    name: 'a body that ends early',
    call: create,
    send: (response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    },
    message: /broke before the answer was complete/,
    code: 'reset',
  },
  {
    name: 'no answer in time',
    call: create,
    send: () => undefined,
    timeoutMs: 200,
    message: /did not answer in time/,
    hint: 'may have been made anyway',
    code: 'timeout',
    exitCode: 5,
  },
  {
    name: 'a body that stalls',
    send: (response) => void response.writeHead(200).write('{'),
    timeoutMs: 200,
    message: /did not answer in time/,
    code: 'timeout',
  },
  {
    name: 'something that is not HTTP',
    send: (response) => void response.socket?.end(`NOPE ${token}\r\n\r\n`),
    message: /did not answer in HTTP/,
    code: 'bad-answer',
    exitCode: 5,
  },
];

function answerWith(row: Row): (response: ServerResponse) => void {
  const body = typeof row.body === 'string' || row.body === undefined ? row.body : JSON.stringify(row.body);
  return (response) => {
    response.writeHead(row.status ?? 200, row.headers ?? { 'content-type': 'application/json' }).end(body);
  };
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call must fail'),
    (error: unknown) => error,
  );
}

describe('odd answers', () => {
  it.each(rows)('$name', async (row) => {
    const { url, seen } = await serve((_request, response) => (row.send ?? answerWith(row))(response));
    const client = createExtensionsClient(openTestTenant(url, { timeoutMs: row.timeoutMs ?? 20_000 }));
    const error = await errorOf((row.call ?? list)(client));

    expect(error).toMatchObject({
      name: 'TenantError',
      message: typeof row.message === 'string' ? row.message : expect.stringMatching(row.message),
      ...(row.hint && { hint: expect.stringContaining(row.hint) }),
      ...(row.code && { code: row.code }),
      ...(row.exitCode && { exitCode: row.exitCode }),
      ...(row.traceId && { traceId: row.traceId }),
      ...(row.resourceName && { resourceName: row.resourceName }),
    });
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).not.toContain(token);
    expect(shown).not.toContain('/srv/extensions');
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
  });
});

describe('an answer that fits no request', () => {
  const answers = {
    'a change of protocol': 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n',
    'a bare 101': 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'a 101 that names a protocol alone': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: foo\r\n\r\n',
    'a 101 and then an answer':
      'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
  };
  const calls: readonly (readonly [string, Call])[] = [
    ['a read', list],
    ['a write', create],
    ['a read after a write', (client) => remove(client).then(() => list(client))],
  ];

  it.each(
    Object.entries(answers).flatMap(([what, text]) =>
      calls.map(([name, call]) => ({ what, text, name, call })),
    ),
  )(
    '$what to $name is the fault of what answers, and is not asked for again',
    async ({ text, name, call }) => {
      const { url, seen } = await serve((request, response) => {
        if (name !== 'a read after a write' || request.method === 'GET') response.socket?.write(text);
        else response.writeHead(204).end();
      });
      const error = await errorOf(call(createExtensionsClient(openTestTenant(url))));
      expect(error).toMatchObject({
        name: 'TenantError',
        message: expect.stringContaining('gave an answer that fits no request'),
        hint: expect.stringContaining(name === 'a write' ? 'may have been made' : 'gateway'),
        code: 'bad-answer',
      });
      expect(seen).toHaveLength(name === 'a read after a write' ? 2 : 1);
    },
  );

  it.each([list, create])('may have a status below 100', async (call) => {
    const { url } = await serve(
      (_request, response) => void response.socket?.write('HTTP/1.1 099 X\r\n\r\n'),
    );
    const error = await errorOf(call(createExtensionsClient(openTestTenant(url))));
    expect(error).toMatchObject({ name: 'TenantError', code: 'bad-answer' });
  });
});

describe('an answer that is too large', () => {
  it('is dropped, whether its length was announced or not', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200);
      for (let piece = 0; piece < 64; piece += 1) response.write(Buffer.alloc(1024));
      response.end();
    });
    const http = openTestTenant(url);
    const request = { method: 'GET', path: '/x', maxBytes: 1000, read: () => 'never' } as const;
    await expect(http.request(request)).rejects.toMatchObject({ code: 'too-large', exitCode: 5 });
  });

  it('is cut where it is only an error', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(400).end(Buffer.alloc(3 * 2 ** 20, 'x'));
    });
    await expect(createExtensionsClient(openTestTenant(url)).list()).rejects.toThrow('400 Bad Request');
  });
});

describe('an answer that is compressed although no coding was requested', () => {
  const codings = { gzip: gzipSync, 'X-GZIP': gzipSync, deflate: deflateSync, br: brotliCompressSync };

  it.each(Object.entries(codings))('is read: %s', async (coding, compress) => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(compress('{"data":[{"id":"a"}]}'));
    });
    await expect(createExtensionsClient(openTestTenant(url)).list()).resolves.toEqual([{ id: 'a' }]);
    expect(seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('is read where it is an error, without the credential that it repeats', async () => {
    const { url } = await serve((_request, response) => {
      const body = gzipSync(JSON.stringify({ title: `bad ${token}` }));
      response.writeHead(400, { 'content-encoding': 'gzip' }).end(body);
    });
    await expect(createExtensionsClient(openTestTenant(url)).list()).rejects.toThrow('400 bad [credential]');
  });

  it('fills no memory', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2 ** 20)));
    });
    const request = { method: 'GET', path: '/x', maxBytes: 10_000, read: () => 'never' } as const;
    await expect(openTestTenant(url).request(request)).rejects.toMatchObject({ code: 'too-large' });
  });
});
