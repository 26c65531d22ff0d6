import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/config/execution.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { runSecretCommand } from '../../src/config/tenant/secret-command.js';
import { resolveTarget, type TargetRequest } from '../../src/config/tenant/target.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { catchUserError, loadedFrom, makeFolder, shown } from './workspace.js';

interface Given {
  readonly options?: TargetRequest['options'];
  readonly env?: Readonly<Record<string, string>>;
  /** The one environment of the config, in use. */
  readonly prod?: object;
  readonly isTerminal?: boolean;
  readonly execution?: Execution;
  /** Where the config lies; commands start there. */
  readonly root?: string;
}

function target(given: Given) {
  const {
    options = {},
    env = {},
    prod,
    isTerminal = false,
    execution = 'allowed',
    root = '/project',
  } = given;
  const environments = prod === undefined ? {} : { defaultEnvironment: 'prod', environments: { prod } };
  const loaded = { ...loadedFrom({ project: 'acme', extensions: ['extensions/*'], ...environments }), root };
  const config = resolveConfig(loaded, { env, ruleIds: [] });
  const { signal } = new AbortController();
  return resolveTarget({
    options,
    env,
    config,
    cwd: '/work',
    isTerminal: () => isTerminal,
    execution,
    signal,
  });
}

const prod = { tenant: 'https://prod.example.com', auth: { apiKey: '${PROD_KEY}' } };
const oauth = { tenant: 'prod.example.com', auth: { clientId: 'robot', clientSecret: '${PROD_SECRET}' } };
const variables = {
  QLIK_TENANT_URL: 'https://env.example.com',
  QLIK_API_KEY: 'env-key',
  PROD_KEY: 'prod-key',
};
const tenant = (url: string, key: string, source: string, from: string) => ({
  kind: 'tenant',
  url,
  identity: url,
  credential: { kind: 'api-key', key },
  source,
  from,
});
const robot = (url: string, source: string, from: string) => ({
  ...tenant(url, '', source, from),
  credential: { kind: 'oauth', clientId: 'robot', clientSecret: 'rust' },
});

describe('the first source that applies', () => {
  it.each<readonly [string, Given, object]>([
    [
      '--sandbox before everything',
      { options: { sandbox: true }, env: variables, prod },
      { kind: 'sandbox', dir: '/project/.qlik-sync/sandbox' },
    ],
    [
      '--sandbox needs none of the variables of the environment in use',
      { options: { sandbox: true }, prod },
      { kind: 'sandbox', dir: '/project/.qlik-sync/sandbox' },
    ],
    ['--sandbox-dir alone', { options: { sandboxDir: 'box' } }, { kind: 'sandbox', dir: '/work/box' }],
    [
      '--tenant before the config',
      { options: { tenant: 'one.example.com' }, env: { QLIK_API_KEY: 'k' }, prod },
      tenant('https://one.example.com', 'k', '--tenant', '--tenant'),
    ],
    [
      '--tenant beside the same host in a variable',
      {
        options: { tenant: 'https://env.example.com/' },
        env: { ...variables, QLIK_HOST: 'ENV.example.com' },
      },
      tenant('https://env.example.com', 'env-key', '--tenant', '--tenant'),
    ],
    [
      'the environment of the config before the variables',
      { env: variables, prod },
      {
        ...tenant('https://prod.example.com', 'prod-key', 'config', 'qlik-sync.config.json:9:7'),
        environment: 'prod',
      },
    ],
    [
      'an environment whose tenant stands in a variable',
      { env: { T: 'prod.example.com', K: ' key\n' }, prod: { tenant: '${T}', auth: { apiKey: '${K}' } } },
      {
        ...tenant('https://prod.example.com', 'key', 'config', 'qlik-sync.config.json:9:7'),
        environment: 'prod',
      },
    ],
    [
      'the variables, where the environment in use has no tenant',
      { env: variables, prod: { tags: ['x'] } },
      tenant('https://env.example.com', 'env-key', 'environment', 'QLIK_TENANT_URL'),
    ],
    [
      'QLIK_TENANT',
      { env: { QLIK_TENANT: 'a.example.com', QLIK_API_KEY: 'k' } },
      tenant('https://a.example.com', 'k', 'environment', 'QLIK_TENANT'),
    ],
    [
      'QLIK_HOST, empty variables counting as unset',
      { env: { QLIK_TENANT_URL: '', QLIK_HOST: 'a.example.com', QLIK_API_KEY: 'k' } },
      tenant('https://a.example.com', 'k', 'environment', 'QLIK_HOST'),
    ],
    [
      'an OAuth client beside --tenant',
      {
        options: { tenant: 'one.example.com' },
        env: { QLIK_CLIENT_ID: 'robot', QLIK_CLIENT_SECRET: ' rust\n', QLIK_API_KEY: '' },
      },
      robot('https://one.example.com', '--tenant', '--tenant'),
    ],
    [
      'an OAuth client of the config, which the variables of another have nothing to do with',
      { env: { ...variables, QLIK_CLIENT_ID: 'x', PROD_SECRET: 'rust' }, prod: oauth },
      { ...robot('https://prod.example.com', 'config', 'qlik-sync.config.json:9:7'), environment: 'prod' },
    ],
    [
      'an OAuth client in variables',
      { env: { QLIK_TENANT: 'a.example.com', QLIK_CLIENT_ID: 'robot', QLIK_CLIENT_SECRET: 'rust' } },
      robot('https://a.example.com', 'environment', 'QLIK_TENANT'),
    ],
  ])('%s', async (_, given, expected) => {
    expect(await target(given)).toEqual(expected);
  });
});

describe('an address', () => {
  it.each([
    ['acme.eu.qlikcloud.com', 'https://acme.eu.qlikcloud.com'],
    [' https://acme.eu.qlikcloud.com/ ', 'https://acme.eu.qlikcloud.com'],
    ['HTTPS://Acme.EU.qlikcloud.com:443', 'https://acme.eu.qlikcloud.com'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    ['http://localhost:4000', 'http://localhost:4000'],
    ['http://[::1]:4000', 'http://[::1]:4000'],
    ['localhost:4000', 'https://localhost:4000'],
  ])('%s', async (text, url) => {
    expect(await target({ options: { tenant: text }, env: { QLIK_API_KEY: 'k' } })).toMatchObject({ url });
  });
});

const key = { QLIK_API_KEY: 'hunter22' };
const bad: readonly (readonly [string, Given])[] = [
  // Addresses
  ['--tenant: is empty', { options: { tenant: ' ' }, env: key }],
  [
    '--tenant: is plain http, which is accepted for loopback addresses only\nuse https://a.example.com',
    { options: { tenant: 'http://a.example.com' }, env: key },
  ],
  ['--tenant: is plain http', { options: { tenant: 'http://127.0.0.1.example.com' }, env: key }],
  [
    '--tenant: must not have a path, a query or a fragment\nuse https://a.example.com',
    { options: { tenant: 'https://a.example.com/console' }, env: key },
  ],
  ['--tenant: must not have a path', { options: { tenant: 'a.example.com?x=1' }, env: key }],
  ['--tenant: must not have a path', { options: { tenant: 'a.example.com#x' }, env: key }],
  [
    '--tenant: must not contain a user name or password',
    { options: { tenant: 'https://ann:hunter22@a.example.com' }, env: key },
  ],
  ['--tenant: must begin with https://', { options: { tenant: 'ftp://a.example.com' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https://' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https://a b' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https:a' }, env: key }],
  ['--tenant: is one word, not the address of a tenant', { options: { tenant: 'prod' }, env: key }],
  ['--tenant: is an API key', { options: { tenant: 'eyJh.eyJz.c2ln' }, env: key }],
  ['QLIK_TENANT_URL: must not have a path', { env: { ...key, QLIK_TENANT_URL: 'https://a.example.com/x' } }],
  [
    'environments.prod.tenant: is plain http',
    { env: { T: 'http://a.example.com', PROD_KEY: 'k' }, prod: { ...prod, tenant: '${T}' } },
  ],
  // Pairs
  [
    '--sandbox and --tenant name two targets',
    { options: { sandbox: true, tenant: 'a.example.com' }, env: key },
  ],
  [
    '--sandbox and --tenant name two targets',
    { options: { sandboxDir: 'x', tenant: 'a.example.com' }, env: key },
  ],
  [
    '--tenant names https://a.example.com, but QLIK_API_KEY belongs to https://b.example.com, which QLIK_TENANT_URL names\nunset QLIK_TENANT_URL',
    { options: { tenant: 'a.example.com' }, env: { ...key, QLIK_TENANT_URL: 'b.example.com' } },
  ],
  [
    'which QLIK_HOST names',
    { options: { tenant: 'a.example.com' }, env: { ...key, QLIK_HOST: 'b.example.com' } },
  ],
  [
    'belongs to http://127.0.0.1:2',
    { options: { tenant: 'http://127.0.0.1:1' }, env: { ...key, QLIK_TENANT: 'http://127.0.0.1:2' } },
  ],
  [
    'QLIK_TENANT_URL: is one word',
    { options: { tenant: 'a.example.com' }, env: { ...key, QLIK_TENANT_URL: 'prod' } },
  ],
  [
    'QLIK_TENANT_URL and QLIK_HOST name different tenants',
    { env: { ...key, QLIK_TENANT_URL: 'a.b', QLIK_HOST: 'c.d' } },
  ],
  // What is missing
  [
    'the tenant comes from --tenant, but QLIK_API_KEY is not set\nset QLIK_API_KEY',
    { options: { tenant: 'a.example.com' } },
  ],
  [
    'the tenant comes from --tenant, but QLIK_API_KEY is not set',
    { options: { tenant: 'a.example.com' }, env: { PROD_KEY: 'k' }, prod },
  ],
  ['the tenant comes from QLIK_TENANT, but QLIK_API_KEY is not set', { env: { QLIK_TENANT: 'a.b' } }],
  [
    'QLIK_API_KEY and QLIK_CLIENT_ID are both set, and each is a way to sign in\nunset one of them',
    { env: { QLIK_TENANT: 'a.b', ...key, QLIK_CLIENT_ID: 'x', QLIK_CLIENT_SECRET: 'y' } },
  ],
  [
    'QLIK_API_KEY and QLIK_CLIENT_SECRET are both set',
    { options: { tenant: 'a.b' }, env: { ...key, QLIK_CLIENT_SECRET: 'y' } },
  ],
  [
    'the tenant comes from QLIK_TENANT, and QLIK_CLIENT_ID is set, but QLIK_CLIENT_SECRET is not',
    { env: { QLIK_TENANT: 'a.b', QLIK_CLIENT_ID: 'x' } },
  ],
  [
    'QLIK_CLIENT_SECRET is set, but QLIK_CLIENT_ID is not',
    { options: { tenant: 'a.b' }, env: { QLIK_CLIENT_SECRET: 'hunter22' } },
  ],
  [
    'QLIK_CLIENT_SECRET: is not a client id or secret',
    { options: { tenant: 'a.b' }, env: { QLIK_CLIENT_ID: 'x', QLIK_CLIENT_SECRET: 'hunter22 y' } },
  ],
  [
    '--tenant names https://a.b, but QLIK_CLIENT_ID belongs to https://c.d, which QLIK_HOST names',
    {
      options: { tenant: 'a.b' },
      env: { QLIK_HOST: 'c.d', QLIK_CLIENT_ID: 'x', QLIK_CLIENT_SECRET: 'hunter22' },
    },
  ],
  ['environments.prod.auth.clientSecret: the environment variable PROD_SECRET is not set', { prod: oauth }],
  [
    'environments.prod.auth.clientSecret: is not a client id or secret',
    { env: { PROD_SECRET: 'hunter22\u0007' }, prod: oauth },
  ],
  [
    '--sandbox and --tenant and --context name three targets',
    { options: { sandbox: true, tenant: 'a.b', context: 'x' }, env: key },
  ],
  ['--tenant and --context name two targets', { options: { tenant: 'a.b', context: 'x' }, env: key }],
  ['environments.prod.auth.apiKey: the environment variable PROD_KEY is not set', { prod }],
  ['qlik-sync.config.json:11:9: environments.prod.auth.apiKey: the environment', { env: key, prod }],
  [
    'environments.prod.auth.apiKey: is missing, and credentials are taken from nowhere else',
    { env: variables, prod: { tenant: 'a.example.com' } },
  ],
  [
    'environments.prod.tenant: the environment variable T is not set',
    { env: { PROD_KEY: 'k' }, prod: { ...prod, tenant: '${T}' } },
  ],
  [
    'qlik-sync.config.json has no environment in use, and QLIK_TENANT_URL is not set\nname an environment with --env',
    { env: key },
  ],
  ['environments.prod of qlik-sync.config.json has no tenant', { env: key, prod: {} }],
  // Keys that cannot be keys
  [
    'QLIK_API_KEY: is not an API key',
    { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: 'Bearer hunter22' } },
  ],
  [
    'QLIK_API_KEY: is not an API key',
    { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: 'hunter22\r\nX: y' } },
  ],
  ['environments.prod.auth.apiKey: is not an API key', { env: { PROD_KEY: 'hünter22' }, prod }],
];

/** As each system leaves a reference whose variable it does not know, and the name to set. */
const unexpanded: readonly (readonly [text: string, name: string])[] = [
  ['$(QLIK_KEY)', 'QLIK_KEY'],
  ['$[variables.QLIK_KEY]', 'QLIK_KEY'],
  ["$[variables['QLIK_KEY']]", 'QLIK_KEY'],
  ['$QLIK_KEY', 'QLIK_KEY'],
  ['$qlik_key', 'qlik_key'],
  ['$$QLIK_KEY', 'QLIK_KEY'],
  ['${QLIK_KEY}', 'QLIK_KEY'],
  ['${env:QLIK_KEY}', 'QLIK_KEY'],
  ['$env:QLIK_KEY', 'QLIK_KEY'],
  ['${{ secrets.QLIK_KEY }}', 'QLIK_KEY'],
  ['${{secrets.QLIK_KEY}}', 'QLIK_KEY'],
  ['%QLIK_KEY%', 'QLIK_KEY'],
  ['{{QLIK_KEY}}', 'QLIK_KEY'],
  ['{{ .Values.qlik.key }}', 'key'],
  ['((qlik-key))', 'qlik-key'],
  ['#{QLIK_KEY}#', 'QLIK_KEY'],
  ['__QLIK_KEY__', 'QLIK_KEY'],
  ['${QLIK_KEY:-}', 'QLIK_KEY'],
  ['${QLIK_KEY-}', 'QLIK_KEY'],
  ['${QLIK_KEY:?}', 'QLIK_KEY'],
  ['${qlik-key}', 'qlik-key'],
  [' $(QLIK_KEY)\n', 'QLIK_KEY'],
  ['part-of-$(QLIK_KEY)', 'QLIK_KEY'],
];

describe.each(unexpanded)('%j in the place of a value', (text, name) => {
  const says = `is the text ${/[$%{(#_]\S.*[^\s]/.exec(text)?.[0]} and not a value: ${name} is not set`;
  const places: readonly (readonly [string, Given])[] = [
    ['QLIK_API_KEY', { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: text } }],
    ['environments.prod.auth.apiKey', { env: { PROD_KEY: text }, prod }],
    ['environments.prod.auth.clientSecret', { env: { PROD_SECRET: text }, prod: oauth }],
    [
      'QLIK_CLIENT_ID',
      { options: { tenant: 'a.example.com' }, env: { QLIK_CLIENT_ID: text, QLIK_CLIENT_SECRET: 's' } },
    ],
    ['QLIK_TENANT_URL', { env: { QLIK_TENANT_URL: text, QLIK_API_KEY: 'k' } }],
    ['--tenant', { options: { tenant: text }, env: { QLIK_API_KEY: 'k' } }],
  ];

  it.each(places)('%s', async (place, given) => {
    const error = await catchUserError(() => target(given));
    expect(shown(error)).toContain(`${place}: ${says}`);
    expect(shown(error)).toContain(`set ${name} for this job`);
    expect(shown(error)).not.toContain('default');
    expect(error.exitCode).toBe(exitCodes.usage);
  });
});

it.each<readonly [string, Given]>([
  ['QLIK_API_KEY', { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: '"abcdef"' } }],
  ['QLIK_API_KEY', { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: " 'abcdef'\n" } }],
  ['QLIK_API_KEY', { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: '""' } }],
  ['environments.prod.auth.clientSecret', { env: { PROD_SECRET: "'abcdef'" }, prod: oauth }],
  ['QLIK_TENANT_URL', { env: { QLIK_TENANT_URL: '"https://abcdef.example.com"', QLIK_API_KEY: 'k' } }],
])('%s that has kept its quotes says so, and not its value', async (place, given) => {
  const error = await catchUserError(() => target(given));
  expect(shown(error)).toContain(`${place}: is in quotes, which are part of its value`);
  expect(shown(error)).not.toContain('abcdef');
  expect(error.exitCode).toBe(exitCodes.usage);
});

it.each(['<key>', '<your API key>', ' <QLIK_KEY>\n', '***', '********', 'undefined', 'null'])(
  '%j in the place of a value is a placeholder',
  async (text) => {
    const given = { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: text } };
    const error = await catchUserError(() => target(given));
    expect(shown(error)).toContain(`QLIK_API_KEY: is the text ${text.trim()} and not a value`);
    expect(shown(error)).toContain('put the value itself in its place');
  },
);

it('takes keys that only hold such signs', async () => {
  for (const key of [
    'eyJ0.a-b_c.d',
    'a$b',
    'a$B{c}',
    '100%',
    '%a%20b',
    'a(b)',
    'a#b',
    '{}',
    '$1',
    '$',
    '<>',
    '<a>b',
    '*',
    'nullable',
  ]) {
    const env = { QLIK_API_KEY: key };
    expect(await target({ options: { tenant: 'a.example.com' }, env })).toMatchObject({
      credential: { key },
    });
  }
});

it.each([
  ['a key that is unset', { env: {}, prod }, 'PROD_KEY'],
  ['one that is empty', { env: { PROD_KEY: '' }, prod }, 'PROD_KEY'],
  ['a secret', { env: {}, prod: oauth }, 'PROD_SECRET'],
  [
    'an argument of the command that prints it',
    { prod: { ...prod, auth: { apiKey: { command: ['vault', '${PROD_KEY}'] } } } },
    'PROD_KEY',
  ],
])('never proposes a default for %s', async (_, given, name) => {
  const error = await catchUserError(() => target(given));
  expect(shown(error)).toContain(`the environment variable ${name} is not set`);
  expect(shown(error)).toContain(`set ${name} where this runs`);
  expect(shown(error)).not.toContain('default');
});

describe('what is refused, without a request or a guess', () => {
  it.each(bad)('%s', async (says, given) => {
    const error = await catchUserError(() => target(given));
    expect(shown(error)).toContain(says);
    expect(shown(error)).not.toMatch(/h[uü]nter22|eyJ/);
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it('tells everything that is wrong with the pair', async () => {
    const error = await catchUserError(() => target({ prod: { ...prod, tenant: '${T}' } }));
    expect(error.message.split('\n')).toHaveLength(2);
  });
});

/** A program without arguments of its own that a shell would read differently. */
const command = (...words: readonly string[]) => [process.execPath, '-e', words.join('\n')];
const withCommand = (...words: readonly string[]) => ({
  ...prod,
  auth: { apiKey: { command: command(...words) } },
});
const path = { PATH: process.env['PATH'] ?? '' };

describe('a command that prints the secret', () => {
  it.each([
    ['prints a key', withCommand(`console.log('  printed-key ')`), { kind: 'api-key', key: 'printed-key' }],
    [
      'prints the secret of a client',
      {
        ...oauth,
        auth: { clientId: '${ID}', clientSecret: { command: command(`console.log('rust')`) } },
      },
      { kind: 'oauth', clientId: 'robot', clientSecret: 'rust' },
    ],
    [
      'gets its words with variables expanded, untouched by any shell',
      {
        ...prod,
        auth: { apiKey: { command: [...command('console.log(process.argv[1])'), '$$HOME;${ID}&&`x`'] } },
      },
      { kind: 'api-key', key: '$HOME;robot&&`x`' },
    ],
    [
      'sees the environment, has no input, and starts where the config lies',
      withCommand(
        `const fs = require('node:fs');`,
        `console.log([process.env.ID, fs.readFileSync(0).length, fs.existsSync('here')].join());`,
      ),
      { kind: 'api-key', key: 'robot,0,true' },
    ],
    [
      'may write to stderr',
      withCommand(`console.error('unlocking'); console.log('k')`),
      { kind: 'api-key', key: 'k' },
    ],
  ])('%s', async (_, environment, credential) => {
    const root = await makeFolder({ here: '' });
    const found = await target({ prod: environment, env: { ...path, ID: 'robot' }, root });
    expect(found).toMatchObject({ credential });
  });

  it.each<readonly [string, object, string]>([
    [
      'fails',
      withCommand(`console.log('hunter22'); console.error('the vault is locked'); process.exitCode = 3`),
      'failed with exit code 3\nIt said: the vault is locked',
    ],
    [
      'fails and tells all it knows',
      {
        ...prod,
        auth: {
          apiKey: {
            command: [
              ...command(
                `console.log('{"token":"hunter22-printed"}');`,
                `console.error('got hunter22-printed with', process.argv[1]); process.exitCode = 3`,
              ),
              'Bearer ${PIN}',
            ],
          },
        },
      },
      'It said: got <secret> with Bearer ${PIN}',
    ],
    ['prints nothing', withCommand(`console.error('nobody home')`), 'printed nothing\nIt said: nobody home'],
    [
      'prints a reference',
      withCommand(`console.log('$(QLIK_KEY)')`),
      'printed is the text $(QLIK_KEY) and not a value: QLIK_KEY is not set',
    ],
    ['prints two lines', withCommand(`console.log('hunter22\\nx')`), 'printed is not an API key'],
    [
      'prints without end',
      withCommand(`console.log('hunter22'.repeat(20000))`),
      'printed more than a secret',
    ],
    [
      'is ended',
      withCommand(`process.kill(process.pid, 'SIGTERM')`),
      'was killed by SIGTERM\nRun it by hand',
    ],
    [
      'is not there',
      { ...prod, auth: { apiKey: { command: ['no-such-program'] } } },
      'no-such-program was not found',
    ],
    [
      'may not be run',
      { ...prod, auth: { apiKey: { command: ['./here'] } } },
      './here could not be started: permission denied',
    ],
    [
      'needs a variable that is unset',
      { ...prod, auth: { apiKey: { command: ['op', 'read', '${VAULT}'] } } },
      'environments.prod.auth.apiKey: the environment variable VAULT is not set',
    ],
  ])('%s', async (_, environment, says) => {
    const root = await makeFolder({ here: '' });
    const env = { ...path, PIN: 'hunter22-given' };
    const error = await catchUserError(() => target({ prod: environment, env, root }));
    expect(shown(error)).toContain(says);
    expect(shown(error)).toContain('qlik-sync.config.json:11:9: environments.prod.auth.apiKey');
    expect(shown(error)).not.toContain('hunter22');
    expect(error.exitCode).toBe(exitCodes.usage);
  });

  it('is not run under --no-exec', async () => {
    const root = await makeFolder({});
    const touch = withCommand(`require('node:fs').writeFileSync('ran', '')`);
    const given: Given = { prod: touch, env: path, root, execution: 'refused' };
    const error = await catchUserError(() => target(given));
    expect(shown(error)).toContain('environments.prod.auth.apiKey runs the command');
    expect(shown(error)).toContain('--no-exec forbids that');
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  it('is not run where another source is used', async () => {
    const root = await makeFolder({});
    const touch = withCommand(`require('node:fs').writeFileSync('ran', '')`);
    const env = { ...path, QLIK_API_KEY: 'k' };
    await target({ prod: touch, env, root, options: { tenant: 'a.example.com' } });
    await target({ prod: touch, env, root, options: { sandbox: true } });
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  it('runs beside seven others at most, however many tenants are asked at once', async () => {
    const cwd = await makeFolder({});
    const words = [
      `const { readdirSync, writeFileSync } = require('node:fs');`,
      `const count = (what) => readdirSync('.').filter((name) => name.startsWith(what)).length;`,
      `writeFileSync('began-' + process.pid, '');`,
      `const timer = setInterval(() => {`,
      `  if (count('began-') < 8) return;`,
      `  clearInterval(timer);`,
      `  console.log(count('began-') - count('ended-'));`,
      `  writeFileSync('ended-' + process.pid, '');`,
      `}, 5);`,
    ];
    const run = { command: command(...words), key: 'auth.apiKey', variables: [], cwd, env: path };
    const running = await Promise.all(
      Array.from({ length: 12 }, () => runSecretCommand({ ...run, timeoutMs: 120_000 })),
    );
    expect(Math.max(...running.map(Number))).toBe(8);
  });

  it('is not waited for longer than it may take', async () => {
    const run = {
      command: [process.execPath, '-e', `console.log('hunter22'); setInterval(() => {}, 1000)`],
      key: 'auth.apiKey',
      variables: [],
      cwd: '/',
      env: path,
    };
    const error = await catchUserError(() => runSecretCommand({ ...run, timeoutMs: 300 }));
    expect(shown(error)).toContain('did not end within 0.3 s');
    expect(shown(error)).not.toContain('hunter22');
    const interrupt = new AbortController();
    const running = runSecretCommand({ ...run, signal: interrupt.signal });
    interrupt.abort(new Error('interrupted'));
    await expect(running).rejects.toThrow('interrupted');
  });
});
