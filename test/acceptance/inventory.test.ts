/** The tenants of a fleet: from a file, a command, and the console of an organization, which is the sandbox's. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/start.js';
import { readDocument } from './support/documents.js';
import { runInProcess } from './support/in-process.js';
import { createWorkspace, extensionFiles, type Result, type Workspace } from './support/workspace.js';

let workspace: Workspace;
let listing: RunningSandbox;

const secrets = (): Record<string, string> => ({
  CLIENT_ID: listing.clientId,
  CLIENT_SECRET: listing.clientSecret,
  API_KEY: listing.apiKey,
});

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...extensionFiles('a'), ...extensionFiles('b') });
  listing = await startSandbox({ organization: 12 });
});
afterEach(async () => {
  await listing.close();
  workspace.dispose();
});

const client = { clientId: '${CLIENT_ID}', clientSecret: '${CLIENT_SECRET}' };

function configure(tenants: object, more: object = {}): void {
  const config = {
    project: 'acme',
    extensions: ['extensions/*'],
    fleet: { template: { tenant: 'http://${tenant.host}', auth: client }, tenants },
    ...more,
  };
  workspace.write({ 'qlik-sync.config.json': JSON.stringify(config, undefined, 2) });
}

function ofOrganization(more = {}): void {
  configure({ organization: { auth: client, console: listing.url } }, more);
}

function run(...args: readonly string[]): Promise<Result> {
  return runInProcess(args, { cwd: workspace.folder, env: secrets() });
}

async function control(path: string, method = 'GET', body?: unknown): Promise<unknown> {
  const answer = await fetch(`${listing.url}/__sandbox/${path}`, {
    method,
    headers: { authorization: `Bearer ${listing.apiKey}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return answer.status === 204 ? undefined : answer.json();
}

function environmentsOf(result: Result, command: string): readonly string[] {
  const document = readDocument('environments', result, command) as {
    environments: { environment: string }[];
  };
  return document.environments.map(({ environment }) => environment);
}

describe('the tenants of an organization', () => {
  it('are environments, page after page, without those that are not in use', async () => {
    ofOrganization();
    const applied = await run('apply', '--env', 'region=eu', '--yes');
    expect(applied.stdout).toContain('6 environments: 6 done.');
    expect(applied.stderr).toMatch(
      /^2 tenants of the organization are left out: disabled \(disabled\), leaving \(being deleted, from \d{4}-\d\d-\d\d\)\.$/m,
    );
    const requests = (await control('requests')) as { path: string; status: number }[];
    expect(requests.map(({ path, status }) => `${status} ${path.replace(/=.*/, '')}`)).toEqual([
      '200 /oauth/token',
      '200 /api/core/tenants',
      '200 /api/core/tenants?next',
    ]);
    const all = environmentsOf(await run('plan', '--env', 'all', '--json'), 'plan');
    expect(all).toHaveLength(12);
    const one = await run('plan', '--env', 'tenant-2', '--json');
    expect(JSON.parse(one.stdout)).toMatchObject({ environment: 'tenant-2', summary: { create: 2 } });
  });

  it('are listed with a new token if the old one is no longer accepted', async () => {
    ofOrganization();
    const refuse = { method: 'GET', path: '/api/core/tenants?next*', skip: 0, times: 1, when: 'before' };
    await control('faults', 'POST', [{ ...refuse, kind: 'status', status: 401 }]);
    expect(environmentsOf(await run('plan', '--env', 'all', '--json'), 'plan')).toHaveLength(12);
    const requests = (await control('requests')) as { path: string }[];
    expect(requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(2);
  });

  it('with two host names are one, with one lock and one limit', async () => {
    const other = `http://localhost:${new URL(`http://${listing.tenants?.[0]?.hostnames[0]}`).port}`;
    ofOrganization({
      environments: {
        mine: { tenant: other, auth: client, project: 'other', tenantId: listing.tenants?.[0]?.id },
      },
    });
    // The first of twelve has the largest: one tenant with two environments.
    const first = await run('plan', '--env', 'all', '--shard', '1/12', '--json');
    expect(environmentsOf(first, 'plan')).toEqual(['mine', 'tenant-1']);
    ofOrganization({
      environments: { mine: { tenant: other, auth: client, tenantId: listing.tenants?.[0]?.id } },
    });
    const twice = await run('plan', '--env', 'all');
    expect(twice.code).toBe(3);
    expect(twice.stdout).toBe('');
    expect(twice.stderr.split('is also the tenant of "mine", with the same project')).toHaveLength(2);
  });

  it.each([
    ['a client that it does not know', 4, { CLIENT_SECRET: 'wrong' }, 'did not issue a token'],
    ['a variable that is not set', 3, { CLIENT_SECRET: '' }, 'CLIENT_SECRET is not set'],
  ])('cannot be listed with %s', async (_, code, env, message) => {
    ofOrganization();
    const result = await runInProcess(['plan', '--env', 'all'], {
      cwd: workspace.folder,
      env: { ...secrets(), ...env },
    });
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(message);
  });

  it.each([
    ['is not a list', 'garbage', 'cannot be listed'],
    ['is cut off', 'truncate', 'cannot be listed'],
  ])('are not guessed where a page %s', async (_, kind, message) => {
    ofOrganization();
    const spoil = { method: 'GET', path: '/api/core/tenants?next*', skip: 0, times: 9, when: 'after', kind };
    await control('faults', 'POST', [spoil]);
    const result = await run('apply', '--env', 'all', '--yes');
    expect(result.code).toBe(5);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe('');
  });

  it('are not requested if the config has what is meant', async () => {
    ofOrganization({
      environments: { mine: { tenant: listing.url, auth: { apiKey: '${API_KEY}' } } },
      defaultEnvironment: 'mine',
    });
    for (const args of [['plan'], ['plan', '--env', 'mine'], ['validate'], ['config']])
      expect((await run(...args)).code).toBe(0);
    const requests = (await control('requests')) as { path: string }[];
    expect(requests.filter(({ path }) => path.startsWith('/api/core') || path.startsWith('/oauth'))).toEqual(
      [],
    );
  });

  it('refuse a token without the scope, and any API key', async () => {
    const ask = async (authorization: string) =>
      (await fetch(`${listing.url}/api/core/tenants`, { headers: { authorization } })).status;
    const { access_token: token } = (await (
      await fetch(`${listing.url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: listing.clientId,
          client_secret: listing.clientSecret,
          grant_type: 'client_credentials',
        }),
      })
    ).json()) as { access_token: string };
    expect(await ask(`Bearer ${listing.apiKey}`)).toBe(401);
    expect(await ask(`Bearer ${token}`)).toBe(403);
  });
});

describe('the tenants that are written', () => {
  const rows = (n: number): string =>
    (listing.tenants ?? [])
      .slice(0, n)
      .map(({ name, hostnames, regionCode }) => `${name},${hostnames[0]},${regionCode}\n`)
      .join('');

  it('in a file are environments, which promote and single commands take too', async () => {
    workspace.write({ 'tenants.csv': `name,host,region\n${rows(4)}` });
    configure({ file: 'tenants.csv' });
    expect((await run('apply', '--env', 'tenant-1', '--yes')).code).toBe(0);
    const promoted = await run('promote', 'tenant-1', '--waves', 'tenant-2/tenant-3,tenant-4', '--yes');
    expect(promoted.stdout).toContain('3 environments: 3 done.');
    const drift = await run('drift', '--env', 'name=tenant-?');
    expect(drift.stdout).toContain('4 environments: 4 done.');
    const config = await run('config', '--env', 'tenant-3', '--json');
    expect(JSON.parse(config.stdout)).toMatchObject({
      environment: 'tenant-3',
      environments: ['tenant-1', 'tenant-2', 'tenant-3', 'tenant-4'],
    });
    expect(config.stdout).not.toContain(listing.clientSecret);
    const typo = await run('plan', '--env', 'tenant-33');
    expect(typo.code).toBe(3);
    expect(typo.stderr).toContain('did you mean "tenant-3"?');
  });

  it('from a command are environments, unless nothing may be run', async () => {
    workspace.write({
      'list.mjs': `process.stdout.write(${JSON.stringify(`name,host,region\n${rows(3)}`)});`,
    });
    configure({ command: [process.execPath, 'list.mjs'] });
    expect((await run('plan', '--env', 'all')).stdout).toContain('3 environments: 3 done.');
    const refused = await run('plan', '--env', 'all', '--no-exec');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('--no-exec forbids that');
    workspace.write({ 'list.mjs': "process.stderr.write('no database'); process.exit(2);" });
    const failed = await run('plan', '--env', 'all');
    expect(failed.code).toBe(3);
    expect(failed.stderr).toMatch(/failed with exit code 2\.[\s\S]*It said: no database/);
    workspace.write({ 'list.mjs': 'process.stdout.write(\'[{"name": 1, "name": 2}]\');' });
    expect((await run('plan', '--env', 'all')).code).toBe(3);
  });

  it('are never uploaded, not even from within an extension', async () => {
    workspace.write({ 'extensions/a/tenants.csv': `name,host,region\n${rows(1)}` });
    configure({ file: 'extensions/a/tenants.csv' });
    const packed = await run('pack', '--env', 'tenant-1', '--out', 'zips', '--json');
    expect(packed.code, packed.stdout + packed.stderr).toBe(0);
    expect(readFileSync(join(workspace.folder, 'extensions/a/tenants.csv'), 'utf8')).toContain('tenant-1');
    const plan = JSON.parse((await run('plan', '--env', 'tenant-1', '--json')).stdout);
    const plain = { tenant: `http://${listing.tenants?.[0]?.hostnames[0]}`, auth: client };
    workspace.remove('extensions/a/tenants.csv');
    configure({ file: 'gone.csv' }, { environments: { plain } });
    const without = JSON.parse((await run('plan', '--env', 'plain', '--json')).stdout);
    const digests = (document: { changes: { desired: { digest: string } }[] }) =>
      document.changes.map(({ desired }) => desired.digest);
    expect(digests(plan)).toEqual(digests(without));
  });

  it('with a name that the config has, too, are refused', async () => {
    workspace.write({ 'tenants.csv': `name,host,region\n${rows(2)}` });
    configure({ file: 'tenants.csv' }, { environments: { 'tenant-2': { tenant: listing.url } } });
    const result = await run('plan', '--env', 'all');
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('has an environment tenant-2, and so has the inventory (tenants.csv:3)');
  });

  it('name the row of a wrong setting', async () => {
    workspace.write({ 'tenants.csv': `name,host,region\nbad,not a host,eu\n${rows(1)}` });
    configure({ file: 'tenants.csv' });
    const result = await run('plan', '--env', 'all');
    expect(result.stdout + result.stderr).toContain('fleet.template.tenant of bad (tenants.csv:2)');
    expect(result.stdout).toContain('2 environments: 1 done, 1 failed (exit 3).');
  });
});
