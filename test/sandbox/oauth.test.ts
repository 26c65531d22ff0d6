/** `/oauth/token`, what its tokens may do, and who the callers are. */

import { createQlikApi } from '@qlik/api';
import { describe, expect, it } from 'vitest';
import type { RunningSandbox } from '../../src/sandbox/start.js';
import { readJson } from '../../src/tenant/http/answers.js';
import { oauthAuth } from '../../src/tenant/http/auth-oauth.js';
import { openTenant } from '../../src/tenant/http/http.js';
import { ask, control, extensions, extensionZip, type Reply, start, temporaryFolder } from './support.js';

const json = { 'content-type': 'application/json' };

function askForToken(sandbox: RunningSandbox, changes: object = {}, headers = json): Promise<Reply> {
  const { clientId, clientSecret } = sandbox;
  const body = {
    client_id: clientId,
    client_secret: clientSecret,
    grant_type: 'client_credentials',
    ...changes,
  };
  return ask(sandbox, '/oauth/token', { method: 'POST', key: '', headers, body: JSON.stringify(body) });
}

describe('a token', () => {
  it('is given in the documented form, and may do everything', async () => {
    const now = Date.UTC(2026, 10, 23);
    const sandbox = await start({ clock: () => now });
    const { status, body } = await askForToken(sandbox);
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^[\x21-\x7e]{40,}$/),
        token_type: 'bearer',
        expires_in: 21_600,
        expires_at: '2026-11-23T06:00:00.000Z',
      },
    ]);
    const key = body.access_token;
    const form = new FormData();
    form.set('data', '{"name":"a"}');
    const created = await ask(sandbox, extensions, { method: 'POST', key, body: form });
    expect(created.status).toBe(201);
    expect((await ask(sandbox, extensions, { key })).status).toBe(200);
  });

  it.each<readonly [string, object, number, string]>([
    ['another secret', { client_secret: 'x' }, 401, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client'],
    ['another client', { client_id: 'x' }, 401, 'invalid_client'],
    ['no client', { client_id: undefined }, 400, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('is not given for %s', async (_, changes, status, word) => {
    const reply = await askForToken(await start(), changes);
    expect(reply.status).toBe(status);
    expect(reply.body.errors[0]).toMatchObject({
      code: `HTTP-${status}`,
      detail: expect.stringContaining(word),
    });
  });

  it('is given for JSON and POST only', async () => {
    const sandbox = await start();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await askForToken(sandbox, {}, form)).status).toBe(400);
    expect((await ask(sandbox, '/oauth/token', { key: '' })).status).toBe(405);
    const nothing = { method: 'POST', key: '', headers: json, body: 'null' };
    expect((await ask(sandbox, '/oauth/token', nothing)).status).toBe(400);
  });

  it('ends by itself, and when it is revoked', async () => {
    let now = 0;
    const sandbox = await start({ tokenSeconds: 60, clock: () => now });
    const key = (await askForToken(sandbox)).body.access_token;
    const status = async (): Promise<number> => (await ask(sandbox, extensions, { key })).status;
    now = 59_999;
    expect(await status()).toBe(200);
    now = 60_000;
    expect(await status()).toBe(401);
    now = 0;
    expect(await status()).toBe(200);
    expect((await control(sandbox, 'DELETE', 'tokens')).status).toBe(204);
    expect(await status()).toBe(401);
  });

  it('counts as a write of its client, however many tokens it has', async () => {
    const sandbox = await start({ rate: { tier1: 1000, tier2: 3 } });
    const key = (await askForToken(sandbox)).body.access_token;
    await askForToken(sandbox);
    const write = { method: 'DELETE', key };
    expect((await ask(sandbox, `${extensions}/none`, write)).status).toBe(404);
    expect((await askForToken(sandbox)).status).toBe(429);
    expect((await ask(sandbox, `${extensions}/none`, write)).status).toBe(429);
    const { apiKey } = sandbox;
    expect((await ask(sandbox, `${extensions}/none`, { method: 'DELETE', key: apiKey })).status).toBe(404);
  });

  it('meets faults like any other request', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ path: '/oauth/token', kind: 'status', status: 503 }]);
    expect((await askForToken(sandbox)).status).toBe(503);
    expect((await askForToken(sandbox)).status).toBe(200);
  });
});

describe('the client of a folder', () => {
  it('is the same after a restart, and in folders made before there was one', async () => {
    const dir = await temporaryFolder();
    const first = await start({ dir });
    const second = await start({ dir });
    expect(second.clientSecret).toBe(first.clientSecret);
    expect(second.publisherKey).toBe(first.publisherKey);
    expect((await askForToken(second, { client_secret: first.clientSecret })).status).toBe(200);
    expect((await start()).clientSecret).not.toBe(first.clientSecret);
  });
});

describe('our client against the sandbox', () => {
  it('renews a token that ended and one that was revoked', async () => {
    let now = 0;
    const sandbox = await start({ tokenSeconds: 60, clock: () => now });
    const { url, clientId, clientSecret } = sandbox;
    const http = openTenant({ url, auth: oauthAuth({ clientId, clientSecret, clock: () => now }) });
    const list = () =>
      http.request({
        method: 'GET',
        path: extensions,
        read: readJson((value): value is unknown => true, ''),
      });
    await list();
    now = 55_000;
    await list();
    await control(sandbox, 'DELETE', 'tokens');
    await list();
    await http.close();
    const { body } = await control(sandbox, 'GET', 'requests');
    expect(body.map(({ path, status }: { path: string; status: number }) => `${path} ${status}`)).toEqual([
      '/oauth/token 200',
      `${extensions} 200`,
      '/oauth/token 200',
      `${extensions} 200`,
      `${extensions} 401`,
      '/oauth/token 200',
      `${extensions} 200`,
    ]);
  });
});

describe('@qlik/api as an OAuth client', () => {
  it('gets its token, writes and reads', async () => {
    const { url, clientId, clientSecret } = await start();
    const qlik = createQlikApi({ hostConfig: { authType: 'oauth2', host: url, clientId, clientSecret } });
    const file = Uint8Array.from(await extensionZip());
    expect((await qlik.extensions.uploadExtension({ file })).status).toBe(201);
    const { data } = await qlik.extensions.getExtensions({ noCache: true });
    expect(data.data?.map(({ qextFilename }) => qextFilename)).toEqual(['hello']);
  });

  it.each(['apiKey', 'publisherKey', 'userKey'] as const)('reads who the %s belongs to', async (key) => {
    const sandbox = await start();
    const qlik = createQlikApi({ hostConfig: { host: sandbox.url, apiKey: sandbox[key] } });
    const { data } = await qlik.users.getMyUser({ noCache: true });
    expect(data).toMatchObject({ status: 'active', assignedGroups: [] });
    expect(data.assignedRoles?.map(({ name }) => name)).toEqual(
      { apiKey: ['TenantAdmin'], publisherKey: ['Extension publisher'], userKey: [] }[key],
    );
  });
});

describe('/api/v1/users', () => {
  it('gives the fields that are asked for, and nothing but me', async () => {
    const sandbox = await start();
    const me = await ask(sandbox, '/api/v1/users/me?fields=assignedRoles');
    expect(Object.keys(me.body).sort()).toEqual(['assignedRoles', 'id']);
    for (const path of ['/api/v1/users', '/api/v1/users/x']) {
      expect((await ask(sandbox, path)).status).toBe(404);
    }
  });
});
