/** Consoles that answer otherwise than they should; the sandbox's own is in acceptance/inventory.test.ts. */

import { describe, expect, it } from 'vitest';
import { TenantError } from '../../src/core/errors.js';
import { createGovernor } from '../../src/tenant/governor.js';
import { listOrganization } from '../../src/tenant/organization.js';
import { type Handler, json, serve } from './serve.js';

const secret = 'secret-of-the-console';
const tenant = (id: string) => ({ id, name: id, hostnames: [`${id}.eu.qlikcloud.com`], status: 'active' });

/** Issues tokens, and answers the n-th page as it is told. */
const consoleWith =
  (page: (n: number) => unknown): Handler =>
  (request, response, count) => {
    if (request.url === '/oauth/token')
      return json({ access_token: 'token', expires_in: 600 })(request, response, count);
    const answer = page(Number(new URL(request.url, 'http://x').searchParams.get('next') ?? 1));
    if (typeof answer !== 'string') return json(answer)(request, response, count);
    response.writeHead(200, { 'content-type': 'text/html' }).end(answer);
  };

const nextOf = (href: string) => ({ next: { href } });

async function list(page: (n: number) => unknown) {
  const { url, seen } = await serve(consoleWith(page));
  const governor = createGovernor({ onWait: () => undefined });
  const tenants = await listOrganization({
    ...{ url, governor, clientId: 'robot', clientSecret: secret, userAgent: 'test' },
  }).catch((error: unknown) => error);
  return { tenants, seen };
}

describe('a console', () => {
  it('that lists a tenant twice, since one was created meanwhile, has it once', async () => {
    const { tenants } = await list((n) =>
      n === 1
        ? { data: [tenant('a'), tenant('b')], links: nextOf('/api/core/tenants?next=2') }
        : { data: [tenant('b'), tenant('c')], links: {} },
    );
    expect(tenants).toEqual([tenant('a'), tenant('b'), tenant('c')]);
  });

  it.each([
    ['a page to sign in to', 4, () => '<!doctype html><title>Sign in</title>'],
    ['no list', 5, () => ({ data: {} })],
    ['a host that would lead elsewhere', 5, () => ({ data: [{ ...tenant('a'), hostnames: ['a@b.com'] }] })],
    ['a loop', 5, () => ({ data: [tenant('a')], links: nextOf('/api/core/tenants') })],
    [
      'another host',
      5,
      () => ({ data: [], links: nextOf('https://elsewhere.example/api/core/tenants?next=2') }),
    ],
    ['another list', 5, () => ({ data: [], links: nextOf('/api/v1/users?next=2') })],
  ])('that answers with %s gives no tenants, and no secret', async (_, exitCode, page) => {
    const { tenants: error, seen } = await list(page);
    expect(error).toBeInstanceOf(TenantError);
    expect(error).toMatchObject({ message: expect.stringContaining('cannot be listed'), exitCode });
    expect(JSON.stringify([String(error), error])).not.toContain(secret);
    expect(seen.every(({ url }) => url === '/oauth/token' || url.startsWith('/api/core/tenants'))).toBe(true);
  });
});
