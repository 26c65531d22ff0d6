/** The client of CSP entries against the sandbox, and answers that are not what Qlik documents. */

import { describe, expect, it } from 'vitest';
import { createCspOriginsClient } from '../../src/tenant/csp-origins.js';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant } from '../../src/tenant/http/http.js';
import { control, start } from '../sandbox/support.js';
import { serve } from './serve.js';

const clientAt = (url: string, apiKey = 'key') =>
  createCspOriginsClient(openTenant({ url, auth: apiKeyAuth(apiKey), repeats: 0 }));

describe('the client of CSP entries', () => {
  it('creates, lists, gets, replaces and removes', async () => {
    const { url, apiKey } = await start({ pageLinks: 'relative' });
    const client = clientAt(url, apiKey);
    const created = await client.create({ origin: 'https://a.example.com', imgSrc: true });
    expect(created).toMatchObject({ origin: 'a.example.com', imgSrc: true });
    expect(await client.list()).toEqual([created]);
    expect(await client.get(created.id)).toEqual(created);
    const next = await client.replace(created.id, { origin: 'a.example.com', fontSrc: true });
    expect(next).toMatchObject({ id: created.id, imgSrc: false, fontSrc: true });
    expect(await client.header()).toContain('font-src');
    expect(await client.remove(created.id)).toBe('removed');
    expect(await client.remove(created.id)).toBe('already-gone');
  });

  it('reads every page', async () => {
    const sandbox = await start({ rate: { tier1: 1e6, tier2: 1e6 } });
    const client = clientAt(sandbox.url, sandbox.apiKey);
    // A client sends 100 writes a minute, so that the entry of the second page comes from another one.
    for (let at = 0; at < 100; at += 1) await client.create({ origin: `h${at}.example.com` });
    await clientAt(sandbox.url, sandbox.apiKey).create({ origin: 'h100.example.com' });
    await control(sandbox, 'DELETE', 'requests');
    expect(await client.list()).toHaveLength(101);
    const { body } = await control(sandbox, 'GET', 'requests');
    expect(body).toHaveLength(2);
  });

  it.each<readonly [string, unknown]>([
    ['no list', { data: {} }],
    ['an entry without an id', { data: [{ origin: 'a.com' }] }],
    ['an entry without an origin', { data: [{ id: 'a' }] }],
    ['a switch that is a text', { data: [{ id: 'a', origin: 'a.com', imgSrc: 'false' }] }],
    ['more, but not where', { data: [], links: { next: {} }, hasMore: true }],
  ])('never takes %s for a tenant without entries', async (_, body) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await expect(clientAt(url).list()).rejects.toMatchObject({ code: 'incomplete-view' });
  });
});
