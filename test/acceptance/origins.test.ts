/** Hosts that extensions load from: told against the tenant's Content Security Policy, written where that is asked for. */

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

describe('origins are told', () => {
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

  it('as not looked at, where the key may not list entries', async () => {
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
