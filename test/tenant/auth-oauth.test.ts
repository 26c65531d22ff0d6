/** OAuth machine-to-machine against a server of this test's own: what is asked, how often, and what is told. */

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { TenantError } from '../../src/core/errors.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { createGovernor } from '../../src/tenant/governor.js';
import { readJson } from '../../src/tenant/http/answers.js';
import { oauthAuth } from '../../src/tenant/http/auth-oauth.js';
import type { TenantHttp } from '../../src/tenant/http/http.js';
import { type Handler, openTestTenant, type Seen, serve } from './serve.js';

const secret = 'hunter22"\\-secret';
const client = { clientId: 'robot', clientSecret: secret };
const read = readJson((value: unknown): value is unknown => value !== undefined, 'anything');
const get = (http: TenantHttp, signal?: AbortSignal): Promise<unknown> =>
  http.request({ method: 'GET', path: '/api/v1/extensions', signal, read });

interface Tokens {
  /** Of the n-th token, from 1. */
  readonly answer?: (count: number) => object;
  /** Whether the API takes this token. */
  readonly takes?: (token: string) => boolean;
}

/** Tokens `token-1`, `token-2` …, and an API that takes them. */
function tenantWith({ answer = () => ({ expires_in: 21_600 }), takes = () => true }: Tokens = {}): Handler {
  let count = 0;
  return ({ url, headers }, response) => {
    if (url === '/oauth/token') {
      count += 1;
      const token = { access_token: `token-${count}`, token_type: 'bearer', ...answer(count) };
      response.end(JSON.stringify(token));
      return;
    }
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    const good = token.startsWith('token-') && takes(token);
    response.writeHead(good ? 200 : 401).end('{"data":[]}');
  };
}

const tokenRequests = (seen: readonly Seen[]): number =>
  seen.filter(({ url }) => url === '/oauth/token').length;
const authorizations = (seen: readonly Seen[]): readonly (string | undefined)[] =>
  seen.filter(({ url }) => url !== '/oauth/token').map(({ headers }) => headers.authorization);

function openGate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

describe('a token', () => {
  it('is asked for in JSON, without a credential in any header', async () => {
    const { url, seen } = await serve(tenantWith());
    await get(openTestTenant(url, { auth: oauthAuth(client) }));
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/oauth/token' });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual({
      client_id: 'robot',
      client_secret: secret,
      grant_type: 'client_credentials',
    });
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(authorizations(seen)).toEqual(['Bearer token-1']);
  });

  it('is requested once by twenty simultaneous requests, and not again', async () => {
    const { url, seen } = await serve(tenantWith());
    const http = openTestTenant(url, { auth: oauthAuth(client) });
    await Promise.all(Array.from({ length: 20 }, () => get(http)));
    await get(http);
    expect(tokenRequests(seen)).toBe(1);
    expect(new Set(authorizations(seen))).toEqual(new Set(['Bearer token-1']));
  });

  it('is renewed once where twenty requests at the same time meet a 401', async () => {
    const { url, seen } = await serve(tenantWith({ takes: (token) => token !== 'token-1' }));
    const http = openTestTenant(url, { auth: oauthAuth(client) });
    await Promise.all(Array.from({ length: 20 }, () => get(http)));
    expect(tokenRequests(seen)).toBe(2);
  });

  it('is renewed only once for a request that is still refused', async () => {
    const { url, seen } = await serve(tenantWith({ takes: () => false }));
    const error = await get(openTestTenant(url, { auth: oauthAuth(client) })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ status: 401, exitCode: exitCodes.auth });
    expect(error).toMatchObject({ hint: expect.stringContaining('does not accept the OAuth client') });
    expect([tokenRequests(seen), authorizations(seen)]).toEqual([2, ['Bearer token-1', 'Bearer token-2']]);
  });

  it.each<readonly [string, object, number, number]>([
    ['expires_in', { expires_in: 1000 }, 899, 901],
    ['expires_in as text', { expires_in: '1000' }, 899, 901],
    ['expires_in, five minutes before a long one ends', { expires_in: 21_600 }, 21_299, 21_301],
    ['expires_in rather than expires_at', { expires_in: 1000, expires_at: '2020-01-01T00:00:00Z' }, 899, 901],
    ['expires_at', { expires_at: new Date(Date.now() + 1000_000).toISOString() }, 890, 901],
    ['nothing: a 401 tells', {}, 1e9, Number.POSITIVE_INFINITY],
    ['an end that is over, since a clock is wrong', { expires_at: '2020-01-01T00:00:00Z' }, 1e9, 1e12],
    ['an expires_at that is no date', { expires_at: 'soon' }, 1e9, 1e12],
  ])('is renewed before it runs out, by %s', async (_, answer, before, after) => {
    let now = 0;
    const { url, seen } = await serve(tenantWith({ answer: () => answer }));
    const http = openTestTenant(url, { auth: oauthAuth({ ...client, clock: () => now }) });
    await get(http);
    now = before * 1000;
    await get(http);
    expect(tokenRequests(seen)).toBe(1);
    if (after > 1e9) return;
    now = after * 1000;
    await get(http);
    expect(tokenRequests(seen)).toBe(2);
  });

  it('belongs to one tenant, though the client is the same', async () => {
    const [one, other] = [
      await serve(tenantWith()),
      await serve(tenantWith({ answer: () => ({ access_token: 'token-b' }) })),
    ];
    const auth = oauthAuth(client);
    await get(openTestTenant(one.url, { auth }));
    await get(openTestTenant(other.url, { auth }));
    expect([authorizations(one.seen), authorizations(other.seen)]).toEqual([
      ['Bearer token-1'],
      ['Bearer token-b'],
    ]);
  });

  it('counts as a write, and never waits for itself', async () => {
    const { url, seen } = await serve(tenantWith());
    const waits: number[] = [];
    const governor = createGovernor({
      limits: { 1: 100, 2: 1 },
      windowMs: 300,
      onWait: ({ tier }) => waits.push(tier),
    });
    const http = openTestTenant(url, { auth: oauthAuth(client), governor });
    const post = { method: 'POST', path: '/api/v1/extensions', read } as const;
    await Promise.all([http.request(post), http.request(post)]);
    expect(seen.map(({ url }) => url)).toEqual(['/oauth/token', '/api/v1/extensions', '/api/v1/extensions']);
  });

  it('is waited for while others give up', async () => {
    const gate = openGate();
    const asked = openGate();
    const { url } = await serve(async (request, response) => {
      if (request.url !== '/oauth/token') return void response.end('{}');
      asked.resolve();
      await gate.promise;
      response.end('{"access_token":"token-1"}');
    });
    const http = openTestTenant(url, { auth: oauthAuth(client) });
    const leaver = new AbortController();
    const [left, stayed] = [get(http, leaver.signal), get(http)];
    await asked.promise;
    leaver.abort(new Error('had enough'));
    await expect(left).rejects.toThrow('had enough');
    gate.resolve();
    await expect(stayed).resolves.toEqual({});
  });

  it('is requested again after a transient failure', async () => {
    const { url, seen } = await serve((request, response, count) => {
      if (count === 1) response.writeHead(503).end();
      else if (count === 2) response.destroy();
      else tenantWith()(request, response, count);
    });
    await get(openTestTenant(url, { auth: oauthAuth(client) }));
    expect(tokenRequests(seen)).toBe(3);
  });
});

describe('a question without a token', () => {
  const noToken = 'The tenant did not issue a token to the OAuth client.';
  it.each<readonly [string, number, unknown, number, string]>([
    [
      'a wrong secret, as RFC 6749 has it',
      401,
      { error: 'invalid_client', error_description: `no ${secret}` },
      4,
      noToken,
    ],
    ['the same with 400', 400, { error: 'invalid_client' }, 4, noToken],
    [
      "Qlik's own form",
      401,
      { errors: [{ code: 'HTTP-401', title: 'Unauthorized', detail: 'wrong' }] },
      4,
      noToken,
    ],
    ['a client that may not', 403, { error: 'unauthorized_client' }, 4, noToken],
    ['a tenant that fails', 500, { title: 'Oops' }, 5, 'POST /oauth/token: 500 Oops'],
    ['another host', 404, '<!doctype html>', 5, 'POST /oauth/token: 404'],
    ['a login page', 200, '<!doctype html><title>Log in</title>', 4, 'answered with an HTML page'],
    ['no token', 200, {}, 5, 'is JSON, but not a bearer token'],
    [
      'another kind of token',
      200,
      { access_token: 'token-1', token_type: 'mac' },
      5,
      'but not a bearer token',
    ],
    ['a token with a line break', 200, { access_token: 'hunter22\r\nx: y' }, 5, 'but not a bearer token'],
    ['a token that is no text', 200, { access_token: 7 }, 5, 'but not a bearer token'],
  ])('%s', async (_, status, body, exitCode, says) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const { url, seen } = await serve((_request, response) => response.writeHead(status).end(text));
    const error = await get(openTestTenant(url, { auth: oauthAuth(client) })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TenantError);
    expect(error).toMatchObject({ exitCode, message: expect.stringContaining(says) });
    expect(inspect(error)).not.toContain('hunter22');
    expect(seen.every(({ url }) => url === '/oauth/token')).toBe(true);
  });

  it('is asked again by the next request', async () => {
    const { url, seen } = await serve((request, response, count) => {
      if (count === 1) response.writeHead(401).end('{"error":"invalid_client"}');
      else tenantWith()(request, response, count);
    });
    const http = openTestTenant(url, { auth: oauthAuth(client) });
    await expect(get(http)).rejects.toMatchObject({ exitCode: 4 });
    await expect(get(http)).resolves.toEqual({ data: [] });
    expect(tokenRequests(seen)).toBe(2);
  });
});

describe('the pair of tenant and credential', () => {
  it.each([301, 302, 303, 307, 308])(
    'a redirect with %i takes neither secret nor token to another host',
    async (status) => {
      const other = await serve((_request, response) => response.end('{"access_token":"stolen"}'));
      const redirect: Handler = (_request, response) =>
        response.writeHead(status, { location: `${other.url}/oauth/token` }).end();
      const asking = await serve(redirect);
      await expect(get(openTestTenant(asking.url, { auth: oauthAuth(client) }))).rejects.toMatchObject({
        code: 'login-page',
        exitCode: 4,
      });
      const listing = await serve((request, response, count) =>
        request.url === '/oauth/token'
          ? tenantWith()(request, response, count)
          : redirect(request, response, count),
      );
      await expect(get(openTestTenant(listing.url, { auth: oauthAuth(client) }))).rejects.toMatchObject({
        exitCode: 4,
      });
      expect(other.seen).toEqual([]);
    },
  );
});
