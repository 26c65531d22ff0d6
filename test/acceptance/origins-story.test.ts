/** Origins together with all that ships with them: a theme, other entries, killed processes, other environments. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { createCspOriginsClient } from '../../src/tenant/csp-origins.js';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant } from '../../src/tenant/http/http.js';
import { openFleet } from './support/fleet.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant } from './support/tenant.js';
import { configWith, createWorkspace, extensionFiles, type Result } from './support/workspace.js';

const mark = 'qlik-sync:acme';

const api = { 'https://api.example.com': ['connect-src'] };

function cspOf({ sandbox: { url, apiKey } }: Awaited<ReturnType<typeof openTestTenant>>) {
  return createCspOriginsClient(openTenant({ url, auth: apiKeyAuth(apiKey) }));
}

async function open(config: object, options: SandboxOptions = {}) {
  const tenant = await openTestTenant(options);
  const workspace = createWorkspace();
  onTestFinished(async () => {
    workspace.dispose();
    await tenant.close();
  });
  const configure = (keys: object): void =>
    workspace.write(configWith({ extensions: ['extensions/*', 'themes/*'], ...keys }));
  configure(config);
  workspace.write(extensionFiles('kpi-card', { code: 'define(()=>fetch("https://api.example.com/x"))' }));
  const run = (...argv: readonly string[]): Promise<Result> =>
    runInProcess(argv, { cwd: workspace.folder, env: tenant.env });
  return { tenant, workspace, csp: cspOf(tenant), configure, run };
}

const look = {
  manageOrigins: true,
  origins: { 'kpi-card': api, 'theme:acme': { 'https://fonts.example.com': ['font-src', 'style-src'] } },
};

const themeFiles = {
  'themes/acme/acme.qext': JSON.stringify({ name: 'Acme', type: 'theme', version: '1.0.0' }),
  'themes/acme/theme.json': JSON.stringify({
    _inherit: true,
    customStyles: [{ cssRef: 'acme.css', classRef: 'acme' }],
  }),
  'themes/acme/acme.css': '@import url("https://fonts.example.com/inter.css");\n.acme { color: red; }\n',
};

describe('a theme, an extension and the hosts of both', () => {
  it('are checked, planned, reviewed, applied and rolled back as one', async () => {
    const { run, csp, workspace, tenant, configure } = await open({});
    workspace.write(themeFiles);
    const byHand = await csp.create({ origin: 'maps.example.org', imgSrc: true, description: 'Ada' });
    const undeclared = (await run('validate')).stdout;
    expect(undeclared).toContain('https://api.example.com');
    expect(undeclared).toContain('https://fonts.example.com');
    configure(look);
    expect((await run('validate')).stdout).toContain('0 errors, 0 warnings');
    const planned = await run('plan', '--allow-origins=2', '--out', 'plan.json');
    expect([planned.code, planned.stdout]).toEqual([
      0,
      expect.stringContaining('opens 0 of 2 declared hosts'),
    ]);
    expect(planned.stdout).toContain('for theme:acme');
    const applied = await run('apply', 'plan.json', '--yes');
    expect(applied.code, applied.stderr).toBe(0);
    const held = (await tenant.themes.list()).map(({ qextFilename }) => qextFilename);
    expect([held, await tenant.names()]).toEqual([['acme'], ['kpi-card']]);
    expect((await csp.list()).map(({ origin }) => origin).sort()).toEqual([
      'api.example.com',
      'fonts.example.com',
      'maps.example.org',
    ]);
    expect((await run('drift')).code).toBe(0);
    await tenant.takeRequests();
    const undone = await run('rollback', '--yes', '--prune', '--allow-deletes=2', '--allow-origin-removal=2');
    expect(undone.code, undone.stderr).toBe(0);
    const written = (await tenant.takeRequests()).filter(({ method }) => method !== 'GET');
    expect(written.map(({ path }) => path.split('/')[3]).slice(2)).toEqual(['csp-origins', 'csp-origins']);
    expect([await csp.list(), await tenant.names(), await tenant.themes.list()]).toEqual([[byHand], [], []]);
  });
});

describe('an entry that does not match what is needed', () => {
  it('is opened before and narrowed after the extension, and both are undone together', async () => {
    const { run, csp, configure, workspace, tenant } = await open({ ...look, origins: { 'kpi-card': api } });
    await run('apply', '--yes', '--allow-origins=1');
    const [before] = await csp.list();
    configure({ ...look, origins: { 'kpi-card': { 'https://api.example.com': ['img-src'] } } });
    workspace.write(extensionFiles('kpi-card', { code: 'img', version: '2.0.0' }));
    const numbers = ['--prune', '--allow-origins=1', '--allow-origin-removal=1'];
    await run('plan', ...numbers, '--out', 'plan.json');
    await tenant.takeRequests();
    const applied = await run('apply', 'plan.json', '--yes', '--report', 'markdown=r.md');
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    const written = (await tenant.takeRequests()).filter(({ method }) => method !== 'GET');
    expect(written.map(({ method }) => method)).toEqual(['PUT', 'PATCH', 'PUT']);
    expect(await csp.list()).toMatchObject([{ id: before?.id, connectSrc: false, imgSrc: true }]);
    expect((await run('apply', '--yes', '--prune')).stdout).toContain('Nothing to do.');
    const undone = await run('rollback', '--yes', '--allow-origins=1', '--allow-origin-removal=1');
    expect(undone.code, undone.stderr).toBe(0);
    const { modifiedDate: _, ...same } = before ?? {};
    expect(await csp.list()).toMatchObject([same]);
  });

  it('is closed only if another entry opens the host', async () => {
    const { run, csp } = await open({ ...look, origins: { 'kpi-card': api } });
    await csp.create({ origin: '*.example.com', connectSrc: true, description: mark });
    const theirs = await csp.create({ origin: 'api.example.com', fontSrc: true });
    await run('apply', '--yes');
    const stopped = await run('apply', '--yes', '--prune');
    expect([stopped.code, stopped.stdout]).toEqual([6, expect.stringContaining('still needs it')]);
    expect(stopped.stdout).toContain('1 blocked');
    expect(await csp.list()).toHaveLength(2);
    await csp.remove(theirs.id);
    const done = await run('apply', '--yes', '--prune', '--allow-origins=1', '--allow-origin-removal=1');
    expect(done.code, done.stderr).toBe(0);
    expect(await csp.list()).toMatchObject([
      { origin: 'api.example.com', connectSrc: true, description: mark },
    ]);
  });

  it('one of two for a host is restored as it was', async () => {
    const { run, csp } = await open({ ...look, origins: { 'kpi-card': api } });
    await createInOrder(csp, [{ fontSrc: true }, { imgSrc: true }]);
    const opens = async () =>
      (await csp.list()).map(({ fontSrc, imgSrc, connectSrc }) => [fontSrc, imgSrc, connectSrc]);
    const done = await run('apply', '--yes', '--prune', '--allow-origins=1', '--allow-origin-removal=2');
    expect(done.code, done.stderr).toBe(0);
    expect(await opens()).toEqual([[false, false, true]]);
    const rollback = ['rollback', '--yes', '--prune', '--allow-deletes=1'];
    const undone = await run(...rollback, '--allow-origins=2', '--allow-origin-removal=1');
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect((await opens()).sort()).toEqual([
      [false, true, false],
      [true, false, false],
    ]);
  });

  it('one of two for a host that opens what is declared stays, and the other one comes back', async () => {
    const { run, csp } = await open({ ...look, origins: { 'kpi-card': api } });
    await createInOrder(csp, [{ fontSrc: true }, { connectSrc: true }]);
    const opens = async () => (await csp.list()).map(({ fontSrc, connectSrc }) => [fontSrc, connectSrc]);
    const done = await run('apply', '--yes', '--prune', '--allow-origin-removal=1');
    expect(done.code, done.stderr).toBe(0);
    expect(await opens()).toEqual([[false, true]]);
    const undone = await run('rollback', '--yes', '--prune', '--allow-deletes=1', '--allow-origins=1');
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect((await opens()).sort()).toEqual([
      [false, true],
      [true, false],
    ]);
  });
});

/** Two of ours for one host, the first with the lower id: the one that a run goes on with where both open as much. */
async function createInOrder(csp: ReturnType<typeof cspOf>, all: readonly object[]): Promise<void> {
  const ids: string[] = [];
  for (const switches of all) {
    ids.push((await csp.create({ origin: 'api.example.com', description: mark, ...switches })).id);
  }
  if (ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))) return;
  for (const id of ids) await csp.remove(id);
  await createInOrder(csp, all);
}

describe('a key that may not list entries', () => {
  it('plans what it may, says so, and applies nothing', async () => {
    const { run, tenant } = await open({ ...look, origins: { 'kpi-card': api } }, { cspRights: 'none' });
    const planned = await run('plan');
    expect([planned.code, planned.stdout]).toEqual([
      0,
      expect.stringContaining('not looked at: this key may not'),
    ]);
    const applied = await run('apply', '--yes');
    expect([applied.code, applied.stderr]).toEqual([4, expect.stringContaining('Admin CSP')]);
    expect(await tenant.names()).toEqual([]);
  });
});

describe('promote', () => {
  it('reports what the other environment does not open, and writes no entry', async () => {
    const fleet = await openFleet(['dev', 'prod']);
    fleet.configure({}, { origins: { a: api }, manageOrigins: true });
    onTestFinished(() => fleet.close());
    fleet.workspace.write(extensionFiles('a'));
    await fleet.succeed('apply', '--env', 'dev', '--yes', '--allow-origins=1');
    const { code, stdout } = await fleet.run('promote', 'dev', 'prod', '--yes');
    expect([code, stdout]).toEqual([0, expect.stringContaining('the tenant opens 0 of 1 declared host')]);
    expect(await cspOf(fleet.tenant('prod')).list()).toEqual([]);
  });
});

describe('a fleet', () => {
  it('restores the entries of a wave that failed', async () => {
    const fleet = await openFleet(['dev', 'prod']);
    fleet.configure({}, { origins: { a: api }, manageOrigins: true });
    onTestFinished(() => fleet.close());
    fleet.workspace.write(extensionFiles('a'));
    for (const env of ['dev', 'prod']) {
      await fleet.succeed('apply', '--env', env, '--yes', '--allow-origins=1');
      const csp = cspOf(fleet.tenant(env));
      for (const { id } of await csp.list()) await csp.remove(id);
    }
    const waves = ['apply', '--waves', 'dev,prod', '--yes', '--allow-origins=1'];
    const fault = { method: 'POST', path: '/api/v1/csp-origins', kind: 'status', status: 403 } as const;
    await fleet.tenant('prod').addFaults([{ ...fault, when: 'before', times: 9 }]);
    const failed = await fleet.run(...waves, '--on-wave-failure', 'restore');
    expect(failed.code, failed.stdout).not.toBe(0);
    expect(await cspOf(fleet.tenant('dev')).list()).toEqual([]);
  });

  it('that is resumed checks the entries of what was done before', async () => {
    const fleet = await openFleet(['dev', 'prod']);
    onTestFinished(() => fleet.close());
    fleet.configure({}, { origins: { a: api }, manageOrigins: true });
    fleet.workspace.write(extensionFiles('a'));
    const fault = { method: 'POST', path: '/api/v1/extensions', kind: 'status', status: 403 } as const;
    await fleet.tenant('prod').addFaults([{ ...fault, when: 'before', times: 9 }]);
    const approved = ['--yes', '--allow-origins=1'];
    expect((await fleet.run('apply', '--waves', 'dev/prod', ...approved)).code).not.toBe(0);
    await fleet.tenant('prod').clearFaults();
    const [dev, prod] = [cspOf(fleet.tenant('dev')), cspOf(fleet.tenant('prod'))];
    for (const csp of [dev, prod]) for (const { id } of await csp.list()) await csp.remove(id);
    const resumed = await fleet.run('apply', '--resume', 'last', ...approved);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect([await dev.list(), await prod.list()]).toMatchObject([
      [{ connectSrc: true }],
      [{ connectSrc: true }],
    ]);
  });
});

const cli = join(import.meta.dirname, '../../dist/cli.js');

describe('killed with SIGKILL at the write of an entry', () => {
  const wide = { 'https://api.example.com': ['connect-src', 'img-src'] };
  const steps = [
    {
      method: 'POST',
      origins: { 'kpi-card': api },
      flag: '--allow-origins=1',
      left: 'api.example.com true false',
    },
    {
      method: 'PUT',
      origins: { 'kpi-card': wide },
      flag: '--allow-origins=1',
      left: 'api.example.com true true',
    },
    { method: 'DELETE', origins: {}, flag: '--allow-origin-removal=1', left: undefined },
  ] as const;
  it.each(['before', 'after'] as const)('%s its effect, the next run makes it so once', async (when) => {
    const { run, csp, configure, tenant, workspace } = await open({});
    const theirs = await csp.create({ origin: 'maps.example.org', imgSrc: true });
    for (const { method, origins, flag, left } of steps) {
      configure({ manageOrigins: true, origins });
      const path = '/api/v1/csp-origins*';
      await tenant.addFaults([{ method, path, when, kind: 'stall', stallMs: 600_000, times: 1 }]);
      await tenant.takeRequests();
      const args = [cli, 'apply', '--yes', '--prune', flag];
      const env = { PATH: process.env['PATH'] ?? '', HOME: workspace.home, ...tenant.env };
      const child = spawn(process.execPath, args, { cwd: workspace.folder, env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      while (!(await tenant.seeRequests()).some((each) => each.method === method)) await nextTurn();
      child.kill('SIGKILL');
      await ended;
      await tenant.clearFaults();
      const first = await run('apply', '--yes', '--prune', flag);
      // What landed needs no approval any more.
      if (first.code !== 0) expect((await run('apply', '--yes', '--prune')).code).toBe(0);
      const now = (await csp.list()).map(
        ({ origin, connectSrc, imgSrc }) => `${origin} ${connectSrc} ${imgSrc}`,
      );
      expect(now.sort()).toEqual([...(left === undefined ? [] : [left]), 'maps.example.org false true']);
    }
    expect((await csp.list())[0]).toEqual(theirs);
    expect((await run('history')).stdout).toContain('died');
  });
});
