/** What a run did outlives its machine: each command here runs on a machine that has nothing but the repository and the store. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestStore, storeKinds, type TestStore } from '../store/stores.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant, type TestTenant } from './support/tenant.js';
import {
  configWith,
  createWorkspace,
  extensionFiles,
  type Result,
  type Workspace,
} from './support/workspace.js';

type Files = Readonly<Record<string, string>>;

interface Machine {
  readonly workspace: Workspace;
  readonly qlikSync: (...args: readonly string[]) => Promise<Result>;
  readonly succeed: (...args: readonly string[]) => Promise<Result>;
}

function machineOf(store: TestStore, tenant: TestTenant, files: Files, more: Files = {}): Machine {
  const workspace = createWorkspace();
  onTestFinished(() => workspace.dispose());
  workspace.write({ ...configWith({ store: store.address }), ...files });
  const env = { HOME: workspace.home, ...tenant.env, ...store.env, ...more };
  const qlikSync = (...args: readonly string[]) => runInProcess(args, { cwd: workspace.folder, env });
  return {
    workspace,
    qlikSync,
    succeed: async (...args) => {
      const result = await qlikSync(...args);
      expect(result.code, `${args.join(' ')}\n${result.stdout}${result.stderr}`).toBe(0);
      return result;
    },
  };
}

async function openTenant(): Promise<TestTenant> {
  const tenant = await openTestTenant();
  onTestFinished(() => tenant.close());
  return tenant;
}

async function archiveOf(tenant: TestTenant, name: string): Promise<string> {
  const record = await tenant.find(name);
  return record === undefined
    ? 'nothing'
    : (await tenant.client.downloadArchive(record.id)).toString('base64');
}

const first = { ...extensionFiles('kpi'), ...extensionFiles('gauge') };
const second = { ...extensionFiles('kpi', { version: '1.1.0', code: 'two' }), ...extensionFiles('gauge') };

describe.each(storeKinds)('over %s', (kind) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore(kind);
  });
  afterAll(() => store.close());

  it('history and rollback, to the byte, from machines that never ran before', async () => {
    const tenant = await openTenant();
    const job = { GITLAB_CI: 'true', CI_JOB_URL: 'https://ci.example/jobs/7', GITLAB_USER_LOGIN: 'ann' };
    await machineOf(store, tenant, first, job).succeed('apply', '--yes');
    await tenant.editByHand('kpi', 'an hour of work by hand\n');
    const byHand = await archiveOf(tenant, 'kpi');
    const overwriting = machineOf(store, tenant, second, job);
    await overwriting.succeed('apply', '--yes', '--overwrite', 'kpi');
    expect(await archiveOf(tenant, 'kpi')).not.toBe(byHand);

    const laptop = machineOf(store, tenant, second);
    const history = await laptop.succeed('history', '--json');
    const { runs } = JSON.parse(history.stdout) as { readonly runs: readonly Past[] };
    expect(runs.map(({ command, changes }) => [command, changes.length])).toEqual([
      ['apply', 1],
      ['apply', 2],
    ]);
    expect(runs[0]).toMatchObject({ who: { user: 'ann' }, source: { ci: 'https://ci.example/jobs/7' } });
    expect((await laptop.succeed('history')).stdout).toContain('https://ci.example/jobs/7');

    await machineOf(store, tenant, second).succeed('rollback', '--yes');
    expect(await archiveOf(tenant, 'kpi')).toBe(byHand);
  });

  it('a run leaves no lock, no parts, and plans do not need the store', async () => {
    const tenant = await openTenant();
    const machine = machineOf(store, tenant, first);
    await machine.succeed('apply', '--yes');
    const open = await store.open();
    const names = (await open.list('')).objects.map(({ name }) => name);
    await open.close();
    expect(names.filter((name) => name.startsWith('locks/'))).toEqual([]);
    expect(names.filter((name) => /\.\d{9}-\d{9}\.jsonl$/.test(name))).toEqual([]);
    const unreachable = { QLIK_SYNC_STORE: 's3://nowhere?endpoint=http://127.0.0.1:9' };
    const other = machineOf(store, tenant, second, unreachable);
    expect((await other.succeed('plan')).stdout).toContain('kpi');
    expect((await other.qlikSync('drift')).code).toBe(2);
    expect(existsSync(join(other.workspace.folder, '.qlik-sync/runs'))).toBe(false);
  });
});

interface Past {
  readonly command: string;
  readonly changes: readonly unknown[];
}

describe('a store that cannot be used', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore('s3');
  });
  afterAll(() => store.close());

  const variables: readonly (readonly [string, Files, number, string])[] = [
    [
      'unreachable',
      { QLIK_SYNC_STORE: 's3://nowhere?endpoint=http://127.0.0.1:9' },
      5,
      'refused the connection',
    ],
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, 4, 'the secret access key does not belong'],
    ['a mistyped address', { QLIK_SYNC_STORE: 's3:/bucket' }, 3, 'names no bucket'],
    ['no such folder', { QLIK_SYNC_STORE: 'file:///no/such/share/x' }, 5, 'Is the share mounted?'],
  ];
  it.each(variables)('stops a run before its first write: %s', async (_name, env, code, message) => {
    const tenant = await openTenant();
    const machine = machineOf(store, tenant, first, env);
    await tenant.takeRequests();
    const refused = await machine.qlikSync('apply', '--yes');
    expect(refused.code, refused.stderr).toBe(code);
    expect(refused.stderr).toContain(message);
    expect(await tenant.takeWrites()).toEqual([]);
    await machine.succeed('apply', '--yes', '--no-store');
    expect(await tenant.takeWrites()).toEqual(['POST', 'POST']);
  });
});

describe('credentials that a command of the config prints', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore('s3');
  });
  afterAll(() => store.close());

  const noKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

  function withCommand(tenant: TestTenant, more: Files = {}): Machine {
    const machine = machineOf(store, tenant, first, { ...noKeys, ...more });
    const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey } = store.env;
    const keys = JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey });
    const storeCredentials = { command: [process.execPath, 'print-keys.mjs', '--quietly'] };
    machine.workspace.write({
      'print-keys.mjs': `console.log(${JSON.stringify(keys)})`,
      ...configWith({ store: store.address, storeCredentials }),
    });
    return machine;
  }

  it('reach the store, and are shown nowhere', async () => {
    const tenant = await openTenant();
    const machine = withCommand(tenant);
    await machine.succeed('apply', '--yes');
    expect((await machine.succeed('history', '--json')).stdout).toContain('"command": "apply"');
    const listed = await machine.succeed('config', '--json');
    expect(listed.stdout).toContain('storeCredentials.command');
    expect(listed.stdout).toContain('its 2 arguments not shown');
    expect(listed.stdout).not.toContain('print-keys');
  });

  it('are not requested with --no-exec, and then nothing is written; a plan needs none', async () => {
    const tenant = await openTenant();
    const machine = withCommand(tenant);
    await tenant.takeRequests();
    const refused = await machine.qlikSync('apply', '--yes', '--no-exec');
    expect([refused.code, await tenant.takeWrites()]).toEqual([3, []]);
    expect(refused.stderr).toContain('storeCredentials in qlik-sync.config.json runs the command');
    expect(refused.stderr).toContain('--no-exec forbids that');
    await machine.succeed('plan', '--no-exec');
    await machine.succeed('apply', '--yes', '--no-exec', '--no-store');
  });

  it('go only to the store of the config, never to that of QLIK_SYNC_STORE', async () => {
    const tenant = await openTenant();
    const elsewhere = store.address.replace('/ci/prod', '/another');
    const other = withCommand(tenant, { ...store.env, QLIK_SYNC_STORE: elsewhere });
    other.workspace.write({ 'print-keys.mjs': 'process.exit(2)' });
    await other.succeed('apply', '--yes');
  });

  it('are missing, with the reason, if the command fails', async () => {
    const tenant = await openTenant();
    const machine = withCommand(tenant);
    machine.workspace.write({ 'print-keys.mjs': "console.error('sign in first'); process.exit(2)" });
    const refused = await machine.qlikSync('apply', '--yes');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/failed with exit code 2[\s\S]*sign in first/);
    expect(await tenant.takeWrites()).toEqual([]);
  });
});

describe('the commands about a store', () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startTestStore('s3');
  });
  afterAll(() => store.close());

  it('unlock shows who holds the lock, and removes it only with --yes', async () => {
    const tenant = await openTenant();
    const machine = machineOf(store, tenant, first);
    expect((await machine.succeed('unlock')).stdout).toContain('Nobody holds the lock');
    const open = await store.open();
    const ticket = { pid: 4711, host: 'runner-7', command: 'apply', startedAt: new Date().toISOString() };
    const key = new URL(tenant.sandbox.url).host.replace(':', '_');
    await open.put(`locks/${key}/acme/0123456789abcdef.json`, Buffer.from(JSON.stringify(ticket)));
    const shown = await machine.succeed('unlock');
    expect(shown.stdout).toMatch(/0123456789abcdef\.json {2}apply of pid 4711 on runner-7, since/);
    expect(shown.stdout).toContain('Nothing was removed');
    const waiting = await machine.qlikSync('apply', '--yes', '--max-duration', '1s');
    expect(waiting.stderr).toContain('apply of pid 4711 on runner-7');
    expect([7, 9]).toContain(waiting.code);
    const removed = await machine.succeed('unlock', '--yes', '--json');
    expect(JSON.parse(removed.stdout)).toMatchObject({
      tickets: [{ holder: { host: 'runner-7' }, dead: false }],
      removed: `locks/${key}/acme/0123456789abcdef.json`,
    });
    await machine.succeed('apply', '--yes');
    await open.close();
  });

  it('store check says what works, and what a missing right or a lagging list breaks', async () => {
    const tenant = await openTenant();
    const good = await machineOf(store, tenant, first).succeed('store', 'check');
    for (const name of ['write', 'read', 'list', 'clock', 'public', 'remove']) {
      expect(good.stdout).toMatch(new RegExp(`^ {2}ok +${name}`, 'm'));
    }
    const wrong = machineOf(store, tenant, first, { AWS_SECRET_ACCESS_KEY: 'wrong' });
    const refused = await wrong.qlikSync('store', 'check', '--json');
    expect(refused.code).toBe(4);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      exitCode: 4,
      checks: [{ name: 'write', status: 'failed', message: expect.stringContaining('does not belong') }],
    });
  });

  it('a trial on the sandbox neither needs nor writes what the config names', async () => {
    const trial = machineOf(store, await openTenant(), first);
    const env = { HOME: trial.workspace.home };
    const result = await runInProcess(['apply', '--sandbox', '--yes'], { cwd: trial.workspace.folder, env });
    expect(result.code, result.stderr).toBe(0);
    const named = { ...env, ...store.env, QLIK_SYNC_STORE: store.address };
    const history = (more: Readonly<Record<string, string>>) =>
      runInProcess(['history', '--sandbox', '--json'], { cwd: trial.workspace.folder, env: more });
    expect(JSON.parse((await history(env)).stdout).runs).toHaveLength(1);
    trial.workspace.remove('.qlik-sync/runs');
    expect(JSON.parse((await history(named)).stdout).runs).toHaveLength(0);
  });

  it('store import brings the runs of a folder, once, and their backups', async () => {
    const tenant = await openTenant();
    const old = machineOf(store, tenant, first);
    await old.succeed('apply', '--yes', '--no-store');
    await tenant.editByHand('kpi', 'by hand\n');
    const byHand = await archiveOf(tenant, 'kpi');
    await old.succeed('apply', '--yes', '--no-store', '--overwrite', 'kpi');
    const imported = await old.succeed('store', 'import', '.');
    expect(imported.stdout).toContain('2 runs and 4 backups were imported');
    expect((await old.succeed('store', 'import', '.qlik-sync')).stdout).toContain(
      '; 2 runs were there already.',
    );
    await machineOf(store, tenant, first).succeed('rollback', '--yes');
    expect(await archiveOf(tenant, 'kpi')).toBe(byHand);
    expect((await old.qlikSync('store', 'import', 'extensions')).code).toBe(3);
  });
});
