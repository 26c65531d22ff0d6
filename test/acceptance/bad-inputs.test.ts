/** At least 60 mistakes: each with its message and exit code, no stack trace, nothing written. */

import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/start.js';
import { runInProcess } from './support/in-process.js';
import { createWorkspace, extensionFiles, simpleConfig, type Workspace } from './support/workspace.js';

let sandbox: RunningSandbox;
let workspace: Workspace;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.dispose());

interface Row {
  readonly mistake: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly arrange?: (workspace: Workspace) => void;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  /** All of these are said, on stderr or in the report. */
  readonly says: readonly (string | RegExp)[];
}

const kpi = extensionFiles('kpi');
const good = { ...simpleConfig, ...kpi };

async function listRecords(): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/api/v1/extensions`, {
    headers: { authorization: `Bearer ${sandbox.apiKey}` },
  });
  return answer.json();
}

async function check(
  { files = good, arrange, args = ['apply', '--yes'], env, code, says }: Row,
  key = sandbox.apiKey,
): Promise<void> {
  workspace.write(files);
  arrange?.(workspace);
  const before = await listRecords();
  const tenant = { QLIK_TENANT_URL: sandbox.url, QLIK_API_KEY: key };
  const result = await runInProcess(args, {
    cwd: workspace.folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: workspace.home, ...tenant, ...env },
  });
  const said = `${result.stderr}\n${result.stdout}`;
  for (const part of says) {
    if (typeof part === 'string') expect(said).toContain(part);
    else expect(said).toMatch(part);
  }
  expect(said).not.toMatch(/\n\s+at .*[:(]\d+/);
  expect(said).not.toContain('This is a bug');
  expect(said).not.toContain(key);
  expect(result.code).toBe(code);
  expect(await listRecords()).toEqual(before);
}

function config(value: unknown): Record<string, string> {
  return {
    ...kpi,
    'qlik-sync.config.json': typeof value === 'string' ? value : JSON.stringify(value, undefined, 2),
  };
}

const base = { project: 'acme', extensions: ['extensions/*'] };

const configRows: readonly Row[] = [
  { mistake: 'no config at all', files: kpi, code: 3, says: ['no config file', 'qlik-sync.config.json'] },
  {
    mistake: 'a named config that is not there',
    args: ['plan', '--config', 'other.json'],
    code: 3,
    says: ['other.json', 'does not exist'],
  },
  { mistake: 'an empty config', files: config(''), code: 3, says: ['qlik-sync.config.json', 'is empty'] },
  {
    mistake: 'a missing comma',
    files: config('{\n  "project": "acme"\n  "extensions": []\n}'),
    code: 3,
    says: ['qlik-sync.config.json:3:3'],
  },
  { mistake: 'an array', files: config('[]'), code: 3, says: ['must be an object'] },
  {
    mistake: 'a misspelt key',
    files: config({ ...base, extentions: [] }),
    code: 3,
    says: [/qlik-sync\.config\.json:6:3.*extentions/, 'extensions'],
  },
  {
    mistake: 'a project with capitals',
    files: config({ ...base, project: 'Acme' }),
    code: 3,
    says: ['project', 'a-z'],
  },
  { mistake: 'no project', files: config({ extensions: ['extensions/*'] }), code: 3, says: ['project'] },
  { mistake: 'no extensions', files: config({ project: 'acme' }), code: 3, says: ['extensions'] },
  {
    mistake: 'a folder outside',
    files: config({ ...base, extensions: ['../other/*'] }),
    code: 3,
    says: ['extensions[0]', '..'],
  },
  {
    mistake: 'an absolute folder',
    files: config({ ...base, extensions: ['/srv/ext'] }),
    code: 3,
    says: ['extensions[0]', 'relative'],
  },
  {
    mistake: 'an unknown onDrift',
    files: config({ ...base, onDrift: 'ignore' }),
    code: 3,
    says: ['onDrift', 'stop'],
  },
  {
    mistake: 'a limit that is text',
    files: config({ ...base, maxDeletes: 'five' }),
    code: 3,
    says: ['maxDeletes'],
  },
  {
    mistake: 'a limit above 100 %',
    files: config({ ...base, maxDeletePercent: 130 }),
    code: 3,
    says: ['maxDeletePercent'],
  },
  {
    mistake: 'an unknown rule',
    files: config({ ...base, rules: { 'external-origins': 'off' } }),
    code: 3,
    says: ['external-origins', 'external-origin'],
  },
  {
    mistake: 'a tag of ours',
    files: config({ ...base, tags: ['qlik-sync:x'] }),
    code: 3,
    says: ['tags[0]', 'qlik-sync:'],
  },
  {
    mistake: 'several problems, all told at once',
    files: config({ project: 'NO', extensions: [], prune: 'yes' }),
    code: 3,
    says: [':2:', ':3:', ':4:', 'project', 'extensions', 'prune'],
  },
  {
    mistake: 'an unset variable',
    files: config({
      ...base,
      environments: { dev: { tenant: 'https://t.example', auth: { apiKey: '${QLIK_DEV_KEY}' } } },
    }),
    args: ['plan', '--env', 'dev'],
    code: 3,
    says: ['environments.dev.auth.apiKey', 'QLIK_DEV_KEY'],
  },
  {
    mistake: 'a secret written down',
    files: config({
      ...base,
      environments: { dev: { tenant: 'https://t.example', auth: { apiKey: 'topsecretvalue' } } },
    }),
    args: ['plan', '--env', 'dev'],
    code: 3,
    says: ['environments.dev.auth.apiKey'],
  },
  {
    mistake: 'an unknown environment',
    files: config({
      ...base,
      environments: { prod: { tenant: 'https://t.example', auth: { apiKey: '${K}' } } },
    }),
    args: ['plan', '--env', 'prd'],
    code: 3,
    says: ['prd', 'prod'],
  },
  {
    mistake: 'plain http to another host',
    files: config({
      ...base,
      environments: { dev: { tenant: 'http://t.example', auth: { apiKey: '${K}' } } },
    }),
    args: ['plan', '--env', 'dev'],
    env: { K: 'k' },
    code: 3,
    says: ['environments.dev.tenant', 'https'],
  },
  {
    mistake: 'two config files',
    files: { ...good, '.qlik-syncrc.json': '{}' },
    code: 3,
    says: ['several config files', '.qlik-syncrc.json'],
  },
  {
    mistake: 'broken YAML',
    files: { ...kpi, 'qlik-sync.config.yaml': 'project: acme\n  extensions: [' },
    code: 3,
    says: ['qlik-sync.config.yaml:1:10'],
  },
  {
    mistake: 'a config module that throws',
    files: { ...kpi, 'qlik-sync.config.mjs': 'throw new Error("boom");' },
    code: 3,
    says: ['qlik-sync.config.mjs', 'boom'],
  },
];

function manifest(text: string | Buffer): Record<string, string | Buffer> {
  return { ...good, 'extensions/kpi/kpi.qext': text };
}

const manifestRows: readonly Row[] = [
  {
    mistake: 'a trailing comma',
    files: manifest('{\n  "name": "k",\n  "type": "visualization",\n}'),
    code: 3,
    says: [/extensions\/kpi\/kpi\.qext:3:26|kpi\.qext:4:1/],
  },
  {
    mistake: 'a missing comma',
    files: manifest('{\n  "name": "k"\n  "type": "visualization"\n}'),
    code: 3,
    says: [/kpi\.qext:[23]:/],
  },
  { mistake: 'an empty manifest', files: manifest(''), code: 3, says: ['kpi.qext'] },
  { mistake: 'a list', files: manifest('[]'), code: 3, says: ['kpi.qext', 'object'] },
  { mistake: 'no name', files: manifest('{"type":"visualization"}'), code: 3, says: ['kpi.qext', 'name'] },
  { mistake: 'no type', files: manifest('{"name":"k"}'), code: 3, says: ['kpi.qext', 'type'] },
  {
    mistake: 'not UTF-8',
    files: manifest(Buffer.from('{"name":"gr\xf6\xdfe","type":"visualization"}', 'latin1')),
    code: 3,
    says: ['kpi.qext', 'UTF-8'],
  },
  {
    mistake: 'not built yet',
    files: manifest('{"name":"k","type":"visualization","version":"@@version"}'),
    code: 3,
    says: ['kpi.qext', 'built'],
  },
];

const folderRows: readonly Row[] = [
  {
    mistake: 'a folder that is not there',
    files: {
      ...kpi,
      'qlik-sync.config.json': JSON.stringify({ ...base, extensions: ['extensions/kpi', 'missing'] }),
    },
    code: 3,
    says: ['missing'],
  },
  {
    mistake: 'no extension for validate',
    files: simpleConfig,
    args: ['validate'],
    code: 3,
    says: ['extensions/*'],
  },
  {
    mistake: 'a named folder without a .qext',
    files: {
      ...simpleConfig,
      'extensions/kpi/kpi.js': '1',
      'qlik-sync.config.json': JSON.stringify({ ...base, extensions: ['extensions/kpi'] }),
    },
    code: 3,
    says: ['extensions/kpi', '.qext'],
  },
  {
    mistake: 'two .qext in one folder',
    files: { ...good, 'extensions/kpi/other.qext': '{}' },
    code: 3,
    says: ['kpi.qext', 'other.qext'],
  },
  {
    mistake: 'the same id twice',
    files: { ...good, ...extensionFiles('kpi', { folder: 'extensions/kpi-ext' }) },
    code: 3,
    says: ['extensions/kpi', 'extensions/kpi-ext'],
  },
  {
    mistake: 'ids that differ in case',
    files: { ...good, ...extensionFiles('KPI', { folder: 'extensions/second' }) },
    code: 3,
    says: ['KPI', 'kpi', 'case'],
  },
  {
    mistake: 'no entry file',
    files: good,
    arrange: ({ remove }) => remove('extensions/kpi/kpi.js'),
    code: 3,
    says: ['kpi.js'],
  },
  {
    mistake: 'an entry file in another case',
    files: { ...good, 'extensions/kpi/Kpi.js': '1' },
    arrange: ({ remove }) => remove('extensions/kpi/kpi.js'),
    code: 3,
    says: ['Kpi.js', 'case'],
  },
  {
    mistake: 'an empty entry file',
    files: { ...good, 'extensions/kpi/kpi.js': '' },
    code: 3,
    says: ['kpi.js', 'empty'],
  },
  {
    mistake: 'a secret in the folder',
    files: { ...good, 'extensions/kpi/server.pem': 'x' },
    code: 3,
    says: ['server.pem', 'ignore'],
  },
  {
    mistake: 'a link that leaves the folder',
    arrange: ({ folder, write }) => {
      write({ 'secret.txt': 'x' });
      symlinkSync(join(folder, 'secret.txt'), join(folder, 'extensions/kpi/data.txt'));
    },
    code: 3,
    says: ['data.txt'],
  },
  {
    mistake: 'more than 500 files',
    files: {
      ...good,
      ...Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`extensions/kpi/f${index}.txt`, 'x'])),
    },
    code: 3,
    says: ['500'],
  },
  {
    mistake: 'files that differ only in case',
    files: { ...good, 'extensions/kpi/a.txt': '1', 'extensions/kpi/A.txt': '2' },
    code: 3,
    says: ['a.txt', 'A.txt'],
  },
];

const flagRows: readonly Row[] = [
  { mistake: 'an unknown command', args: ['aply'], code: 3, says: ['aply', 'apply'] },
  { mistake: 'an unknown flag', args: ['plan', '--jsn'], code: 3, says: ['--jsn', '--json'] },
  { mistake: 'an option without its value', args: ['plan', '--config'], code: 3, says: ['--config'] },
  {
    mistake: 'a concurrency of nothing',
    args: ['plan', '--concurrency', '0'],
    code: 3,
    says: ['--concurrency'],
  },
  {
    mistake: 'a concurrency in words',
    args: ['plan', '--concurrency', 'many'],
    code: 3,
    says: ['--concurrency', 'many'],
  },
  {
    mistake: 'an unknown --on-drift',
    args: ['plan', '--on-drift', 'heal'],
    code: 3,
    says: ['heal', 'overwrite'],
  },
  {
    mistake: 'a negative number of deletes',
    args: ['plan', '--allow-deletes=-1'],
    code: 3,
    says: ['--allow-deletes'],
  },
  { mistake: 'a selection that matches nothing', args: ['plan', 'kpl'], code: 3, says: ['kpl', 'kpi'] },
  { mistake: 'a glob that matches nothing', args: ['validate', 'x-*'], code: 3, says: ['x-*'] },
  { mistake: 'two environments', args: ['plan', '--env', 'a', '--env', 'b'], code: 3, says: ['--env'] },
  {
    mistake: 'sandbox and tenant',
    args: ['plan', '--sandbox', '--tenant', 'https://t.example'],
    code: 3,
    says: ['--sandbox', '--tenant'],
  },
  {
    mistake: 'a tenant with a path',
    args: ['plan', '--tenant', 'https://t.example/hub'],
    env: { QLIK_TENANT_URL: '' },
    code: 3,
    says: ['--tenant'],
  },
  {
    mistake: 'a key that belongs to another tenant',
    args: ['plan', '--tenant', 'https://t.example'],
    code: 3,
    says: ['https://t.example', 'QLIK_TENANT_URL'],
  },
  { mistake: 'no credentials', env: { QLIK_API_KEY: '' }, code: 3, says: ['QLIK_API_KEY'] },
  { mistake: 'no tenant', env: { QLIK_TENANT_URL: '', QLIK_API_KEY: '' }, code: 3, says: ['no tenant'] },
  {
    mistake: 'an unknown variable',
    env: { QLIK_SYNC_TENNANT: 'x' },
    code: 3,
    says: ['QLIK_SYNC_TENNANT', 'QLIK_SYNC_TENANT'],
  },
  {
    mistake: 'an approval of an unknown name',
    args: ['apply', '--yes', '--adopt', 'kpl'],
    code: 3,
    says: ['--adopt', 'kpl'],
  },
  { mistake: 'nobody to approve', args: ['apply'], code: 3, says: ['qlik-sync apply --yes'] },
  {
    mistake: 'an exact number that is not the planned one',
    args: ['apply', '--yes', '--allow-deletes=2'],
    code: 6,
    says: ['--allow-deletes=0'],
  },
  { mistake: 'a port that is no number', args: ['sandbox', '--port', 'http'], code: 3, says: ['--port'] },
  {
    mistake: 'a rate that is not two numbers',
    args: ['sandbox', '--rate', '100'],
    code: 3,
    says: ['--rate'],
  },
  { mistake: 'a folder that is not there', args: ['plan', '--cwd', 'nowhere'], code: 3, says: ['nowhere'] },
];

describe('mistakes', () => {
  it('are at least 60 with those of the tenant', () => {
    expect(
      configRows.length + manifestRows.length + folderRows.length + flagRows.length + answers.length,
    ).toBeGreaterThanOrEqual(60);
  });

  describe('in the config', () => {
    it.each(configRows)('$mistake', (row) => check(row));
  });
  describe('in a manifest', () => {
    it.each(manifestRows)('$mistake', (row) => check(row));
  });
  describe('in folders', () => {
    it.each(folderRows)('$mistake', (row) => check(row));

    it.skipIf(process.getuid?.() === 0)('an unreadable file', () =>
      check({
        mistake: '',
        arrange: ({ folder }) => chmodSync(join(folder, 'extensions/kpi/kpi.js'), 0),
        code: 3,
        says: ['kpi.js'],
      }),
    );

    it('a folder in place of a file', () =>
      check({
        mistake: '',
        arrange: ({ folder, remove }) => {
          remove('extensions/kpi/kpi.js');
          mkdirSync(join(folder, 'extensions/kpi/kpi.js'));
        },
        code: 3,
        says: ['kpi.js'],
      }));
  });
  describe('on the command line', () => {
    it.each(flagRows)('$mistake', (row) => check(row));
  });
  describe('of rights', () => {
    it('a key that may only read', () => check({ mistake: '', code: 4, says: ['403'] }, sandbox.userKey));
    it('a key that nobody knows', () => check({ mistake: '', code: 4, says: ['401'] }, 'unknown-key'));
  });
});

interface TenantAnswer {
  readonly answer: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly code: number;
  readonly says: readonly (string | RegExp)[];
}

const html = { 'content-type': 'text/html' };

const answers: readonly TenantAnswer[] = [
  {
    answer: 'an error body of Extensions',
    status: 400,
    body: '{"title":"Bad request","status":400,"meta":{"message":"no such field","stack":"at secret"},"traceId":"t-1"}',
    code: 5,
    says: ['no such field', 't-1'],
  },
  {
    answer: 'an error body of the other kind',
    status: 500,
    body: '{"errors":[{"code":"X-1","title":"Broken","detail":"inside"}]}',
    code: 5,
    says: ['500', 'Broken'],
  },
  { answer: 'not found', status: 404, body: '', code: 5, says: ['404'] },
  {
    answer: 'a redirect to a login page',
    status: 302,
    headers: { location: 'https://login.example/' },
    code: 4,
    says: ['login'],
  },
  {
    answer: 'a login page',
    headers: html,
    body: '<html><title>Log in</title></html>',
    code: 4,
    says: ['HTML'],
  },
  {
    answer: 'an HTML error',
    status: 502,
    headers: html,
    body: '<html><h1>Bad gateway</h1></html>',
    code: 5,
    says: ['502'],
  },
  { answer: 'nothing', body: '', code: 5, says: ['JSON'] },
  { answer: 'no JSON', body: '{"data":[', code: 5, says: ['JSON'] },
  { answer: 'no list', body: '{"data":null}', code: 5, says: ['list'] },
  {
    answer: 'another page',
    body: '{"data":[],"links":{"next":{"href":"/api/v1/extensions?next=2"}}}',
    code: 5,
    says: ['pages'],
  },
  { answer: 'an entry without an id', body: '{"data":[{"name":"x"}]}', code: 5, says: ['entry'] },
  {
    answer: 'unauthorised',
    status: 401,
    body: '{"errors":[{"code":"401","title":"Unauthorized"}]}',
    code: 4,
    says: ['401'],
  },
];

describe('odd answers of a tenant', () => {
  let server: Server;
  let current: TenantAnswer;
  let writes: number;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.method !== 'GET') writes += 1;
      response.writeHead(current.status ?? 200, { 'content-type': 'application/json', ...current.headers });
      response.end(current.body ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(answers)('$answer', async (row) => {
    current = row;
    writes = 0;
    workspace.write(good);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await workspace.run(['apply', '--yes'], {
      env: { QLIK_TENANT_URL: url, QLIK_API_KEY: 'canary-key' },
    });
    for (const part of row.says) expect(result.stderr).toMatch(part);
    expect(result.stderr).not.toMatch(/canary-key|at secret|\n\s+at .*[:(]\d+/);
    expect(result.code).toBe(row.code);
    expect(writes).toBe(0);
  });

  it('no tenant at that address', async () => {
    workspace.write(good);
    const closed = await startSandbox();
    await closed.close();
    const result = await workspace.run(['plan'], {
      env: { QLIK_TENANT_URL: closed.url, QLIK_API_KEY: 'canary-key' },
    });
    expect(result.stderr).toMatch(/refused/i);
    expect(result.code).toBe(5);
  });
});
