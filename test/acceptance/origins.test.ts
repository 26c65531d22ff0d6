/** Hosts that extensions load from: told against the tenant's Content Security Policy, written where that is asked for. */

import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { createCspOriginsClient } from '../../src/tenant/csp-origins.js';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant } from '../../src/tenant/http/http.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant } from './support/tenant.js';
import { createWorkspace, extensionFiles, type Result } from './support/workspace.js';

const api = { 'kpi-card': { 'https://api.example.com': ['connect-src'] } };

async function open(config: object = { origins: api }, options: SandboxOptions = {}) {
  const tenant = await openTestTenant(options);
  const workspace = createWorkspace();
  onTestFinished(async () => {
    workspace.dispose();
    await tenant.close();
  });
  const { url, apiKey } = tenant.sandbox;
  const csp = createCspOriginsClient(openTenant({ url, auth: apiKeyAuth(apiKey) }));
  const configure = (keys: object): void =>
    workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], ...keys }),
    });
  configure(config);
  workspace.write(extensionFiles('kpi-card', { code: 'define(()=>fetch("https://api.example.com/x"))' }));
  const run = (...argv: readonly string[]): Promise<Result> =>
    runInProcess(argv, { cwd: workspace.folder, env: tenant.env });
  return { tenant, workspace, csp, configure, run };
}

const mark = 'qlik-sync:acme';

describe('origins are reported', () => {
  it('by plan, with the entry to make as text, as a command and as JSON', async () => {
    const { run, tenant } = await open();
    const { code, stdout } = await run('plan');
    expect(code).toBe(0);
    expect(stdout).toContain('Content Security Policy: the tenant opens 0 of 1 declared host; ');
    expect(stdout).toContain(
      ' of 6,144 characters, 0 of 256 entries; this adds about 16 characters and 1 entry',
    );
    expect(stdout).toMatch(/! https:\/\/api\.example\.com {2}missing {2}connect-src for kpi-card/);
    expect(stdout).toContain(
      `qlik csp-origin create --origin api.example.com --name api.example.com --description ${mark} --connectSrc`,
    );
    expect(stdout).not.toContain('external-origin');
    const document = JSON.parse((await run('plan', '--json')).stdout);
    expect(document.origins).toMatchObject({
      declared: 1,
      changes: [],
      missing: [{ entry: { origin: 'api.example.com', connectSrc: true, imgSrc: false } }],
    });
    expect(await tenant.takeWrites()).toEqual([]);
  });

  it('by plan, drift and doctor alike; no other project asks', async () => {
    const { run, csp, configure, tenant } = await open();
    expect((await run('apply', '--yes')).code).toBe(0);
    const missing = await run('drift');
    expect([missing.code, missing.stdout]).toEqual([2, expect.stringContaining('Drift: 1 difference')]);
    expect((await run('doctor')).stdout).toMatch(/origins .*opens 0 of 1 declared host/);
    await csp.create({ origin: '*.example.com', connectSrc: true });
    const found = await run('drift');
    expect([found.code, found.stdout]).toEqual([0, expect.stringContaining('No drift')]);
    expect((await run('doctor')).stdout).toMatch(/origins .*opens 1 of 1 declared host/);
    configure({});
    await tenant.takeRequests();
    for (const command of ['plan', 'drift', 'doctor']) await run(command);
    expect((await tenant.takeRequests()).filter(({ path }) => path.includes('csp'))).toEqual([]);
  });

  it('as not looked at, if the key may not list entries', async () => {
    const { run } = await open(undefined, { cspRights: 'none' });
    const said = 'not looked at: this key may not list the entries';
    for (const command of ['plan', 'drift', 'doctor']) expect((await run(command)).stdout).toContain(said);
    const { stdout } = await run('plan', '--report', 'markdown=r.md', '--report', 'html=r.html', '--json');
    expect(JSON.parse(stdout).origins).toMatchObject({
      missing: [],
      notLookedAt: expect.stringContaining('may not list'),
    });
  });

  it('for what is selected only', async () => {
    const { run, workspace } = await open({ origins: { ...api, other: { 'https://b.com': ['img-src'] } } });
    workspace.write(extensionFiles('other'));
    const { stdout } = await run('plan', 'other');
    expect(stdout).toContain('https://b.com');
    expect(stdout).not.toContain('https://api.example.com');
  });
});

const managed = { origins: api, manageOrigins: true };

describe('origins are written', () => {
  it('if the config says so and their number is approved, before the extension that needs them', async () => {
    const { run, csp, tenant } = await open(managed);
    const refused = await run('apply', '--yes');
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('--allow-origins=1')]);
    expect((await run('apply', '--yes', '--allow-origins=2')).code).toBe(6);
    expect(await csp.list()).toEqual([]);
    await tenant.takeRequests();
    const { code, stdout } = await run('apply', '--yes', '--allow-origins=1');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Content Security Policy: 1 created')]);
    expect(await csp.list()).toMatchObject([
      { origin: 'api.example.com', description: mark, connectSrc: true },
    ]);
    const written = (await tenant.takeRequests()).filter(({ method }) => method !== 'GET');
    expect(written.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/csp-origins',
      'POST /api/v1/extensions',
    ]);
    const again = await run('apply', '--yes');
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining('Nothing to do.')]);
    expect(await tenant.takeWrites()).toEqual([]);
  });

  it('planned, reviewed, applied, shown in history and rolled back', async () => {
    const { run, csp, workspace, tenant } = await open(managed);
    const byHand = await csp.create({ origin: 'maps.example.org', imgSrc: true, description: 'Ada' });
    const plan = [
      'plan',
      '--allow-origins=1',
      '--out',
      'plan.json',
      '--report',
      'markdown=r.md',
      '--report',
      'html=r.html',
    ];
    const planned = await run(...plan);
    expect(planned.stdout).toMatch(/\+ https:\/\/api\.example\.com {2}create {3}connect-src for kpi-card/);
    for (const file of ['r.md', 'r.html']) {
      expect(readFileSync(`${workspace.folder}/${file}`, 'utf8')).toMatch(
        /https(:|&#58;)\/\/api\.example\.com/,
      );
    }
    expect((await run('apply', 'plan.json', '--yes')).code).toBe(0);
    expect(await csp.list()).toHaveLength(2);
    const history = await run('history', '--json');
    expect(JSON.parse(history.stdout).runs[0].changes).toMatchObject([
      { name: 'https://api.example.com', action: 'create', result: 'done' },
      { name: 'kpi-card', action: 'create', result: 'done' },
    ]);
    const blocked = await run('rollback', '--yes');
    expect([blocked.code, blocked.stdout]).toEqual([6, expect.stringContaining('--prune')]);
    const refused = await run('rollback', '--yes', '--prune', '--allow-deletes=1');
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('--allow-origin-removal=1')]);
    await tenant.takeRequests();
    const done = await run('rollback', '--yes', '--prune', '--allow-deletes=1', '--allow-origin-removal=1');
    expect(done.code).toBe(0);
    const written = (await tenant.takeRequests()).filter(({ method }) => method !== 'GET');
    expect(written.map(({ path }) => path.split('/')[3])).toEqual(['extensions', 'csp-origins']);
    expect(await csp.list()).toEqual([byHand]);
  });

  it('a reviewed plan is stale if an entry was added meanwhile, and may not be changed by hand', async () => {
    const { run, csp, workspace } = await open(managed);
    await run('plan', '--allow-origins=1', '--out', 'plan.json');
    const text = readFileSync(`${workspace.folder}/plan.json`, 'utf8');
    const forged = JSON.parse(text);
    forged.origins.changes[0].name = 'https://evil.example.com';
    workspace.write({ 'forged.json': JSON.stringify(forged) });
    const changed = await run('apply', 'forged.json', '--yes');
    expect([changed.code, changed.stderr]).toEqual([
      6,
      expect.stringContaining('changed after it was planned'),
    ]);
    await csp.create({ origin: 'api.example.com', imgSrc: true });
    const stale = await run('apply', 'plan.json', '--yes');
    expect([stale.code, stale.stderr]).toEqual([7, expect.stringContaining('stale')]);
    expect(await csp.list()).toHaveLength(1);
  });

  it('extended and closed only where the entry is ours', async () => {
    const { run, csp, configure } = await open(managed);
    await run('apply', '--yes', '--allow-origins=1');
    configure({
      ...managed,
      origins: { 'kpi-card': { 'https://api.example.com': ['connect-src', 'img-src'] } },
    });
    expect((await run('apply', '--yes', '--allow-origins=1')).code).toBe(0);
    expect(await csp.list()).toMatchObject([{ connectSrc: true, imgSrc: true, description: mark }]);
    configure({ ...managed, origins: {} });
    const kept = await run('plan');
    expect(kept.stdout).toMatch(/= https:\/\/api\.example\.com {2}keep/);
    const refused = await run('apply', '--yes', '--prune');
    expect([refused.code, refused.stderr]).toEqual([6, expect.stringContaining('--allow-origin-removal=1')]);
    expect((await run('apply', '--yes', '--prune', '--allow-origin-removal=1')).code).toBe(0);
    expect(await csp.list()).toEqual([]);
    expect((await run('rollback', '--yes', '--allow-origins=1')).code).toBe(0);
    expect(await csp.list()).toMatchObject([{ connectSrc: true, imgSrc: true, description: mark }]);
  });

  it('nothing of a tenant that does not keep descriptions, exit 5', async () => {
    const origins = { 'kpi-card': { 'https://a.com': ['img-src'], 'https://b.com': ['img-src'] } };
    const { run, csp, tenant } = await open({ ...managed, origins }, { cspDescription: 'drop' });
    const { code, stdout } = await run('apply', '--yes', '--allow-origins=2');
    expect([code, stdout]).toEqual([
      5,
      expect.stringContaining('did not keep the description qlik-sync:acme'),
    ]);
    expect(await csp.list()).toHaveLength(1);
    expect(await tenant.names()).toEqual([]);
    expect(stdout).toContain('which it needs, was not opened');
  });

  it('nothing that a person changed between the plan and the write, exit 7', async () => {
    const { run, csp, configure, tenant } = await open(managed);
    await run('apply', '--yes', '--allow-origins=1');
    const [own] = await csp.list();
    configure({ ...managed, origins: {} });
    const path = `/api/v1/csp-origins/${own?.id}`;
    await tenant.addFaults([
      { method: 'GET', path, when: 'before', kind: 'stall', stallMs: 60_000, times: 1 },
    ]);
    const deleting = run('apply', '--yes', '--prune', '--allow-origin-removal=1');
    while (!(await tenant.seeRequests()).some((each) => each.path === path)) await nextTurn();
    await csp.replace(own?.id ?? '', { origin: 'api.example.com', description: mark, scriptSrc: true });
    await tenant.clearFaults();
    const { code, stdout } = await deleting;
    expect([code, stdout]).toEqual([7, expect.stringContaining('was changed on the tenant since the plan')]);
    expect(await csp.list()).toMatchObject([{ scriptSrc: true }]);
  });
});

const kinds = [
  { kind: 'reset' },
  { kind: 'stall', stallMs: 20 },
  ...[403, 404, 429, 500, 503].map((status) => ({ kind: 'status', status, retryAfter: 0 })),
] as const;

describe('faults of each write of an entry', () => {
  const cases = (['POST', 'PUT', 'DELETE'] as const).flatMap((method) =>
    kinds.flatMap((fault) => (['before', 'after'] as const).map((when) => ({ method, when, ...fault }))),
  );
  it.each(cases)('$method $when $kind $status', async (fault) => {
    const { run, csp, configure, tenant } = await open(managed);
    const byHand = await csp.create({ origin: 'maps.example.org', imgSrc: true });
    const approve = ['--yes', '--prune', '--json'] as const;
    const opens = async (): Promise<readonly string[]> =>
      (await csp.list()).map(({ origin, connectSrc, imgSrc }) => `${origin} ${connectSrc} ${imgSrc}`).sort();
    const steps = [
      { origins: api, flag: '--allow-origins=1', after: ['api.example.com true false'] },
      {
        origins: { 'kpi-card': { 'https://api.example.com': ['connect-src', 'img-src'] } },
        flag: '--allow-origins=1',
        after: ['api.example.com true true'],
      },
      { origins: {}, flag: '--allow-origin-removal=1', after: [] },
    ];
    const faulty = { POST: 0, PUT: 1, DELETE: 2 }[fault.method];
    for (const [at, { origins, flag, after }] of steps.entries()) {
      configure({ ...managed, origins });
      if (at === faulty) await tenant.addFaults([{ path: '/api/v1/csp-origins*', times: 1, ...fault }]);
      const first = await run('apply', ...approve, flag);
      if (first.code !== 0) {
        // What failed says so, and the next run converges, whatever landed.
        const rest = await run('apply', ...approve, flag);
        const done = rest.code === 0 ? rest : await run('apply', ...approve);
        expect(done.code, done.stdout).toBe(0);
      }
      expect(await opens()).toEqual([...after, 'maps.example.org false true'].sort());
    }
    expect((await csp.list()).find(({ id }) => id === byHand.id)).toEqual(byHand);
  });
});
