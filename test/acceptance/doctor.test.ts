/** `doctor`: every check in every state, at most five requests, nothing written. */

import { describe, expect, it } from 'vitest';
import type { Rights, TenantFacts } from '../../src/commands/doctor/judge.js';
import { judgeAccess } from '../../src/commands/doctor/judge.js';
import type { Check } from '../../src/core/check.js';
import { json, serve } from '../tenant/serve.js';
import { readDocument } from './support/documents.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { openTestTenant } from './support/tenant.js';
import { extensionFiles, type Result } from './support/workspace.js';

const scene = useScene({ files: extensionFiles('a') });

type Env = Readonly<Record<string, string>>;

async function doctor(
  env: Env,
  ...args: readonly string[]
): Promise<Result & { readonly checks: Readonly<Record<string, Check>>; readonly requests: number }> {
  const ended = await runInProcess(['doctor', '--json', ...args], { cwd: scene.workspace.folder, env });
  const document = readDocument('doctor', ended);
  const checks = document['checks'] as readonly Check[];
  const named = Object.fromEntries(checks.map((check) => [check.name, check]));
  return { ...ended, checks: named, requests: document['requests'] as number };
}

async function deploy(): Promise<void> {
  await scene.succeed('apply', '--yes');
  await scene.tenant.takeRequests();
}

const as = (key: 'apiKey' | 'publisherKey' | 'userKey') => (): Env => ({
  QLIK_TENANT_URL: scene.tenant.sandbox.url,
  QLIK_API_KEY: scene.tenant.sandbox[key],
});
const asClient = (secret?: string) => (): Env => ({
  QLIK_TENANT_URL: scene.tenant.sandbox.url,
  QLIK_CLIENT_ID: scene.tenant.sandbox.clientId,
  QLIK_CLIENT_SECRET: secret ?? scene.tenant.sandbox.clientSecret,
});

interface Row {
  readonly env?: () => Env;
  readonly faults?: readonly object[];
  readonly code: number;
  readonly requests: number;
  /** Check → status and a part of what is said. */
  readonly says: Readonly<Record<string, readonly [Check['status'], string]>>;
}

const list = { path: '/api/v1/extensions' };
const me = { path: '/api/v1/users/me*' };
const archives = { path: '/api/v1/extensions/*/file' };

const rows: Readonly<Record<string, Row>> = {
  'an administrator': {
    code: 0,
    requests: 3,
    says: {
      config: ['ok', 'qlik-sync.config.json: project acme, no environment in use'],
      source: ['unknown', 'no git commit'],
      host: ['ok', 'answers'],
      tls: ['ok', 'plain http'],
      proxy: ['ok', 'none in use'],
      clock: ['ok', 'as the tenant says'],
      credentials: ['ok', 'the API key is accepted'],
      role: ['ok', 'TenantAdmin: may list, write, and download whole archives'],
      marker: ['ok', '1 of 1 extension of this project carries both'],
      rate: ['ok', 'no 429 in 3 requests'],
    },
  },
  'an OAuth client': {
    env: asClient(),
    code: 0,
    requests: 4,
    says: { credentials: ['ok', 'the OAuth client is accepted'], role: ['ok', 'TenantAdmin'] },
  },
  'a custom role that may write': {
    env: as('publisherKey'),
    code: 0,
    requests: 3,
    says: {
      role: [
        'warning',
        'write by the scope admin.extensions (Extension publisher), but whole archives are refused',
      ],
    },
  },
  'somebody who may list': {
    env: as('userKey'),
    code: 0,
    requests: 3,
    says: {
      role: ['warning', 'may list (no role), but none of its roles manages extensions'],
      marker: ['ok', '1 of 1'],
    },
  },
  'a key that is not accepted': {
    env: () => ({ ...scene.tenant.env, QLIK_API_KEY: 'hunter22' }),
    code: 4,
    requests: 1,
    says: { credentials: ['failed', '401'], role: ['unknown', ''], host: ['ok', ''] },
  },
  'a client secret that is not accepted': {
    env: asClient('hunter22'),
    code: 4,
    requests: 1,
    says: { credentials: ['failed', 'did not issue a token to the OAuth client'], role: ['unknown', ''] },
  },
  'a login page': {
    faults: [{ ...list, kind: 'html' }],
    code: 4,
    requests: 1,
    says: { credentials: ['failed', 'answered with an HTML page'] },
  },
  'a list that is refused': {
    faults: [{ ...list, kind: 'status', status: 403 }],
    code: 4,
    requests: 2,
    says: { credentials: ['ok', 'accepted'], role: ['failed', '403'], marker: ['unknown', ''] },
  },
  'a list that a firewall refuses, not the tenant': {
    faults: [{ ...list, kind: 'html', status: 403 }],
    code: 5,
    requests: 2,
    says: {
      host: ['failed', 'answers, but not as it should'],
      credentials: ['unknown', ''],
      role: ['unknown', ''],
    },
  },
  'a tenant that fails': {
    faults: [{ ...list, kind: 'status', status: 503 }],
    code: 5,
    requests: 1,
    says: {
      host: ['failed', 'answers, but not as it should'],
      credentials: ['unknown', ''],
      rate: ['ok', ''],
    },
  },
  'a limit that is used up': {
    faults: [{ ...list, kind: 'status', status: 429, retryAfter: 77 }],
    code: 9,
    requests: 1,
    says: { rate: ['failed', 'asks to wait 77 s'], host: ['ok', ''], role: ['unknown', ''] },
  },
  'another server': {
    faults: [{ ...list, kind: 'garbage' }],
    code: 5,
    requests: 1,
    says: { host: ['failed', 'is not valid JSON'] },
  },
  'roles that are not told, where archives tell': {
    faults: [{ ...me, kind: 'status', status: 404 }],
    code: 0,
    requests: 3,
    says: { role: ['ok', 'download whole archives, which Qlik keeps for administrators'] },
  },
  'roles and archives that are not told': {
    faults: [
      { ...me, kind: 'status', status: 302 },
      { ...archives, kind: 'status', status: 403 },
    ],
    code: 0,
    requests: 3,
    says: { role: ['unknown', 'whether it may write cannot be told without writing'] },
  },
};

describe('with a tenant', () => {
  it.each(Object.entries(rows))(
    '%s',
    async (_, { env = as('apiKey'), faults = [], code, requests, says }) => {
      await deploy();
      await scene.tenant.addFaults(faults);
      const result = await doctor(env());
      const told = Object.fromEntries(
        Object.keys(says).map((name) => [name, [result.checks[name]?.status, result.checks[name]?.message]]),
      );
      const expected = Object.fromEntries(
        Object.entries(says).map(([name, [status, part]]) => [name, [status, expect.stringContaining(part)]]),
      );
      expect(told).toEqual(expected);
      expect([result.code, result.requests]).toEqual([code, requests]);
      const made = await scene.tenant.takeRequests();
      expect(made).toHaveLength(requests);
      expect(made.length).toBeLessThanOrEqual(5);
      expect(made.filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')).toEqual([]);
      expect(result.stdout + result.stderr).not.toContain('hunter22');
    },
  );

  it('a limit that stays used up is not waited for, nor tried more than five times', async () => {
    await scene.tenant.addFaults([{ path: '*', times: 99, kind: 'status', status: 429, retryAfter: 0 }]);
    const { code, checks } = await doctor(asClient()());
    expect([code, checks['rate']?.status]).toEqual([9, 'failed']);
    expect((await scene.tenant.takeRequests()).length).toBeLessThanOrEqual(5);
  });

  it('nothing deployed yet: what only a create shows stays unknown', async () => {
    const { checks, code, requests } = await doctor(scene.tenant.env);
    expect(checks['marker']).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('0 extensions there'),
    });
    expect(checks['role']?.status).toBe('ok');
    expect([code, requests]).toEqual([0, 2]);
  });

  it('a tenant that lost our tags', async () => {
    await deploy();
    await scene.tenant.edit({ name: 'a', tags: [] });
    const { checks } = await doctor(scene.tenant.env);
    expect(checks['marker']).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('carries no tag'),
    });
  });

  it.each([
    [3600, 'behind'],
    [-3600, 'ahead of'],
  ])('a clock that is %i s away', async (seconds, word) => {
    const clock = () => Date.now() + seconds * 1000;
    const other = await openTestTenant({ clock });
    try {
      const { checks, code } = await doctor(other.env);
      expect(checks['clock']).toMatchObject({ status: 'warning', message: expect.stringContaining(word) });
      expect(code).toBe(0);
    } finally {
      await other.close();
    }
  });

  it('says the same in words', async () => {
    const { stdout, code } = await runInProcess(['doctor'], {
      cwd: scene.workspace.folder,
      env: as('userKey')(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain(
      `qlik-sync doctor · tenant (environment) · ${scene.tenant.sandbox.url} · project acme\n`,
    );
    expect(stdout).toMatch(/^ {2}✓ credentials {2}the API key is accepted$/m);
    expect(stdout).toMatch(/^ {2}! role {9}may list \(no role\), but/m);
    expect(stdout).toMatch(/^ {17}To write, it needs Tenant Admin/m);
    expect(stdout).toContain(
      '10 ok, 1 warning, 0 failed, 2 unknown; 2 requests answered, nothing written.\n',
    );
  });

  it('the embedded one', async () => {
    const { code, checks } = await doctor({}, '--sandbox');
    expect(code).toBe(0);
    expect(checks['target']?.message).toContain('the embedded tenant');
  });

  it('an interrupted check is not a diagnosis', async () => {
    const interrupt = new AbortController();
    interrupt.abort(new Error('interrupted'));
    const given = { cwd: scene.workspace.folder, env: scene.tenant.env, interrupted: interrupt.signal };
    expect((await runInProcess(['doctor'], given)).code).toBe(130);
  });
});

const https = { QLIK_TENANT_URL: 'https://127.0.0.1:1', QLIK_API_KEY: 'hunter22' };

describe('without a tenant to ask', () => {
  it('a config that cannot be read', async () => {
    scene.workspace.write({ 'qlik-sync.config.json': '{"project":"Acme"}' });
    const { code, checks, requests } = await doctor(scene.tenant.env);
    expect(checks['config']).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('project: must be'),
    });
    expect(checks['host']?.status).toBe('unknown');
    expect([code, requests]).toEqual([3, 0]);
  });

  it('no tenant', async () => {
    const { code, checks } = await doctor({});
    expect(checks['target']).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no tenant to work on'),
    });
    expect(checks['config']?.status).toBe('ok');
    expect(code).toBe(3);
  });

  it('nobody listening', async () => {
    const { code, checks } = await doctor(https);
    expect(checks['host']).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('refused the connection'),
    });
    expect(code).toBe(5);
  });

  it('an unknown host', async () => {
    const { code, checks } = await doctor({ ...https, QLIK_TENANT_URL: 'https://tenant.invalid' });
    expect(checks['host']).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('https://tenant.invalid'),
    });
    expect(code).toBe(5);
  });

  it('no TLS where it is expected', async () => {
    const { url } = await serve(json({}));
    const { code, checks } = await doctor({ ...https, QLIK_TENANT_URL: url.replace('http:', 'https:') });
    expect(checks['tls']).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no secure connection'),
    });
    expect([checks['host']?.status, code]).toEqual(['ok', 5]);
  });

  it('certificates that are not checked', async () => {
    const { checks } = await doctor({ ...https, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect(checks['tls']).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('can pose as'),
    });
  });

  it.each([
    ['that hangs up', 5, (url: string) => url, 'hung up without an answer'],
    ['that is no URL', 3, () => 'http://user:hunter22@', 'is not the URL of an http or https proxy'],
  ])('a proxy %s', async (_, exit, spell, says) => {
    const { url } = await serve(json({}));
    const env = {
      ...https,
      QLIK_TENANT_URL: 'https://acme.example.com',
      HTTPS_PROXY: spell(url.replace('//', '//user:hunter22@')),
      NO_PROXY: Array.from({ length: 100 }, (_each, index) => `host${index}.example.net`).join(','),
    };
    const { code, checks, stdout } = await doctor(env);
    expect(checks['proxy']).toMatchObject({ status: 'failed', message: expect.stringContaining(says) });
    expect(code).toBe(exit);
    expect(stdout).not.toContain('hunter22');
    expect(stdout).not.toContain('host99');
  });
});

describe('what roles show', () => {
  const told = (rights: Rights): TenantFacts => ({
    requests: 2,
    list: { kind: 'answered', value: { extensions: [] } },
    rights: { kind: 'answered', value: rights },
    archive: { kind: 'not-asked' },
    origins: { kind: 'not-asked' },
  });
  const none: Rights = { roles: [], custom: 'none', scopes: [] };

  it.each<readonly [string, Rights, Check['status'], string]>([
    ['TenantAdmin', { ...none, roles: ['TenantAdmin'] }, 'ok', 'TenantAdmin'],
    [
      'AnalyticsAdmin',
      { ...none, roles: ['SharedSpaceCreator', 'AnalyticsAdmin'] },
      'ok',
      'AnalyticsAdmin: may list',
    ],
    [
      'a default role that manages nothing',
      { ...none, roles: ['DataAdmin'] },
      'warning',
      'may list (DataAdmin), but none',
    ],
    [
      'a custom role without scopes that are told',
      { ...none, roles: ['X'], custom: 'some' },
      'unknown',
      'may list (X); whether',
    ],
    [
      'a custom role with the scope',
      { roles: ['X'], custom: 'some', scopes: ['admin.extensions'] },
      'warning',
      'since the tenant holds none',
    ],
  ])('%s', (_, rights, status, says) => {
    const role = judgeAccess('acme', 'API key', told(rights)).find(({ name }) => name === 'role');
    expect(role).toMatchObject({ status, message: expect.stringContaining(says) });
  });
});
