/**
 * Behind proxies as companies have them, before a tenant whose authority only the user knows: the built command, since Node
 * reads that authority as it starts, and in this process where no certificate is come to.
 */

import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority, hasOpenssl } from '../fixtures/certificates.js';
import { freePort } from '../fixtures/free-port.js';
import { openFront, openProxy, type TestProxyOptions } from '../fixtures/proxies.js';
import { readDocument } from './support/documents.js';
import { runInProcess } from './support/in-process.js';
import {
  hasSquid,
  hasTinyproxy,
  openSquid,
  openTinyproxy,
  type RealProxy,
  type Wanted,
} from './support/real-proxies.js';
import { openTestTenant } from './support/tenant.js';
import {
  createWorkspace,
  extensionFiles,
  type Result,
  simpleConfig,
  type Workspace,
} from './support/workspace.js';

const authority = hasOpenssl ? createAuthority() : undefined;
afterAll(() => authority?.dispose());

const host = 'acme.qlik.test';

interface World {
  readonly wanted: Wanted;
  readonly run: (args: readonly string[], env: Variables) => Promise<Result>;
  readonly checks: (env: Variables) => Promise<{
    readonly code: number;
    readonly check: (name: string) => {
      readonly status: string;
      readonly message: string;
      readonly hint?: string;
    };
  }>;
  readonly names: () => Promise<readonly unknown[]>;
  readonly write: (files: Readonly<Record<string, string | Buffer>>) => void;
}

/** @param names of the tenant's certificate */
function openWorld(names: readonly string[] = [`DNS:${host}`], validity?: 'past' | 'future'): Promise<World> {
  return openWorldOf((workspace, args, env) => workspace.run(args, { env }), { names, validity });
}

/** For what is wrong before the tenant has shown its certificate, or with the file of authorities. */
function openWorldHere(): Promise<World> {
  return openWorldOf(({ folder, home }, args, env) =>
    runInProcess(args, { cwd: folder, env: { HOME: home, ...env } }),
  );
}

type Variables = Readonly<Record<string, string>>;

type RunCommand = (workspace: Workspace, args: readonly string[], env: Variables) => Promise<Result>;

async function openWorldOf(
  runCommand: RunCommand,
  {
    names = [`DNS:${host}`],
    validity,
  }: {
    readonly names?: readonly string[] | undefined;
    readonly validity?: 'past' | 'future' | undefined;
  } = {},
): Promise<World> {
  const engine = { apps: 3, refusals: 'none', extensions: ['a'] } as const;
  const tenant = await openTestTenant({ engine });
  const front = await openFront(authority!.issue(names, validity), Number(new URL(tenant.sandbox.url).port));
  const workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('a') });
  onTestFinished(async () => {
    await front.close();
    await tenant.close();
    workspace.dispose();
  });
  const pair = { QLIK_TENANT_URL: `https://${host}:${front.port}`, QLIK_API_KEY: tenant.sandbox.apiKey };
  const run: World['run'] = (args, env) =>
    runCommand(workspace, args, { ...pair, NODE_EXTRA_CA_CERTS: authority!.file, ...env });
  return {
    wanted: { host, port: front.port },
    run,
    async checks(env) {
      const ended = await run(['doctor', '--json'], env);
      const { checks } = readDocument('doctor', ended) as unknown as {
        readonly checks: readonly {
          readonly name: string;
          readonly status: string;
          readonly message: string;
        }[];
      };
      return { code: ended.code, check: (name) => checks.find((check) => check.name === name)! };
    },
    names: tenant.names,
    write: workspace.write,
  };
}

const own =
  (options: Omit<TestProxyOptions, 'to'>) =>
  ({ port }: Wanted): Promise<RealProxy> =>
    openProxy({ ...options, to: port });

type Open = (wanted: Wanted) => Promise<RealProxy>;

const proxies: readonly (readonly [name: string, open: Open, there: boolean])[] = [
  ['squid', openSquid, hasSquid],
  ['tinyproxy', openTinyproxy, hasTinyproxy],
  ['one over TLS', (wanted) => own({ tls: authority!.issue(['IP:127.0.0.1']) })(wanted), true],
  ['one at an IPv6 address', own({ host: '::1' }), true],
];

/** Qlik takes no other binary file; what follows packs to its own size again. */
const pngStart = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** Only ends what hangs: 20 MB go four ways through a proxy, on whatever machine. */
const longestMs = 600_000;

describe.runIf(hasOpenssl)('through', () => {
  const there = proxies.filter(([, , isThere]) => isThere);
  it.each(there)('%s: doctor, plan, 20 MB, impact', { timeout: longestMs }, async (_name, open) => {
    const { wanted, run, checks, names, write } = await openWorld();
    const proxy = await open(wanted);
    onTestFinished(() => proxy.close());
    // As people write it: the per cent sign as it is.
    const env = {
      HTTPS_PROXY: `${proxy.url.replace('//', `//${proxy.credentials}@`)}/`,
      NO_PROXY: 'localhost',
    };
    const { code, check } = await checks(env);
    expect(check('proxy')).toMatchObject({
      status: 'ok',
      message: `${proxy.url}, as HTTPS_PROXY says; NO_PROXY (localhost) does not name the tenant`,
    });
    expect([check('tls').message, code]).toEqual([
      'the certificate is accepted, with 1 certificate of NODE_EXTRA_CA_CERTS',
      0,
    ]);
    write({ 'extensions/a/photo.png': Buffer.concat([pngStart, randomBytes(20 * 2 ** 20)]) });
    expect(await run(['plan'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 to create'),
    });
    expect(await run(['apply', '--yes'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 created'),
    });
    expect(await names()).toEqual(['a']);
    const impact = await run(['impact', '--json'], env);
    expect(impact.code, impact.stdout + impact.stderr).toBe(0);
    const { complete, extensions } = JSON.parse(impact.stdout) as {
      readonly complete: boolean;
      readonly extensions: readonly { readonly uses: readonly unknown[] }[];
    };
    expect([complete, extensions[0]?.uses.length]).toEqual([true, expect.any(Number)]);
    expect(extensions[0]?.uses).not.toHaveLength(0);
    for (const { stdout, stderr } of [impact, await run(['doctor', '-v'], env), await run(['config'], env)]) {
      expect(stdout + stderr).not.toContain('geheim');
    }
  });
});

describe.runIf(hasOpenssl && hasSquid)('squid', () => {
  it.each([
    ['without credentials', '', 'wants a user name and a password (407)'],
    ['with wrong ones', 'user:geheim@', 'does not accept the credentials in HTTPS_PROXY (407)'],
  ])('%s', async (_name, credentials, says) => {
    const { wanted, run, checks } = await openWorldHere();
    const proxy = await openSquid(wanted);
    onTestFinished(() => proxy.close());
    const env = { HTTPS_PROXY: proxy.url.replace('//', `//${credentials}`) };
    const { code, check } = await checks(env);
    expect(check('proxy')).toMatchObject({ status: 'failed', message: expect.stringContaining(says) });
    expect([check('host').status, check('tls').status, code]).toEqual(['unknown', 'unknown', 5]);
    expect(await run(['plan'], env)).toMatchObject({ code: 5, stderr: expect.stringContaining(says) });
  });

  it('does not allow another host', async () => {
    const { wanted, checks } = await openWorldHere();
    const proxy = await openSquid({ ...wanted, host: 'other.test' });
    onTestFinished(() => proxy.close());
    const env = { HTTPS_PROXY: proxy.url.replace('//', `//${proxy.credentials}@`) };
    const { check } = await checks(env);
    expect(check('proxy')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(`does not allow a connection to ${host}:${wanted.port} (403)`),
    });
  });
});

describe.runIf(hasOpenssl)('the certificate of a tenant', () => {
  it.each([
    ['that has expired', [`DNS:${host}`], 'past', 'its certificate has expired (CERT_HAS_EXPIRED)', 'renew'],
    ['that is not valid yet', [`DNS:${host}`], 'future', 'is not valid yet (CERT_NOT_YET_VALID)', 'clock'],
    ['for another name', ['DNS:other.test'], undefined, 'is for another name (other.test)', 'the tenant URL'],
  ] as const)('%s', async (_name, names, validity, says, wants) => {
    const { wanted, checks } = await openWorld(names, validity);
    const proxy = await openProxy({ to: wanted.port });
    onTestFinished(() => proxy.close());
    const { check } = await checks({ HTTPS_PROXY: proxy.url });
    expect(check('proxy').status).toBe('ok');
    expect(check('tls')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining(says),
      hint: expect.stringContaining(wants),
    });
    expect(check('tls').hint).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  const files: readonly (readonly [string, string | Buffer | undefined, string])[] = [
    ['missing', undefined, 'cannot be read (it does not exist)'],
    ['empty', '', 'is empty'],
    ['no PEM', 'hello\n', 'holds no certificate in PEM form'],
    [
      'damaged',
      '-----BEGIN CERTIFICATE-----\nabcd\n-----END CERTIFICATE-----\n',
      'its certificate is damaged',
    ],
  ];
  it.each(files)('and a file of authorities that is %s', async (_name, content, says) => {
    const { wanted, checks, write } = await openWorldHere();
    const proxy = await openProxy({ to: wanted.port });
    onTestFinished(() => proxy.close());
    if (content !== undefined) write({ 'ca.pem': content });
    const { check } = await checks({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: 'ca.pem' });
    expect(check('tls')).toMatchObject({ status: 'failed', message: expect.stringContaining(says) });
    expect(check('tls').message).toContain('NODE_EXTRA_CA_CERTS (ca.pem)');
  });

  it('and a folder, or a file in DER form, in the place of a file of authorities', async () => {
    const { X509Certificate } = await import('node:crypto');
    const { readFileSync } = await import('node:fs');
    const { wanted, checks, write } = await openWorldHere();
    const proxy = await openProxy({ to: wanted.port });
    onTestFinished(() => proxy.close());
    const env = { HTTPS_PROXY: proxy.url };
    const folder = await checks({ ...env, NODE_EXTRA_CA_CERTS: 'extensions' });
    expect(folder.check('tls').message).toContain('(extensions) cannot be read (it is a folder)');
    write({ 'ca.der': new X509Certificate(readFileSync(authority!.file)).raw });
    const der = await checks({ ...env, NODE_EXTRA_CA_CERTS: 'ca.der' });
    expect(der.check('tls')).toMatchObject({
      message: expect.stringContaining('(ca.der) is in DER form'),
      hint: expect.stringContaining('openssl x509 -inform der -in ca.der'),
    });
  });
});

describe.runIf(hasOpenssl)('a proxy over TLS', () => {
  it.each([
    ['that has expired', ['IP:127.0.0.1'], 'past', 'its certificate has expired'],
    ['for another name', ['DNS:other.test'], undefined, 'its certificate is for another name (other.test)'],
  ] as const)('%s is told as the proxy', async (_name, names, validity, says) => {
    const { wanted, checks } = await openWorld();
    const proxy = await openProxy({ to: wanted.port, tls: authority!.issue(names, validity) });
    onTestFinished(() => proxy.close());
    const { check } = await checks({ HTTPS_PROXY: proxy.url });
    expect(check('proxy')).toMatchObject({ status: 'failed', message: expect.stringContaining(says) });
    expect([check('host').status, check('tls').status]).toEqual(['unknown', 'unknown']);
  });
});

describe.runIf(hasOpenssl)('NO_PROXY', () => {
  it('that names the tenant is reported by doctor, and the proxy is not used', async () => {
    const { checks } = await openWorldHere();
    const env = { HTTPS_PROXY: `http://127.0.0.1:${await freePort()}`, NO_PROXY: 'localhost,.qlik.test' };
    const { check } = await checks(env);
    expect(check('proxy')).toMatchObject({
      status: 'ok',
      message: 'none in use, as NO_PROXY names the tenant (.qlik.test); without it, HTTPS_PROXY would count',
    });
    expect(check('host')).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no address is known'),
    });
  });

  it('is not needed where only HTTP_PROXY is set', async () => {
    const { checks } = await openWorldHere();
    const { check } = await checks({ HTTP_PROXY: `http://127.0.0.1:${await freePort()}` });
    expect(check('proxy').message).toBe(
      'none in use: HTTP_PROXY is for plain http; for https it is HTTPS_PROXY',
    );
  });
});
