/** Law 9: the credential is in no stream, report, journal, error or file, and goes to no other host. */

import { type ExecFileException, execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { record } from '../fuzz/corpus.js';
import {
  type Asked,
  type HostileTenant,
  httpBytes,
  jsonBytes,
  openHostileTenant,
} from '../fuzz/hostile-tenant.js';
import { runInProcess } from './support/in-process.js';
import { openTestTenant } from './support/tenant.js';
import {
  createWorkspace,
  extensionFiles,
  type Result,
  simpleConfig,
  type Workspace,
} from './support/workspace.js';

/** Every form in which a secret may be said again: as it is, in lower case (host names), in base64. */
const canary = 'eyJhbGciOiJub25l.Canary-3f9c2b7a5d1e_KEY.c2lnbmF0dXJl';
const clientSecret = 'canary-secret-"quoted"-5d1e9b8c7a60';
const proxyPassword = 'canary-proxy-8b1f0c2d';

let workspace: Workspace;
let tenant: HostileTenant;
let elsewhere: HostileTenant;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('kpi'), ...extensionFiles('new') });
  [tenant, elsewhere] = await Promise.all([openHostileTenant(), openHostileTenant()]);
  elsewhere.answerWith(() => jsonBytes({ data: [] }));
});
afterEach(async () => {
  await Promise.all([tenant.close(), elsewhere.close()]);
  workspace.dispose();
});

function spellingsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').slice(0, -4);
  return [
    secret,
    secret.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    base64,
  ];
}

const spellings = [canary, clientSecret, proxyPassword].flatMap(spellingsOf);

function assertSecretFree(what: string, text: string): void {
  for (const spelling of spellings) expect(text.includes(spelling), `${what} holds a secret`).toBe(false);
}

/** Everything that was said, and every file below the folder but the config and our own temporary ones. */
function checkAll(run: Result): void {
  assertSecretFree('stdout', run.stdout);
  assertSecretFree('stderr', run.stderr);
  expect(run.stderr).not.toMatch(/This is a bug/);
  for (const path of readdirSync(workspace.folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(workspace.folder, path);
    assertSecretFree('a file name', path);
    if (statSync(file).isFile()) assertSecretFree(path, readFileSync(file, 'latin1'));
  }
}

const reports = ['json', 'markdown', 'html', 'junit', 'sarif', 'gitlab', 'gitlab-codequality'].map(
  (kind) => `--report=${kind}=reports/${kind}.txt`,
);
const commands: readonly (readonly string[])[] = [
  ['plan', '-v', ...reports],
  ['plan', '--json', '--diff'],
  ['apply', '--yes', '-v', '--adopt', 'kpi', ...reports],
  ['apply', '--yes', '--json', '--no-backup', '--adopt', 'kpi'],
  ['drift', '-v'],
  ['doctor', '-v'],
  ['doctor', '--json'],
  ['config'],
  ['config', '--json'],
  ['impact'],
  ['history', '--json'],
];

const writing = commands.filter(([name]) => name === 'apply' || name === 'history');
const some = commands.filter(([name]) => name === 'plan' || name === 'apply' || name === 'doctor');

async function runAll(env: Readonly<Record<string, string>>, which = commands): Promise<void> {
  for (const command of which) checkAll(await runInProcess(command, { cwd: workspace.folder, env }));
}

function oauth(): Readonly<Record<string, string>> {
  return { QLIK_TENANT_URL: tenant.url, QLIK_CLIENT_ID: 'client', QLIK_CLIENT_SECRET: clientSecret };
}

const html = (text: string): Buffer =>
  Buffer.from(`<!doctype html><html><title>${text}</title><pre>${text}</pre></html>`);

/** Whoever echoes a request: a proxy's error page, a debugging gateway, a careless service. */
const echoes: Readonly<Record<string, (asked: Asked) => Buffer>> = {
  '401 that repeats the header': ({ head }) =>
    jsonBytes(
      { title: head, meta: { message: canary, resourceName: canary }, traceId: canary, code: canary },
      401,
    ),
  '403 with a list of errors': () =>
    jsonBytes(
      { errors: [{ code: canary, title: canary, detail: `Bearer ${canary}` }], traceId: canary },
      403,
    ),
  '403 page that shows the request': ({ head }) =>
    httpBytes({ status: 403, headers: { 'content-type': 'text/html' }, body: html(head) }),
  '200 page that shows the request': ({ head }) =>
    httpBytes({ status: 200, headers: { 'content-type': 'text/html', 'x-echo': canary }, body: html(head) }),
  '200 text that shows the request': ({ head }) =>
    httpBytes({ status: 200, headers: { 'content-type': 'text/plain' }, body: Buffer.from(head) }),
  '500 text that shows the request': ({ head }) =>
    httpBytes({ status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.from(head) }),
  'records full of it': () =>
    jsonBytes({
      data: [
        { ...record, qextFilename: 'kpi', name: canary, tags: [canary], userId: canary, qextVersion: canary },
        { ...record, id: 'i2', qextFilename: canary, tags: ['qlik-sync:acme', canary], updatedAt: canary },
        { ...record, id: 'i3', qextFilename: 'c', tags: [`qlik-sync:${canary}`], version: canary },
      ],
    }),
  'an id that is the key': () => jsonBytes({ data: [{ ...record, id: canary, tags: ['qlik-sync:acme'] }] }),
  'HTTP that is none': ({ head }) =>
    Buffer.from(`HTTP/1.1 200 ${head.replaceAll('\r\n', ' ')}\u0000\r\n\r\n`),
  'a header with a line break in it': () =>
    Buffer.from(`HTTP/1.1 200 OK\r\nx: ${canary}\r\n${canary}\r\n\r\n`),
};

describe('a tenant that repeats the credential', () => {
  it.each(Object.entries(echoes))('%s', async (_kind, answer) => {
    tenant.answerWith(answer);
    await runAll({ QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: canary });
    expect(tenant.asked().length).toBeGreaterThan(0);
  });

  it.each(Object.entries(echoes))('%s, to writes alone', async (_kind, answer) => {
    const list = jsonBytes({ data: [{ ...record, qextFilename: 'kpi', tags: ['qlik-sync:acme'] }] });
    tenant.answerWith((asked) => (asked.method === 'GET' ? list : answer(asked)));
    await runAll({ QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: canary }, writing);
    expect(tenant.asked().some(({ method }) => method !== 'GET')).toBe(true);
  });

  it.each(Object.entries(echoes))('%s, to an OAuth client', async (_kind, answer) => {
    const token = { access_token: canary, token_type: 'bearer', expires_in: 21_600 };
    tenant.answerWith((asked) => (asked.path === '/oauth/token' ? jsonBytes(token) : answer(asked)));
    await runAll(oauth(), some);
    expect(tenant.asked().map(({ path }) => path)).toContain('/oauth/token');
  });

  it.each([400, 401, 500])('a token request that is refused with %d and repeated', async (status) => {
    const body = {
      error: clientSecret,
      error_description: `${clientSecret} is unknown`,
      title: clientSecret,
    };
    tenant.answerWith(() => jsonBytes(body, status));
    await runAll(oauth(), some);
  });
});

describe('watch', () => {
  it.each(Object.entries(echoes))('says nothing of it: %s', async (_kind, answer) => {
    tenant.answerWith(answer);
    const enough = new AbortController();
    const listen = (text: string): void => {
      if (!/"event":"watching"/.test(text)) enough.abort();
    };
    const env = { QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: canary };
    const options = { cwd: workspace.folder, env, onStdout: listen, onStderr: listen };
    const interrupted = AbortSignal.any([enough.signal, AbortSignal.timeout(10_000)]);
    checkAll(await runInProcess(['watch', '--json', '-v'], { ...options, interrupted }));
  });
});

describe('the credential goes nowhere else', () => {
  const leads: Readonly<Record<string, (url: string) => Buffer>> = {
    'a redirect': (url) => redirect(302, `${url}/api/v1/extensions?key=${canary}`),
    'a redirect that keeps the method': (url) => redirect(307, `${url}/api/v1/extensions`),
    'a permanent redirect to a host named after it': () => redirect(308, `https://${canary}.invalid/x`),
    'a page that leads on': (url) => pageTo(`${url}/api/v1/items?next=a`),
    'a page that leads on without a scheme': (url) => pageTo(`${url.replace('http:', '')}/api/v1/items`),
    'a page that leads on with a user': (url) => pageTo(url.replace('http://', `http://${canary}@`)),
  };

  function redirect(status: number, location: string): Buffer {
    return httpBytes({ status, headers: { location }, body: Buffer.alloc(0) });
  }

  function pageTo(href: string): Buffer {
    return jsonBytes({ data: [], links: { next: { href } } });
  }

  it.each(Object.entries(leads))('%s', async (_kind, lead) => {
    tenant.answerWith(() => lead(elsewhere.url));
    await runAll({ QLIK_TENANT_URL: tenant.url, QLIK_API_KEY: canary });
    expect(elsewhere.asked()).toEqual([]);
    expect(tenant.asked().every(({ head }) => head.includes(`Bearer ${canary}`))).toBe(true);
  });

  it.each([
    ['a context of qlik-cli for another host', { QLIK_TENANT_URL: 'elsewhere', QLIK_API_KEY: canary }],
    ['a tenant on the command line', { QLIK_TENANT_URL: 'elsewhere', QLIK_API_KEY: canary }],
  ])('refused: %s', async (_title, env) => {
    const args = ['plan', '--tenant', tenant.url];
    const given = { ...env, QLIK_TENANT_URL: elsewhere.url };
    const run = await runInProcess(args, { cwd: workspace.folder, env: given });
    checkAll(run);
    expect(run.code).toBe(3);
    expect([...tenant.asked(), ...elsewhere.asked()]).toEqual([]);
  });
});

describe('connections that fail', () => {
  it.each([
    ['TLS where there is none', (url: string) => ({ QLIK_TENANT_URL: url.replace('http:', 'https:') })],
    ['nobody at home', () => ({ QLIK_TENANT_URL: 'http://127.0.0.1:1' })],
    ['no such host', () => ({ QLIK_TENANT_URL: 'https://tenant.invalid' })],
    ['a proxy that refuses', (url: string) => proxied(url.replace('http://', ''))],
    ['a proxy that is not there', () => proxied('127.0.0.1:1')],
    ['a proxy that is no URL', () => ({ ...proxied(''), HTTPS_PROXY: `ftp://u:${proxyPassword}@x y` })],
    [
      'a key that cannot be sent',
      () => ({ QLIK_TENANT_URL: 'https://tenant.invalid', QLIK_API_KEY: `${canary}\n` }),
    ],
    ['a URL that holds it', () => ({ QLIK_TENANT_URL: `https://user:${canary}@tenant.invalid` })],
  ])('%s', async (_title, make) => {
    tenant.answerWith(({ head }) => httpBytes({ status: 407, headers: {}, body: Buffer.from(head) }));
    const env: Readonly<Record<string, string>> = { QLIK_API_KEY: canary, ...make(tenant.url) };
    for (const command of [['plan', '-v'], ['plan', '--json'], ['doctor'], ['config']]) {
      checkAll(await runInProcess(command, { cwd: workspace.folder, env }));
    }
  });

  function proxied(host: string): Readonly<Record<string, string>> {
    return { QLIK_TENANT_URL: 'https://tenant.invalid', HTTPS_PROXY: `http://user:${proxyPassword}@${host}` };
  }
});

describe('what is written', () => {
  it('is for its owner alone where it could hold anything private, and holds no secret', async () => {
    const sandboxed = await openTestTenant({ apiKey: canary });
    const temporary = join(workspace.folder, 'tmp');
    workspace.write({ 'tmp/keep': '' });
    try {
      const run = (args: readonly string[]): Promise<Result> =>
        runBuilt(args, { ...sandboxed.env, TMPDIR: temporary, HOME: workspace.folder });
      checkAll(await run(['apply', '--yes', '-v']));
      workspace.write(extensionFiles('kpi', { code: 'two', version: '1.1.0' }));
      workspace.remove('extensions/new');
      checkAll(await run(['apply', '--yes', '--prune', '-v', '--allow-deletes=1']));
      checkAll(await run(['history']));
      checkAll(await run(['plan', '--json']));
    } finally {
      await sandboxed.close();
    }
    const own = join(workspace.folder, '.qlik-sync');
    expect(existsSync(own)).toBe(true);
    const files = readdirSync(own, { recursive: true, encoding: 'utf8' });
    expect(
      files.some((path) => path.startsWith('runs/')) && files.some((path) => path.startsWith('backups/')),
    ).toBe(true);
    for (const path of files) {
      const stats = statSync(join(own, path));
      if (stats.isFile() && path !== '.gitignore') expect(stats.mode & 0o077, path).toBe(0);
    }
    expect(readdirSync(temporary)).toEqual(['keep']);
  });
});

const cli = join(import.meta.dirname, '../../dist/cli.js');

function runBuilt(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Result> {
  const options = {
    cwd: workspace.folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    timeout: 300_000,
  };
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    execFile(process.execPath, [cli, ...args], options, done).stdin?.end();
  });
}
