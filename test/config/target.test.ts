import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { resolveTarget, type TargetRequest } from '../../src/config/target.js';
import { exitCodes } from '../../src/core/errors.js';
import { catchUserError, loadedFrom, shown } from './workspace.js';

interface Given {
  readonly options?: TargetRequest['options'];
  readonly env?: Readonly<Record<string, string>>;
  /** The one environment of the config, in use. */
  readonly prod?: object;
}

function target({ options = {}, env = {}, prod }: Given) {
  const environments = prod === undefined ? {} : { defaultEnvironment: 'prod', environments: { prod } };
  const loaded = loadedFrom({ project: 'acme', extensions: ['extensions/*'], ...environments });
  return resolveTarget({ options, env, config: resolveConfig(loaded, { env, ruleIds: [] }), cwd: '/work' });
}

const prod = { tenant: 'https://prod.example.com', auth: { apiKey: '${PROD_KEY}' } };
const variables = {
  QLIK_TENANT_URL: 'https://env.example.com',
  QLIK_API_KEY: 'env-key',
  PROD_KEY: 'prod-key',
};
const tenant = (url: string, apiKey: string, source: string, label: string) => ({
  kind: 'tenant',
  url,
  apiKey,
  source,
  label,
});

describe('the first source that applies', () => {
  it.each<readonly [string, Given, object]>([
    [
      '--sandbox before everything',
      { options: { sandbox: true }, env: variables, prod },
      { kind: 'sandbox', dir: '/project/.qlik-sync/sandbox', label: 'sandbox' },
    ],
    [
      '--sandbox needs none of the variables of the environment in use',
      { options: { sandbox: true }, prod },
      { kind: 'sandbox', dir: '/project/.qlik-sync/sandbox', label: 'sandbox' },
    ],
    [
      '--sandbox-dir alone',
      { options: { sandboxDir: 'box' } },
      { kind: 'sandbox', dir: '/work/box', label: 'sandbox' },
    ],
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
      { ...tenant('https://prod.example.com', 'prod-key', 'config', 'prod (config)'), environment: 'prod' },
    ],
    [
      'an environment whose tenant stands in a variable',
      { env: { T: 'prod.example.com', K: ' key\n' }, prod: { tenant: '${T}', auth: { apiKey: '${K}' } } },
      { ...tenant('https://prod.example.com', 'key', 'config', 'prod (config)'), environment: 'prod' },
    ],
    [
      'the variables, where the environment in use has no tenant',
      { env: variables, prod: { tags: ['x'] } },
      tenant('https://env.example.com', 'env-key', 'environment', 'QLIK_TENANT_URL (environment)'),
    ],
    [
      'QLIK_TENANT',
      { env: { QLIK_TENANT: 'a.example.com', QLIK_API_KEY: 'k' } },
      tenant('https://a.example.com', 'k', 'environment', 'QLIK_TENANT (environment)'),
    ],
    [
      'QLIK_HOST, empty variables counting as unset',
      { env: { QLIK_TENANT_URL: '', QLIK_HOST: 'a.example.com', QLIK_API_KEY: 'k' } },
      tenant('https://a.example.com', 'k', 'environment', 'QLIK_HOST (environment)'),
    ],
  ])('%s', (_, given, expected) => {
    expect(target(given)).toEqual(expected);
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
  ])('%s', (text, url) => {
    expect(target({ options: { tenant: text }, env: { QLIK_API_KEY: 'k' } })).toMatchObject({ url });
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
    '--tenant: must not hold a user name or password',
    { options: { tenant: 'https://ann:hunter22@a.example.com' }, env: key },
  ],
  ['--tenant: must begin with https://', { options: { tenant: 'ftp://a.example.com' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https://' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https://a b' }, env: key }],
  ['--tenant: is not the address of a tenant', { options: { tenant: 'https:a' }, env: key }],
  ['--tenant: is one word, not the address of a tenant', { options: { tenant: 'prod' }, env: key }],
  ['--tenant: holds an API key', { options: { tenant: 'eyJh.eyJz.c2ln' }, env: key }],
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
    'signs in with an API key only, not with QLIK_CLIENT_ID',
    { env: { QLIK_TENANT: 'a.b', QLIK_CLIENT_ID: 'x', QLIK_CLIENT_SECRET: 'y' } },
  ],
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
    'QLIK_API_KEY: holds no API key',
    { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: 'Bearer hunter22' } },
  ],
  [
    'QLIK_API_KEY: holds no API key',
    { options: { tenant: 'a.example.com' }, env: { QLIK_API_KEY: 'hunter22\r\nX: y' } },
  ],
  ['environments.prod.auth.apiKey: holds no API key', { env: { PROD_KEY: 'hünter22' }, prod }],
];

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
