/** `config`: every value with where it came from, no secret, no request, nothing run. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.js';
import { rules } from '../../src/core/rules.js';
import { readDocument } from './support/documents.js';
import { runInProcess } from './support/in-process.js';
import { createWorkspace, type Result, type Workspace } from './support/workspace.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => {
  vi.unstubAllEnvs();
  workspace.dispose();
});

type Env = Readonly<Record<string, string>>;

const file = `{
  "project": "\${PROJECT}",
  "extensions": ["extensions/*", "more/*"],
  "tags": ["finance"],
  "backup": { "keep": 3 },
  "rules": { "external-origin": "off" },
  "defaultEnvironment": "dev",
  "environments": {
    "dev": {
      "tenant": "https://dev.example.com",
      "auth": { "apiKey": "\${DEV_KEY}" }
    },
    "prod": {
      "tenant": "\${PROD_TENANT}",
      "auth": { "clientId": "robot", "clientSecret": "\${PROD_SECRET}" },
      "tags": ["live", "\${REGION:-eu}"],
      "backup": { "days": 7 },
      "protected": true
    },
    "vault": {
      "tenant": "vault.example.com",
      "auth": { "apiKey": { "command": ["node", "-e", "require('node:fs').writeFileSync('ran', '')"] } }
    }
  }
}
`;
const env: Env = {
  PROJECT: 'acme',
  DEV_KEY: 'hunter22-dev',
  PROD_TENANT: 'prod.example.com',
  PROD_SECRET: 'hunter22-prod',
};

async function show(args: readonly string[], variables: Env = env): Promise<Result> {
  const ended = await runInProcess(['config', ...args], { cwd: workspace.folder, env: variables });
  expect(ended.stdout + ended.stderr).not.toContain('hunter22');
  return ended;
}

async function document(args: readonly string[], variables: Env = env): Promise<Record<string, unknown>> {
  return readDocument('config', await show([...args, '--json'], variables));
}

type Rows = readonly { readonly key: string; readonly value: unknown; readonly from: string }[];

const rowOf = (found: Record<string, unknown>, list: 'settings' | 'options', key: string): unknown => {
  const row = (found[list] as Rows).find((each) => each.key === key);
  return row === undefined ? undefined : [row.value, row.from];
};

describe('a value', () => {
  const place = 'qlik-sync.config.json';
  it.each<readonly [string, readonly string[], unknown, string]>([
    ['project', [], 'acme', `${place}:2, with PROJECT`],
    ['extensions', [], ['extensions/*', 'more/*'], `${place}:3`],
    ['tags', [], ['finance'], `${place}:4`],
    ['tags', ['--env', 'prod'], ['live', 'eu'], `environments.prod, ${place}:16, with REGION`],
    ['backup.keep', ['--env', 'prod'], 3, `${place}:5`],
    ['backup.days', ['--env', 'prod'], 7, `environments.prod, ${place}:17`],
    ['backup.days', [], 90, 'default'],
    ['rules.external-origin', ['--env', 'prod'], 'off', `${place}:6`],
    ['prune', [], false, 'default'],
  ])('%s %j', async (key, args, value, from) => {
    workspace.write({ 'qlik-sync.config.json': file });
    expect(rowOf(await document(args), 'settings', key)).toEqual([value, from]);
  });

  it.each<readonly [string, readonly string[], Env, unknown]>([
    ['--env', ['--env', 'prod'], {}, [['prod'], '--env']],
    ['--env', [], { QLIK_SYNC_ENV: 'prod' }, [['prod'], 'QLIK_SYNC_ENV']],
    ['--env', ['--env', 'dev'], { QLIK_SYNC_ENV: 'prod' }, [['dev'], '--env']],
    ['--concurrency', [], {}, [8, 'default']],
    ['--timeout', [], {}, ['60s', 'default']],
    ['--timeout', ['--timeout', '5m'], {}, ['300s', '--timeout']],
    [
      '--report',
      [],
      { QLIK_SYNC_REPORT: 'json=a.json\ngithub' },
      [['json=a.json', 'github'], 'QLIK_SYNC_REPORT'],
    ],
    [
      'QLIK_SYNC_OUTPUT_FILE',
      [],
      { QLIK_SYNC_OUTPUT_FILE: 'o.ndjson' },
      ['o.ndjson', 'QLIK_SYNC_OUTPUT_FILE'],
    ],
    ['--concurrency', [], { QLIK_SYNC_CONCURRENCY: '3' }, [3, 'QLIK_SYNC_CONCURRENCY']],
    ['--concurrency', ['--concurrency', '4'], { QLIK_SYNC_CONCURRENCY: '3' }, [4, '--concurrency']],
    ['--no-exec', [], {}, [false, 'default']],
    ['--no-exec', [], { QLIK_SYNC_NO_EXEC: '1' }, [true, 'QLIK_SYNC_NO_EXEC']],
    ['--no-exec', ['--no-exec'], {}, [true, '--no-exec']],
    ['--no-cache', [], { QLIK_SYNC_NO_CACHE: 'true' }, [true, 'QLIK_SYNC_NO_CACHE']],
    ['--tenant', [], {}, undefined],
    ['--tenant', [], { QLIK_SYNC_TENANT: 'a.example.com' }, ['https://a.example.com', 'QLIK_SYNC_TENANT']],
    ['--tenant', ['--env', 'dev'], { QLIK_SYNC_TENANT: 'a.example.com' }, undefined],
    ['--tenant', ['--tenant', 'https://u:hunter22@a.b'], {}, ['not the address of a tenant', '--tenant']],
    ['--context', [], { QLIK_SYNC_CONTEXT: 'acme' }, ['acme', 'QLIK_SYNC_CONTEXT']],
  ])('%s %j %o', async (key, args, variables, expected) => {
    workspace.write({ 'qlik-sync.config.json': file });
    expect(rowOf(await document(args, { ...env, ...variables }), 'options', key)).toEqual(expected);
  });
});

describe('every key of the schema is shown', () => {
  /** Shown above the settings and below them. */
  const elsewhere: readonly string[] = ['$schema', 'environments', 'tenant', 'auth'];

  interface Level {
    readonly properties: Readonly<Record<string, unknown>>;
  }

  function keysOf({ properties }: Level): readonly string[] {
    return Object.keys(properties).filter((key) => !elsewhere.includes(key));
  }

  async function shownKeys(args: readonly string[]): Promise<readonly string[]> {
    const rows = (await document(args))['settings'] as Rows;
    return [...new Set(rows.map(({ key }) => key.split('.')[0] ?? ''))];
  }

  const schema = configJsonSchema(rules) as Level;
  const ofEnvironment = (schema.properties['environments'] as { readonly additionalProperties: Level })
    .additionalProperties;

  it('with the file as short as it can be', async () => {
    workspace.write({ 'qlik-sync.config.json': '{"project":"acme","extensions":["x"]}' });
    const shown = await shownKeys([]);
    expect(shown.toSorted()).toEqual(keysOf(schema).toSorted());
    expect(shown.length).toBeGreaterThan(15);
  });

  it('and with an environment in use, what only that has', async () => {
    workspace.write({ 'qlik-sync.config.json': file });
    const all = new Set([...keysOf(schema), ...keysOf(ofEnvironment)]);
    expect((await shownKeys(['--env', 'prod'])).toSorted()).toEqual([...all].toSorted());
  });

  const place = 'qlik-sync.config.json:1';
  it.each<readonly [string, object, readonly string[], readonly (readonly [string, unknown, string])[]]>([
    [
      'what is not set',
      {},
      [],
      [
        ['limitPeriod', '24h', 'default'],
        ['policy', [], 'default'],
        ['rules', [], 'default'],
        ['protect', [], 'default'],
        ['driftIgnore', [], 'default'],
        ['origins', [], 'default'],
        ['manageOrigins', false, 'default'],
        ['defaultEnvironment', [], 'default'],
        ['protected', undefined, ''],
      ],
    ],
    [
      'what is',
      { limitPeriod: '90m', protect: ['kpi-card'], rules: {}, defaultEnvironment: 'e' },
      [],
      [
        ['limitPeriod', '90m', place],
        ['protect', ['kpi-card'], place],
        ['rules', [], place],
        ['defaultEnvironment', 'e', place],
        ['protected', false, 'default'],
      ],
    ],
    [
      'what the environment says',
      { limitPeriod: '90m', environments: { e: { limitPeriod: '48h', protected: true } } },
      ['--env', 'e'],
      [
        ['limitPeriod', '48h', `environments.e, ${place}`],
        ['protected', true, `environments.e, ${place}`],
      ],
    ],
  ])('%s', async (_, keys, args, expected) => {
    const content = { project: 'acme', extensions: ['x'], environments: { e: {} }, ...keys };
    workspace.write({ 'qlik-sync.config.json': JSON.stringify(content) });
    const found = await document(args);
    const rows = expected.map(([key]) => rowOf(found, 'settings', key));
    expect(rows).toEqual(
      expected.map(([, value, from]) => (value === undefined ? undefined : [value, from])),
    );
  });
});

describe('the policy', () => {
  const words = ['curl', '-H', 'Authorization: Bearer ${OPA_TOKEN}', 'https://user:${OPA_PW}@x.test'];
  const variables = { OPA_TOKEN: 'hunter22-token', OPA_PW: 'hunter22-password' };
  const policy = (command: readonly string[]) => ({
    project: 'acme',
    extensions: ['*'],
    policy: { command },
  });
  it.each<readonly [string, string, string, string]>([
    [
      'with arguments',
      'qlik-sync.config.json',
      JSON.stringify(policy(words)),
      'qlik-sync.config.json:1, with OPA_TOKEN, OPA_PW',
    ],
    [
      'of a config that is code',
      'qlik-sync.config.mjs',
      `export default ${JSON.stringify(policy(words))
        .replaceAll('${', '" + process.env.')
        .replaceAll(/(OPA_\w+)\}/g, '$1 + "')}`,
      'qlik-sync.config.mjs',
    ],
  ])('%s is told by its program', async (_, name, content, from) => {
    for (const [variable, value] of Object.entries(variables)) vi.stubEnv(variable, value);
    workspace.write({ [name]: content });
    const found = await document([], variables);
    expect(rowOf(found, 'settings', 'policy.command')).toEqual(['curl, its 3 arguments not shown', from]);
    expect((await show([], variables)).stdout).toContain('curl, its 3 arguments not shown');
  });
});

describe('the tenant', () => {
  const key = (from: string) => ({ kind: 'api-key', secret: `set (from ${from})` });
  const place = 'qlik-sync.config.json';
  it.each<readonly [string, readonly string[], Env, object]>([
    [
      'of the default environment',
      [],
      {},
      {
        url: 'https://dev.example.com',
        source: 'dev (config)',
        from: `${place}:10:7`,
        credential: key('DEV_KEY'),
      },
    ],
    [
      'of another, with an OAuth client',
      ['--env', 'prod'],
      {},
      {
        url: 'https://prod.example.com',
        credential: { kind: 'oauth', clientId: 'robot', secret: 'set (from PROD_SECRET)' },
      },
    ],
    [
      'whose secret a command prints',
      ['--env', 'vault'],
      {},
      { credential: { kind: 'api-key', secret: 'printed by the command node, which was not run' } },
    ],
    [
      'of --tenant',
      ['--tenant', 'a.example.com'],
      { QLIK_API_KEY: 'hunter22' },
      { url: 'https://a.example.com', source: '--tenant', from: '--tenant', credential: key('QLIK_API_KEY') },
    ],
    [
      'of the sandbox',
      ['--sandbox'],
      {},
      { kind: 'sandbox', folder: '.qlik-sync/sandbox', source: '--sandbox' },
    ],
    ['of the sandbox elsewhere', ['--sandbox-dir', 'box'], {}, { kind: 'sandbox', folder: 'box' }],
  ])('%s', async (_, args, variables, expected) => {
    workspace.write({ 'qlik-sync.config.json': file });
    const found = await document(args, { ...env, ...variables });
    expect(found).toMatchObject({ target: expected, exitCode: 0, environments: ['dev', 'prod', 'vault'] });
    expect(existsSync(join(workspace.folder, 'ran'))).toBe(false);
    expect(existsSync(join(workspace.folder, '.qlik-sync'))).toBe(false);
  });

  it('that cannot be used is reported beside everything else, with exit 3', async () => {
    workspace.write({ 'qlik-sync.config.json': file });
    const { code, stdout } = await show([], { PROJECT: 'acme' });
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ {2}tags {19}finance +qlik-sync\.config\.json:4$/m);
    expect(stdout).toContain('  tenant: not usable\n');
    expect(stdout).toContain('environments.dev.auth.apiKey: the environment variable DEV_KEY is not set');
  });

  it('that nothing names is not a mistake', async () => {
    workspace.write({ 'qlik-sync.config.json': '{"project":"acme","extensions":["x"]}' });
    const { code, stdout } = await show([], {});
    expect(code).toBe(0);
    expect(stdout).toContain('tenant: none');
  });

  it('of a qlik-cli context', async () => {
    const contexts =
      'contexts:\n  acme: { server: acme.example.com, headers: { Authorization: Bearer hunter22 } }\n';
    workspace.write({ 'qlik-sync.config.json': file, 'home/.qlik/contexts.yml': contexts });
    const found = await document(['--context', 'acme'], { ...env, HOME: join(workspace.folder, 'home') });
    expect(found['target']).toMatchObject({
      url: 'https://acme.example.com',
      source: 'qlik-cli context acme',
      from: '~/.qlik/contexts.yml',
      credential: key('~/.qlik/contexts.yml'),
    });
  });
});

describe('a config that cannot be read', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[], string]>([
    ['wrong values', { 'qlik-sync.config.json': '{"project":"Acme"}' }, [], 'project: must be 1 to 64'],
    ['none', {}, [], 'no config file'],
    [
      'an environment that is not there',
      { 'qlik-sync.config.json': file },
      ['--env', 'x'],
      'no environment "x"',
    ],
    [
      'two environments',
      { 'qlik-sync.config.json': file },
      ['--env', 'dev', '--env', 'prod'],
      '--env names 2 environments: dev, prod',
    ],
    [
      'all environments',
      { 'qlik-sync.config.json': file },
      ['--env', 'all'],
      '--env names 3 environments: dev, prod, vault',
    ],
    [
      'a program under --no-exec',
      { 'qlik-sync.config.mjs': `import { writeFileSync } from 'node:fs'; writeFileSync('ran', '');` },
      ['--no-exec'],
      'qlik-sync.config.mjs is a program that would be run, and --no-exec forbids that',
    ],
  ])('%s', async (_, files, args, says) => {
    workspace.write(files);
    const { code, stderr, stdout } = await show(args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(says);
    expect(existsSync(join(workspace.folder, 'ran'))).toBe(false);
  });
});

describe('the store', () => {
  const store = 's3://acme-qlik/prod?region=eu-central-1';

  it.each([
    ['of a trial', ['--sandbox'], {}, false],
    ['that is left alone', ['--tenant', 'https://dev.example.com', '--no-store'], {}, false],
    ['that another takes the place of', [], { QLIK_SYNC_STORE: 'file:///mnt/share' }, false],
    ['that is used', [], {}, true],
  ] as const)('%s', async (_, args, variables, isUsed) => {
    workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], store }),
    });
    const found = await document(args, variables);
    const from = 'qlik-sync.config.json:1';
    expect(rowOf(found, 'settings', 'store')).toEqual([
      store,
      isUsed ? from : `${from}, not used by this run`,
    ]);
    expect(rowOf(found, 'settings', 'storeCredentials')).toEqual([[], 'default']);
  });
});
