/** Every way to sign in, through the commands: one source, told in the header, secret everywhere else. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { loadSettings } from '../../src/run/settings.js';
import { serve } from '../tenant/serve.js';
import { runInProcess } from './support/in-process.js';
import { useScene } from './support/scene.js';
import { openTestTenant } from './support/tenant.js';
import { extensionFiles, simpleConfig } from './support/workspace.js';

const scene = useScene({ files: extensionFiles('a') });

type Env = Readonly<Record<string, string>>;

interface Way {
  readonly args?: readonly string[];
  readonly env?: () => Env;
  readonly files?: () => Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  /** The header's words on where the pair comes from. */
  readonly header: string;
}

const client = (): Env => ({
  QLIK_CLIENT_ID: scene.tenant.sandbox.clientId,
  QLIK_CLIENT_SECRET: scene.tenant.sandbox.clientSecret,
});
const home = (): Env => ({ HOME: join(scene.workspace.folder, 'home') });
const contextsOf = (credential: string) => (): Readonly<Record<string, string>> => ({
  'home/.qlik/contexts.yml': `current-context: acme\ncontexts:\n  acme:\n    server: ${scene.tenant.sandbox.url}\n${credential}`,
});
const keyContext = () =>
  contextsOf(`    headers: { Authorization: Bearer ${scene.tenant.sandbox.apiKey} }\n`)();
const clientContext = () =>
  contextsOf(
    `    oauth-client-id: ${scene.tenant.sandbox.clientId}\n    oauth-client-secret: ${scene.tenant.sandbox.clientSecret}\n`,
  )();
const environment = (auth: object) => (): Readonly<Record<string, string>> => ({
  'qlik-sync.config.json': JSON.stringify({
    project: 'acme',
    extensions: ['extensions/*'],
    environments: { dev: { tenant: scene.tenant.sandbox.url, auth } },
  }),
});
const path = (): Env => ({ PATH: process.env['PATH'] ?? '' });

const ways: Readonly<Record<string, Way>> = {
  '--tenant and an API key': {
    args: ['--tenant', 'URL'],
    env: () => ({ QLIK_API_KEY: scene.tenant.sandbox.apiKey }),
    header: 'tenant (--tenant)',
  },
  '--tenant and an OAuth client': { args: ['--tenant', 'URL'], env: client, header: 'tenant (--tenant)' },
  'variables and an API key': { env: () => scene.tenant.env, header: 'tenant (environment)' },
  'variables and an OAuth client': {
    env: () => ({ QLIK_HOST: scene.tenant.sandbox.url, ...client() }),
    header: 'tenant (environment)',
  },
  '--context with an API key': {
    args: ['--context', 'acme'],
    env: home,
    files: keyContext,
    header: 'tenant (qlik-cli context acme)',
  },
  'QLIK_SYNC_CONTEXT with an OAuth client': {
    env: () => ({ ...home(), QLIK_SYNC_CONTEXT: 'acme' }),
    files: clientContext,
    header: 'tenant (qlik-cli context acme)',
  },
  "qlik-cli's current context, where a person is there": {
    env: home,
    files: keyContext,
    isTerminal: true,
    header: "tenant (qlik-cli's current context acme)",
  },
  'an environment with an API key': {
    args: ['--env', 'dev'],
    env: () => ({ KEY: scene.tenant.sandbox.apiKey }),
    files: environment({ apiKey: '${KEY}' }),
    header: 'dev (config)',
  },
  'an environment with an OAuth client': {
    args: ['--env', 'dev'],
    env: client,
    files: environment({ clientId: '${QLIK_CLIENT_ID}', clientSecret: '${QLIK_CLIENT_SECRET}' }),
    header: 'dev (config)',
  },
  'an environment with a command': {
    args: ['--env', 'dev'],
    env: () => ({ ...path(), VAULT_KEY: scene.tenant.sandbox.apiKey }),
    files: environment({ apiKey: { command: [process.execPath, '-p', 'process.env.VAULT_KEY'] } }),
    header: 'dev (config)',
  },
};

describe('a way to sign in', () => {
  it.each(Object.entries(ways))(
    '%s',
    async (_, { args = [], env = () => ({}), files = () => ({}), isTerminal, header }) => {
      scene.workspace.write(files());
      const words = args.map((word) => (word === 'URL' ? scene.tenant.sandbox.url : word));
      const terminal = { input: new PassThrough(), output: new PassThrough() };
      const given = { cwd: scene.workspace.folder, env: env(), ...(isTerminal === true && { terminal }) };
      const before = filesBelow(scene.workspace.folder);
      const planned = await runInProcess(['plan', ...words, '-v'], given);
      expect(planned.code, planned.stderr).toBe(0);
      expect(planned.stdout).toContain(
        `qlik-sync plan · ${header} · ${scene.tenant.sandbox.url} · project acme\n`,
      );
      const applied = await runInProcess(['apply', '--yes', ...words, '-v'], given);
      expect(applied.code, applied.stderr).toBe(0);
      await scene.tenant.takeRequests();
      const again = await runInProcess(['apply', '--yes', ...words, '--json'], given);
      const isClient = again.code === 0 && (await scene.tenant.takeRequests()).map(({ path }) => path);
      expect(isClient).toEqual(
        /OAuth/.test(expect.getState().currentTestName ?? '')
          ? ['/oauth/token', '/api/v1/extensions']
          : ['/api/v1/extensions'],
      );
      expectSecret([planned, applied, again], before);
    },
  );
});

/** No secret in any stream, nor in any file that was not there before. */
function expectSecret(
  runs: readonly { readonly stdout: string; readonly stderr: string }[],
  before: ReadonlySet<string>,
): void {
  const { apiKey, clientSecret } = scene.tenant.sandbox;
  const written = [...filesBelow(scene.workspace.folder)].filter((file) => !before.has(file));
  const texts = [
    ...runs.flatMap(({ stdout, stderr }) => [stdout, stderr]),
    ...written.map((file) => readFileSync(file, 'latin1')),
  ];
  for (const text of texts) {
    expect(text).not.toContain(apiKey);
    expect(text).not.toContain(clientSecret);
    expect(text).not.toContain('sandbox-token-');
  }
}

function filesBelow(folder: string): ReadonlySet<string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((entry) =>
    join(folder, entry),
  );
  return new Set(paths.filter((file) => statSync(file).isFile()));
}

describe('an API key that expires during a run', () => {
  it('is not tried again for each of the rest, and the next run continues from there', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `key-${index}`);
    scene.workspace.write(Object.assign({}, ...names.map((name) => extensionFiles(name))));
    await scene.succeed('apply', '--yes', 'a', 'key-0');
    await scene.tenant.takeRequests();
    await scene.tenant.addFaults([
      { method: 'POST', path: '/api/v1/extensions', kind: 'status', status: 401, times: 99 },
    ]);
    const { env } = scene.tenant;
    const args = ['apply', '--yes', '--json', '--concurrency', '2'];
    const { code, stdout } = await runInProcess(args, { cwd: scene.workspace.folder, env });
    expect(code, stdout).toBe(4);
    const { outcomes } = JSON.parse(stdout) as {
      readonly outcomes: readonly {
        readonly status: string;
        readonly error?: { readonly message: string };
      }[];
    };
    const sent = (await scene.tenant.takeRequests()).filter(({ method }) => method === 'POST').length;
    expect(sent).toBeLessThanOrEqual(2);
    expect(outcomes.filter(({ status }) => status === 'failed')).toHaveLength(sent);
    const left = outcomes.filter(({ status }) => status === 'not-attempted');
    expect(left).toHaveLength(8 - sent);
    for (const { error } of left) {
      expect(error?.message).toMatch(/^key-\d showed that the credential is no longer accepted$/);
    }
    await scene.tenant.clearFaults();
    await scene.succeed('apply', '--yes');
    expect(await scene.tenant.names()).toEqual(['a', ...names]);
  });
});

describe('an OAuth client during a run', () => {
  it('whose tokens last a second gets new ones, and the run does not notice', async () => {
    const short = await openTestTenant({ tokenSeconds: 1, latencyMs: 150 });
    try {
      scene.workspace.write(
        Object.assign({}, ...Array.from({ length: 12 }, (_, index) => extensionFiles(`many-${index}`))),
      );
      const { url, clientId, clientSecret } = short.sandbox;
      const env = { QLIK_TENANT_URL: url, QLIK_CLIENT_ID: clientId, QLIK_CLIENT_SECRET: clientSecret };
      const args = ['apply', '--yes', '--concurrency', '1'];
      const { code, stdout, stderr } = await runInProcess(args, { cwd: scene.workspace.folder, env });
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('Applied: 13 created');
      const requests = await short.takeRequests();
      expect(requests.filter(({ path }) => path === '/oauth/token').length).toBeGreaterThan(1);
    } finally {
      await short.close();
    }
  });

  it('whose token is revoked in the middle creates nothing twice', async () => {
    scene.workspace.write(extensionFiles('b'));
    await scene.tenant.addFaults([
      { method: 'POST', path: '/api/v1/extensions', kind: 'status', status: 401, times: 1 },
    ]);
    const env = { QLIK_TENANT_URL: scene.tenant.sandbox.url, ...client() };
    const { code, stderr } = await runInProcess(['apply', '--yes'], { cwd: scene.workspace.folder, env });
    expect(code, stderr).toBe(0);
    const requests = await scene.tenant.takeRequests();
    expect(requests.filter(({ path }) => path === '/oauth/token')).toHaveLength(2);
    expect(await scene.tenant.names()).toEqual(['a', 'b']);
  });

  it('whose secret is wrong ends with exit 4 and requests nothing else', async () => {
    const env = { QLIK_TENANT_URL: scene.tenant.sandbox.url, ...client(), QLIK_CLIENT_SECRET: 'hunter22' };
    const { code, stderr, stdout } = await runInProcess(['apply', '--yes', '-v'], {
      cwd: scene.workspace.folder,
      env,
    });
    expect(code).toBe(4);
    expect(stderr).toContain('The tenant did not issue a token to the OAuth client.');
    expect(stderr).toContain('invalid_client');
    expect(stderr).toContain('Check the client id and secret');
    expect(stdout + stderr).not.toContain('hunter22');
    expect((await scene.tenant.takeRequests()).map(({ path }) => path)).toEqual(['/oauth/token']);
  });
});

describe('the pair of tenant and credential', () => {
  it.each([
    ['an API key', () => ({ QLIK_API_KEY: 'hunter22' })],
    ['an OAuth client', client],
  ])('%s goes to no other host, whatever the tenant answers', async (_, credential) => {
    const other = await serve((_request, response) => response.end('{"data":[],"access_token":"x"}'));
    const lure = await serve((request, response) => {
      if (request.url === '/oauth/token') response.end('{"access_token":"token-1"}');
      else response.writeHead(307, { location: `${other.url}${request.url}` }).end();
    });
    const env = { QLIK_TENANT_URL: lure.url, ...credential() };
    const { code } = await runInProcess(['plan'], { cwd: scene.workspace.folder, env });
    expect(code).toBe(4);
    expect(other.seen).toEqual([]);
  });

  it('a proxy gets the host and nothing of the credential', async () => {
    const seen: string[] = [];
    const { createServer } = await import('node:net');
    const proxy = createServer((socket) => {
      socket.on('data', (chunk) => {
        seen.push(chunk.toString('latin1'));
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const env = {
      ...client(),
      QLIK_TENANT_URL: 'https://acme.example.com',
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
    };
    const { code, stderr } = await runInProcess(['plan'], { cwd: scene.workspace.folder, env });
    await new Promise((resolve) => proxy.close(resolve));
    expect(code, stderr).toBe(5);
    expect(seen[0]).toMatch(/^CONNECT acme\.example\.com:443 /);
    expect(seen.join()).not.toMatch(/sandbox-|client_secret|authorization: Bearer/i);
  });

  it('parts of two sources are never mixed', async () => {
    scene.workspace.write(environment({})());
    const { code, stderr } = await runInProcess(['plan', '--env', 'dev'], {
      cwd: scene.workspace.folder,
      env: scene.tenant.env,
    });
    expect(code).toBe(3);
    expect(stderr).toContain(
      'environments.dev.auth.apiKey: is missing, and credentials are taken from nowhere else',
    );
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });

  it("a pipeline never takes qlik-cli's current context", async () => {
    scene.workspace.write(keyContext());
    const { code, stderr } = await runInProcess(['plan'], { cwd: scene.workspace.folder, env: home() });
    expect(code).toBe(3);
    expect(stderr).toContain('no tenant to work on');
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});

describe('--no-exec', () => {
  const touch = `require('node:fs').writeFileSync('ran', '')`;

  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    ['a config that is a program', { 'qlik-sync.config.cjs': `${touch};` }, []],
    [
      'one that is named',
      { 'qlik-sync.config.json': '{}', 'other.cjs': `${touch};` },
      ['--config', 'other.cjs'],
    ],
  ])('refuses %s', async (_, files, args) => {
    scene.workspace.remove('qlik-sync.config.json');
    scene.workspace.write(files);
    for (const command of ['validate', 'plan', 'doctor']) {
      const given = { cwd: scene.workspace.folder, env: { ...scene.tenant.env, QLIK_SYNC_NO_EXEC: '1' } };
      const { code, stderr, stdout } = await runInProcess([command, ...args], given);
      expect(code).toBe(3);
      expect(stderr + stdout).toContain('is a program that would be run, and --no-exec forbids that');
    }
    expect(existsSync(join(scene.workspace.folder, 'ran'))).toBe(false);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });

  it('refuses a secret command, and only where it would be used', async () => {
    scene.workspace.write(environment({ apiKey: { command: [process.execPath, '-e', touch] } })());
    const given = { cwd: scene.workspace.folder, env: { ...path(), ...scene.tenant.env } };
    const refused = await runInProcess(['plan', '--no-exec', '--env', 'dev'], given);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('environments.dev.auth.apiKey runs the command');
    expect((await runInProcess(['validate', '--no-exec', '--env', 'dev'], given)).code).toBe(0);
    expect((await runInProcess(['plan', '--no-exec'], given)).code).toBe(0);
    expect(existsSync(join(scene.workspace.folder, 'ran'))).toBe(false);
  });
});

describe('settings for several environments', () => {
  const file = JSON.stringify({
    project: 'acme',
    extensions: ['extensions/*'],
    environments: { a: { tenant: 'a.example.com' }, b: { tenant: 'b.example.com', project: 'other' }, c: {} },
  });
  const io = (): Parameters<typeof loadSettings>[1] =>
    ({ cwd: scene.workspace.folder, env: {}, version: '0' }) as unknown as Parameters<typeof loadSettings>[1];

  it.each<readonly [readonly string[] | undefined, readonly string[]]>([
    [undefined, []],
    [['b'], ['b']],
    [
      ['b', 'a', 'b'],
      ['b', 'a'],
    ],
    [['all'], ['a', 'b', 'c']],
    [
      ['c', 'all'],
      ['c', 'a', 'b'],
    ],
  ])('%j asks for %j', async (env, asked) => {
    scene.workspace.write({ 'qlik-sync.config.json': file });
    const source = await loadSettings(env === undefined ? {} : { env }, io());
    expect(source.asked).toEqual(asked);
    expect(source.environments).toEqual(['a', 'b', 'c']);
    expect(asked.map((name) => source.settingsFor(name).config.environment?.name)).toEqual(asked);
  });

  it('are resolved one by one', async () => {
    scene.workspace.write({ 'qlik-sync.config.json': file });
    const { settingsFor } = await loadSettings({}, io());
    expect(settingsFor('b').config.project).toBe('other');
    expect(() => settingsFor('x')).toThrow('no environment "x"');
    scene.workspace.write(simpleConfig);
    await expect(loadSettings({ env: ['all'] }, io())).rejects.toThrow(
      '--env all: qlik-sync.config.json has no env',
    );
  });
});
