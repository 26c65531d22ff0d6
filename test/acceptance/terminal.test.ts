/** Questions on a real terminal, which python3 makes: those of init, and the one before apply. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/file/load.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { configurableRuleIds } from '../../src/core/rules.js';
import { create } from '../sandbox/support.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import { hasTerminal, runInTerminal, type Step } from './support/terminal.js';
import {
  configWith,
  createWorkspace,
  extensionFiles,
  simpleConfig,
  type Workspace,
} from './support/workspace.js';

const key = 'eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJzZWNyZXQifQ.c2lnbmF0dXJl';
const cli = join(import.meta.dirname, '../../dist/cli.js');
let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

async function isApplied(): Promise<boolean> {
  return (await workspace.run(['plan', '--sandbox'])).stdout.includes('1 unchanged');
}

describe.runIf(hasTerminal)('the question before apply', () => {
  it.each([
    ['yes', 'y', 0, true],
    ['no', 'n', 5, false],
    ['Enter alone is no', '\r', 5, false],
    ['Ctrl-D', '\u0004', 5, false],
    ['Ctrl-D after other keys', 'x\u0004', 5, false],
    ['Ctrl-C', '\u0003', 130, false],
  ] as const)('%s', async (_row, keys, code, applied) => {
    workspace.write({ ...simpleConfig, ...extensionFiles('a') });
    const steps: readonly Step[] = [['Apply this plan?', keys]];
    const session = await runInTerminal(
      [process.execPath, cli, 'apply', '--sandbox'],
      workspace.folder,
      steps,
    );
    expect(session.screen).toContain('1 to create');
    expect(session.code).toBe(code);
    expect(session.screen.includes('Nothing was applied.')).toBe(!applied);
    expect(await isApplied()).toBe(applied);
  });

  it.each([
    ['its name', 'prod\r', 0],
    ['another', 'dev\r', 5],
    ['Ctrl-D', '\u0004', 5],
    ['Ctrl-D after a part of it', 'pro\u0004', 5],
    ['Ctrl-D after its name', 'prod\u0004', 5],
    ['Ctrl-C', '\u0003', 130],
  ] as const)('of a protected environment is for its name: %s', async (_row, keys, code) => {
    const tenant = await openTenantOfTest();
    const prod = { tenant: tenant.sandbox.url, protected: true, auth: { apiKey: '${QLIK_API_KEY}' } };
    workspace.write({ ...configWith({ environments: { prod } }), ...extensionFiles('a') });
    const command = [process.execPath, cli, 'apply', '--env', 'prod'];
    const session = await runInTerminal(command, workspace.folder, [['Type its name', keys]], {
      QLIK_API_KEY: tenant.sandbox.apiKey,
    });
    expect(await tenant.names()).toEqual(code === 0 ? ['a'] : []);
    expect(session.code).toBe(code);
    expect(session.screen.includes('Nothing was applied.')).toBe(code !== 0);
  });

  it.each([
    ['apply', '--adopt', 'a'],
    ['rollback', '--prune'],
  ])('of %s is no with Ctrl-D too', async (...command) => {
    const tenant = await openTenantOfTest();
    workspace.write({ ...simpleConfig, ...extensionFiles('a') });
    if (command[0] === 'apply') await create(tenant.sandbox, 'a');
    else await workspace.run(['apply', '--yes'], { env: { ...tenant.env, HOME: workspace.folder } });
    const argv = [process.execPath, cli, ...command];
    await tenant.takeRequests();
    const session = await runInTerminal(argv, workspace.folder, [['Apply this plan?', '\u0004']], tenant.env);
    expect(session.code).toBe(5);
    expect(session.screen).toContain('Nothing was applied.');
    expect(await tenant.takeWrites()).toEqual([]);
  });
});

async function openTenantOfTest(): Promise<TestTenant> {
  const tenant = await openTestTenant();
  onTestFinished(() => tenant.close());
  return tenant;
}

describe.runIf(hasTerminal)('the questions of init', () => {
  const command = [process.execPath, cli, 'init'];
  const file = (): string => join(workspace.folder, 'qlik-sync.config.json');
  const written = (): unknown => JSON.parse(readFileSync(file(), 'utf8'));

  /** What the other commands make of the file: the schema, every cross check, the defaults. */
  async function assertLoads(): Promise<void> {
    resolveConfig(await loadConfig({ cwd: workspace.folder }), { env: {}, ruleIds: configurableRuleIds });
  }

  it('asks, writes, validates', async () => {
    workspace.write({ ...extensionFiles('a'), ...extensionFiles('b', { folder: 'more/b/dist' }) });
    const { code, screen } = await runInTerminal(command, workspace.folder, [
      ['Project: who owns', '\r'],
      ['Extensions: folders', ' \r'],
      ['Address of the tenant', 'prod\r'],
      ['It is one word', '\u0015acme.eu.qlikcloud.com\r'],
      ['Name of this environment', '\u0015prod\r'],
      ['Environment variable that holds', `\u0015${key}\r`],
      ['never the key itself', '\u0015QLIK_PROD_API_KEY\r'],
    ]);
    expect(screen).toContain('1 extension: 0 errors');
    expect(screen).toContain('Next: qlik-sync plan');
    expect(code).toBe(0);
    expect(written()).toEqual({
      project: expect.stringMatching(/-[0-9a-f]{4}$/),
      extensions: ['more/*/dist'],
      defaultEnvironment: 'prod',
      environments: {
        prod: { tenant: 'https://acme.eu.qlikcloud.com', auth: { apiKey: '${QLIK_PROD_API_KEY}' } },
      },
    });
    await assertLoads();
  });

  it('asks only what the options leave open; an empty address is none yet', async () => {
    const args = [...command, '--project', 'acme-1'];
    const { code, screen } = await runInTerminal(args, workspace.folder, [
      ['Which folders will hold', '\u0015charts/*\r'],
      ['leave it empty for none yet', '\r'],
    ]);
    expect(screen).not.toContain('Project:');
    expect(code).toBe(0);
    expect(written()).toEqual({ project: 'acme-1', extensions: ['charts/*'] });
  });

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['Escape', '\u001b', 130],
    ['Ctrl-D', '\u0004', 5],
  ] as const)('%s writes nothing', async (_name, keys, expected) => {
    workspace.write(extensionFiles('a'));
    const { code, screen } = await runInTerminal(command, workspace.folder, [
      ['Project: who owns', '\r'],
      ['Extensions: folders', keys],
    ]);
    expect(code).toBe(expected);
    expect(screen).toContain('Nothing was written.');
    expect(existsSync(file())).toBe(false);
  });
});
