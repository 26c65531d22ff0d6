import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Wait } from '../../src/tenant/governor.js';
import { readJson } from '../../src/tenant/http/answers.js';
import { type Auth, apiKeyAuth } from '../../src/tenant/http/auth.js';
import type { TenantHttp } from '../../src/tenant/http/http.js';
import { createBody } from '../../src/tenant/http/multipart.js';
import { freePort } from '../fixtures/free-port.js';
import { json, openTestTenant, serve, token } from './serve.js';

const read = readJson((value: unknown): value is unknown => value !== undefined, 'anything');

function get(http: TenantHttp, signal?: AbortSignal): Promise<unknown> {
  return http.request({ method: 'GET', path: '/api/v1/extensions?a=1', read, signal });
}

function post(http: TenantHttp, signal?: AbortSignal): Promise<unknown> {
  const body = createBody('application/json', [Buffer.from('{"x":'), Buffer.from('1}')]);
  return http.request({ method: 'POST', path: '/api/v1/extensions', read, body, signal });
}

describe('what is sent', () => {
  it('carries the credential, the body and a User-Agent', async () => {
    const { url, seen } = await serve(json({}));
    const http = openTestTenant(`${url}/hub?x=1`, { userAgent: 'qlik-sync/1.2.3' });
    await get(http);
    await post(http);
    expect(http.origin).toBe(url);
    expect(
      seen.map(({ method, url, headers, body }) => [method, url, headers['user-agent'], body.toString()]),
    ).toEqual([
      ['GET', '/api/v1/extensions?a=1', 'qlik-sync/1.2.3', ''],
      ['POST', '/api/v1/extensions', 'qlik-sync/1.2.3', '{"x":1}'],
    ]);
    expect(seen[1]?.headers).toMatchObject({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': '7',
    });
  });

  it('opens no connection before the first request', async () => {
    const http = openTestTenant('http://127.0.0.1:1');
    await http.close();
    expect(http.origin).toBe('http://127.0.0.1:1');
  });

  it('asks for the credential each time, and for fresh ones once after a 401', async () => {
    const { url, seen } = await serve((request, response) => {
      const known = request.headers.authorization === 'Bearer new';
      response.writeHead(known ? 200 : 401).end('{}');
    });
    let current = 'old';
    const auth: Auth = {
      describe: 'OAuth client',
      authorize: async () => `Bearer ${current}`,
      renew: async () => {
        current = 'new';
        return true;
      },
    };
    await post(openTestTenant(url, { auth }));
    expect(seen.map((request) => request.headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    expect(seen[1]?.body).toEqual(seen[0]?.body);
  });

  it('renews once only', async () => {
    const { url, seen } = await serve(json({ title: 'Unauthorized' }, 401));
    const auth: Auth = {
      describe: 'OAuth client',
      authorize: async () => 'Bearer x',
      renew: async () => true,
    };
    await expect(get(openTestTenant(url, { auth }))).rejects.toMatchObject({
      exitCode: 4,
      hint: expect.stringContaining('OAuth client'),
    });
    expect(seen).toHaveLength(2);
  });

  it('never sends a header that could hold a second one', async () => {
    const { url, seen } = await serve(json({}));
    const auth: Auth = { describe: 'API key', authorize: async () => `Bearer ${token}\r\nx: y` };
    const error = await get(openTestTenant(url, { auth })).catch((error: unknown) => error);
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining('cannot be sent') });
    expect(inspect(error)).not.toContain(token);
    expect(seen).toHaveLength(0);
  });
});

describe('sending again', () => {
  it.each([
    { name: 'lost connections', ends: [undefined, undefined] },
    { name: '502 and 503', ends: [502, 503] },
    { name: '504', ends: [504] },
    { name: '408, with which a gateway closes what was idle', ends: [408] },
    { name: 'more of them where it may', ends: [503, 503, 503], repeats: 5 },
  ])('a GET gets over $name', async ({ ends, repeats }) => {
    const { url, seen } = await serve((_request, response, count) => {
      const status = ends[count - 1];
      if (count > ends.length) response.end('{"a":1}');
      else if (status === undefined) response.destroy();
      else response.writeHead(status).end();
    });
    const http = openTestTenant(url, repeats === undefined ? {} : { repeats });
    await expect(get(http)).resolves.toEqual({ a: 1 });
    expect(seen).toHaveLength(ends.length + 1);
  });

  it.each([
    { name: 'two more tries', options: {}, tries: 3 },
    { name: 'one where none may follow', options: { repeats: 0 }, tries: 1 },
  ])('a GET gives up after $name', async ({ options, tries }) => {
    const { url, seen } = await serve(json({ title: 'Unavailable' }, 503));
    await expect(get(openTestTenant(url, options))).rejects.toMatchObject({ status: 503 });
    expect(seen).toHaveLength(tries);
  });

  it('a GET waits as long as it is asked to, and says so', async () => {
    const { url } = await serve((_request, response, count) => {
      response.writeHead(count === 1 ? 503 : 200, { 'retry-after': '1' }).end('{}');
    });
    const waits: Wait[] = [];
    const before = performance.now();
    await get(openTestTenant(url, { onWait: (wait) => waits.push(wait) }));
    expect(performance.now() - before).toBeGreaterThan(990);
    expect(waits).toEqual([{ tier: 1, seconds: 1, reason: 'repeat' }]);
  });

  it.each([
    { name: 'as long as a date is away from that of the answer', away: 2, waits: [2] },
    { name: 'no longer for a date that is past', away: -5, waits: [] },
  ])('a GET waits $name, whatever this clock says', async ({ away, waits: expected }) => {
    const there = Date.parse('2031-05-06T07:08:09Z');
    const { url } = await serve((_request, response, count) => {
      const date = new Date(there).toUTCString();
      const after = new Date(there + away * 1000).toUTCString();
      response.writeHead(count === 1 ? 503 : 200, { date, 'retry-after': after }).end('{}');
    });
    const waits: Wait[] = [];
    await get(openTestTenant(url, { onWait: (wait) => waits.push(wait) }));
    expect(waits.map(({ seconds }) => seconds)).toEqual(expected);
  });

  it.each([
    { name: 'a Retry-After beyond a minute', status: 503, retryAfter: '61' },
    { name: '500', status: 500, retryAfter: '1' },
    { name: '404', status: 404, retryAfter: '1' },
  ])('a GET is final with $name', async ({ status, retryAfter }) => {
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(status, { 'retry-after': retryAfter }).end();
    });
    await expect(get(openTestTenant(url))).rejects.toMatchObject({ status });
    expect(seen).toHaveLength(1);
  });

  it.each([408, 503, undefined])('a write is never sent again: %s', async (status) => {
    const { url, seen } = await serve((_request, response) => {
      if (status === undefined) response.destroy();
      else response.writeHead(status, { 'retry-after': '0' }).end();
    });
    await expect(post(openTestTenant(url))).rejects.toMatchObject({ name: 'TenantError' });
    expect(seen).toHaveLength(1);
  });

  it('a write that was refused with 429 is, with the same bytes', async () => {
    const { url, seen } = await serve((_request, response, count) => {
      response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '1' }).end('{}');
    });
    const waits: Wait[] = [];
    await post(openTestTenant(url, { onWait: (wait) => waits.push(wait) }));
    expect(seen.map((request) => request.body.toString())).toEqual(['{"x":1}', '{"x":1}']);
    expect(waits).toEqual([{ tier: 2, seconds: 1, reason: 'refused' }]);
  });

  it('gives up on a tenant that refuses for too long, without waiting', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
    });
    await expect(get(openTestTenant(url))).rejects.toMatchObject({
      status: 429,
      code: 'HTTP-429',
      exitCode: 9,
    });
  });
});

describe('an aborted signal', () => {
  it.each(['its own', "the tenant's"])('ends a request with the reason: %s', async (whose) => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort(Object.assign(new Error('enough'), { code: 'ECONNRESET' })));
    const own = whose === 'its own';
    const http = openTestTenant(url, own ? {} : { signal: stop.signal });
    const other = new AbortController();
    await expect(get(http, own ? stop.signal : other.signal)).rejects.toThrow('enough');
  });

  it('ends it while the body comes in', async () => {
    const stop = new AbortController();
    const { url } = await serve((_request, response) => {
      response.writeHead(200).write('{', () => setImmediate(() => stop.abort(new Error('enough'))));
    });
    await expect(get(openTestTenant(url), stop.signal)).rejects.toThrow('enough');
  });

  it('ends the pause before another try', async () => {
    const stop = new AbortController();
    const { url, seen } = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': '30' }).end();
    });
    const onWait = () => setImmediate(() => stop.abort(new Error('enough')));
    await expect(get(openTestTenant(url, { onWait }), stop.signal)).rejects.toThrow('enough');
    expect(seen).toHaveLength(1);
  });

  it('sends nothing when it was aborted before', async () => {
    const { url, seen } = await serve(json({}));
    await expect(get(openTestTenant(url), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect(seen).toHaveLength(0);
  });
});

describe('no connection', () => {
  it('says that nothing listens', async () => {
    const port = await freePort();
    await expect(get(openTestTenant(`http://127.0.0.1:${port}`))).rejects.toMatchObject({
      code: 'refused',
      exitCode: 5,
      message: expect.stringContaining('refused the connection (ECONNREFUSED)'),
      hint: expect.stringContaining('check the tenant URL'),
    });
  });

  it('says that TLS does not work', async () => {
    const { url } = await serve(json({}));
    await expect(get(openTestTenant(url.replace('http:', 'https:')))).rejects.toMatchObject({
      code: 'tls',
      message: expect.stringContaining('it does not answer in TLS'),
      hint: expect.stringContaining('plain http'),
    });
  });
});

describe('a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'all_proxy'])(
    'from %s gets the tunnel, not the credential',
    async (name) => {
      await using proxy = await refusingProxy();
      const http = openTestTenant('https://tenant.invalid', {
        proxies: { [name]: `http://user:pass@${proxy.host}` },
      });
      const error = await get(http).catch((error: unknown) => error);
      expect(error).toMatchObject({
        code: 'proxy',
        exitCode: 5,
        message: expect.stringContaining(name),
      });
      expect(proxy.received()).toContain('CONNECT tenant.invalid:443');
      expect(proxy.received()).not.toContain(token);
      expect(inspect(error)).not.toContain('pass');
    },
  );

  it('is not asked for loopback', async () => {
    await using proxy = await refusingProxy();
    const { url } = await serve(json({ a: 1 }));
    const proxies = { HTTPS_PROXY: `http://${proxy.host}`, HTTP_PROXY: `http://${proxy.host}` };
    await expect(get(openTestTenant(url, { proxies }))).resolves.toEqual({ a: 1 });
    expect(proxy.received()).toBe('');
  });

  it.each(['socks5://127.0.0.1:1', 'http://'])(
    'of a form that is not known is an error: %s',
    async (value) => {
      const http = openTestTenant('https://tenant.invalid', { proxies: { HTTPS_PROXY: value } });
      const error = await get(http).catch((error: unknown) => error);
      expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining('HTTPS_PROXY') });
    },
  );
});

describe('an API key', () => {
  it.each([
    { key: '', problem: 'is empty' },
    { key: ` ${token}`, problem: 'spaces or a line break around it' },
    { key: `${token}\n`, problem: 'spaces or a line break around it' },
    { key: `Bearer ${token}`, problem: 'begins with "Bearer "' },
    { key: `${token}\r\nx: y`, problem: 'characters that no API key has' },
    { key: `${token}ä`, problem: 'characters that no API key has' },
  ])('that cannot be one is refused without showing it: $problem', ({ key, problem }) => {
    const error = catchError(() => apiKeyAuth(key));
    expect(error).toMatchObject({
      name: 'UserError',
      exitCode: 3,
      message: expect.stringContaining(problem),
    });
    expect(inspect(error)).not.toContain(token);
  });
});

describe('a tenant URL', () => {
  it.each([
    ['https://acme.eu.qlikcloud.com', 'https://acme.eu.qlikcloud.com'],
    ['https://ACME.eu.qlikcloud.com/hub/', 'https://acme.eu.qlikcloud.com'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://127.9.9.9', 'http://127.9.9.9'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('%s is %s', (url, origin) => {
    expect(openTestTenant(url).origin).toBe(origin);
  });

  it.each([
    { url: 'acme.eu.qlikcloud.com', message: 'not an http(s) URL' },
    { url: '', message: 'not an http(s) URL' },
    { url: 'localhost:8080', message: 'not an http(s) URL' },
    { url: 'ftp://acme.eu.qlikcloud.com', message: 'not an http(s) URL' },
    { url: 'http://acme.eu.qlikcloud.com', message: 'plain http' },
    { url: 'http://127.0.0.1.evil.example', message: 'plain http' },
    { url: 'http://10.0.0.1', message: 'plain http' },
    { url: `https://user:${token}@acme.eu.qlikcloud.com`, message: 'user name or a password' },
  ])('$url is refused', ({ url, message }) => {
    const error = catchError(() => openTestTenant(url));
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining(message) });
    expect(inspect(error)).not.toContain(token);
  });
});

function catchError(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A proxy that answers every CONNECT with 407. */
async function refusingProxy() {
  const chunks: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      chunks.push(chunk);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    });
  });
  const port = await listen(server);
  return {
    host: `127.0.0.1:${port}`,
    received: () => Buffer.concat(chunks).toString(),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
