import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/file/load.js';
import { parseYamlConfig } from '../../src/config/file/parse-yaml.js';
import type { LoadedConfig } from '../../src/config/file/raw.js';
import { assertUsable, type Config, resolveConfig } from '../../src/config/resolve.js';
import { ConfigError } from '../../src/core/errors.js';
import { exitCodes } from '../../src/core/exit-codes.js';
import { fc } from '../replay.js';
import { catchUserError, loadedFrom, loadedText, shown } from './workspace.js';

const ruleIds = ['external-origin', 'version-syntax'];
const least = { project: 'acme', extensions: ['extensions/*'] };
const key = 'eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';

interface Given {
  readonly environment?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function resolve(loaded: LoadedConfig, { environment, env = {} }: Given = {}): Config {
  return resolveConfig(loaded, { environment, env, ruleIds });
}

describe('a config', () => {
  it('is total: what is not written has its default', () => {
    expect(resolve(loadedFrom(least))).toEqual({
      file: '/project/qlik-sync.config.json',
      displayFile: 'qlik-sync.config.json',
      root: '/project',
      project: 'acme',
      extensions: ['extensions/*'],
      ignore: [],
      lineEndings: 'as-is',
      themes: 'auto',
      tags: [],
      prune: false,
      onDrift: 'stop',
      versionPolicy: 'warn',
      maxDeletes: 5,
      maxDeletePercent: 30,
      maxUpdatePercent: 100,
      limitPeriodMs: 86_400_000,
      protect: [],
      rules: {},
      backup: { keep: 20, days: 90 },
      impact: 'off',
      driftIgnore: [],
      origins: {},
      manageOrigins: false,
    });
  });

  it('keeps what is written', () => {
    const written = {
      project: 'a'.repeat(64),
      extensions: ['extensions/*', '!extensions/old', 'a..b/{x,y}'],
      ignore: ['**/*.map', '!keep.map'],
      tags: ['finance', 'größe'],
      prune: true,
      onDrift: 'skip',
      versionPolicy: 'enforce',
      maxDeletes: 0,
      maxDeletePercent: 12.5,
      maxUpdatePercent: 0,
      protect: ['kpi-card'],
      rules: { 'external-origin': 'off' },
    };
    expect(resolve(loadedFrom({ $schema: './schema.json', ...written }))).toMatchObject(written);
  });

  it('has each tag once', () => {
    expect(resolve(loadedFrom({ ...least, tags: ['a', 'b', 'a'] })).tags).toEqual(['a', 'b']);
  });
});

describe('environments', () => {
  const file = loadedFrom({
    ...least,
    tags: ['all'],
    rules: { 'external-origin': 'off' },
    backup: { keep: 5 },
    defaultEnvironment: 'dev',
    environments: {
      dev: { tenant: 'dev.example.com', auth: { apiKey: '${DEV_KEY}' } },
      prod: {
        tenant: 'https://prod.example.com',
        auth: { apiKey: '${PROD_KEY}' },
        protected: true,
        project: 'acme-prod',
        tags: ['live'],
        rules: { 'version-syntax': 'error' },
        backup: { days: 365 },
      },
    },
  });

  it('the default one is used without --env', () => {
    expect(resolve(file)).toMatchObject({
      project: 'acme',
      tags: ['all'],
      environment: { name: 'dev', protected: false, labels: {}, tenant: { text: 'dev.example.com' } },
    });
  });

  it('objects merge, arrays replace, and credentials stay references', () => {
    expect(resolve(file, { environment: 'prod' })).toMatchObject({
      project: 'acme-prod',
      extensions: ['extensions/*'],
      tags: ['live'],
      rules: { 'external-origin': 'off', 'version-syntax': 'error' },
      backup: { keep: 5, days: 365 },
      environment: {
        name: 'prod',
        protected: true,
        tenant: { text: 'https://prod.example.com', path: 'environments.prod.tenant', line: 24 },
        auth: { apiKey: { text: '${PROD_KEY}', path: 'environments.prod.auth.apiKey', line: 26 } },
      },
    });
  });

  it('may declare other directives for a host, or other hosts', () => {
    const origins = { 'kpi-card': { 'https://a.com': ['img-src'], 'https://b.com': ['font-src'] } };
    const own = { 'kpi-card': { 'https://a.com': ['connect-src'] }, '*': { 'wss://c.com': ['connect-src'] } };
    const file = loadedFrom({
      ...least,
      origins,
      environments: { prod: { origins: own, manageOrigins: true } },
    });
    expect(resolve(file)).toMatchObject({ origins, manageOrigins: false });
    expect(resolve(file, { environment: 'prod' })).toMatchObject({
      origins: {
        'kpi-card': { 'https://a.com': ['connect-src'], 'https://b.com': ['font-src'] },
        '*': { 'wss://c.com': ['connect-src'] },
      },
      manageOrigins: true,
    });
  });

  it('have labels, which are the same on every machine', () => {
    const labels = { region: 'eu', 'cost.center': '0$$1 %' };
    const file = loadedFrom({ ...least, environments: { dev: { tenant: 'a.b', labels } } });
    expect(resolve(file, { environment: 'dev' }).environment?.labels).toEqual(labels);
  });

  it.each([
    [{ 'a b': 'x' }, 'environments.dev.labels.a b', 'cannot be the key of a label'],
    [{ name: 'x' }, 'environments.dev.labels.name', "is what labels call the environment's own name"],
    [{ prototype: 'x' }, 'environments.dev.labels.prototype', 'cannot be the key of a label'],
    [{ region: '' }, 'environments.dev.labels.region', 'must be text without a line break'],
    [{ region: 'a\nb' }, 'environments.dev.labels.region', 'must be text without a line break'],
    [{ region: 7 }, 'environments.dev.labels.region', 'must be text without a line break'],
    [{ region: '${REGION}' }, 'environments.dev.labels.region', 'must not depend on a variable'],
    [{ key }, 'environments.dev.labels.key', 'looks like an API key'],
    [['eu'], 'environments.dev.labels', 'must be an object, not a list'],
  ])('cannot have the labels %j', async (labels, path, message) => {
    const file = loadedFrom({ ...least, environments: { dev: { tenant: 'a.b', labels }, eu: {} } });
    const error = await catchUserError(() => resolve(file, { environment: 'eu', env: { REGION: 'eu' } }));
    expect(shown(error)).toContain(`${path}: ${message}`);
    expect(shown(error)).not.toContain('eyJ');
  });

  it('may sign in as an OAuth client, or ask a command for the secret', () => {
    const auth = { clientId: 'robot', clientSecret: { command: ['op', 'read', 'op://${VAULT}/x'] } };
    const file = loadedFrom({ ...least, environments: { ci: { tenant: 'a.b', auth } } });
    const { environment } = resolve(file, { environment: 'ci' });
    expect(environment?.auth).toMatchObject({
      clientId: { text: 'robot', path: 'environments.ci.auth.clientId' },
      clientSecret: { ...auth.clientSecret, path: 'environments.ci.auth.clientSecret' },
    });
  });

  it('may have a policy of their own', () => {
    const environments = { ci: { policy: { command: ['opa', 'eval', '${RULES}'] } } };
    const file = loadedFrom({ ...least, policy: { command: ['true'] }, environments });
    expect(resolve(file).policyCommand).toEqual(['true']);
    const own = resolve(file, { environment: 'ci', env: { RULES: 'data.qlik' } });
    expect(own).toMatchObject({ policyCommand: ['opa', 'eval', 'data.qlik'], policyVariables: ['RULES'] });
  });

  it('may hold all settings, without a tenant', () => {
    const config = resolve(loadedFrom({ environments: { ci: least } }), { environment: 'ci' });
    expect(config).toMatchObject({ ...least, environment: { name: 'ci' } });
  });

  it.each([
    ['another project', { tenant: 'https://one.example.com', project: 'other' }],
    ['another tenant', { tenant: 'https://two.example.com' }],
  ])('two may stand side by side with %s', (_, other) => {
    const one = { tenant: 'one.example.com' };
    expect(resolve(loadedFrom({ ...least, environments: { one, other } })).environment).toBeUndefined();
  });
});

describe('variables', () => {
  it.each([
    ['a-${X}-b', { X: '1' }, 'a-1-b'],
    ['${X:-y}', {}, 'y'],
    ['${X:-y}', { X: '' }, 'y'],
    ['${X:-y}', { X: 'x' }, 'x'],
    ['a${X:-}b', {}, 'ab'],
    ['$$', {}, '$'],
    ['$${X}', {}, '${X}'],
    ['$X $', { X: '1' }, '$X $'],
    ['${A}${B}', { A: '${B}', B: '$$' }, '${B}$$'],
  ])('%s', (text, env, expanded) => {
    expect(resolve(loadedFrom({ ...least, tags: [text] }), { env }).tags).toEqual([expanded]);
  });

  it('are read for the environment in use only, and for its credentials not yet', () => {
    const file = loadedFrom({
      ...least,
      environments: {
        dev: { tenant: '${DEV_TENANT}', auth: { apiKey: '${DEV_KEY}' }, tags: ['${DEV_TAG}'] },
        prod: { tags: ['${PROD_TAG}'], project: '${PROD_PROJECT}' },
      },
    });
    expect(resolve(file, { environment: 'dev', env: { DEV_TAG: 'd' } }).tags).toEqual(['d']);
    expect(resolve(file).tags).toEqual([]);
  });

  it('may choose the default environment', () => {
    const file = loadedFrom({
      ...least,
      defaultEnvironment: '${STAGE:-dev}',
      environments: { dev: {}, prod: {} },
    });
    expect(resolve(file).environment?.name).toBe('dev');
    expect(resolve(file, { env: { STAGE: 'prod' } }).environment?.name).toBe('prod');
  });

  it('that are inherited from Object are not set', () => {
    expect(() => resolve(loadedFrom({ ...least, tags: ['${constructor}'] }))).toThrow(
      'constructor is not set',
    );
  });
});

type Bad = readonly [config: object, says: string, given?: Given];

const bad: readonly Bad[] = [
  [{ origins: { a: { 'http://b.com': ['img-src'] } } }, '"http://b.com" must be an origin such as'],
  [{ origins: { a: { 'https://b.com/x': ['img-src'] } } }, 'without a path'],
  [{ origins: { a: { 'https://b.com': ['imgSrc'] } } }, 'must be one of child-src, connect-src'],
  [{ origins: { a: { 'https://b.com': ['default-src'] } } }, 'must be one of child-src, connect-src'],
  [{ origins: { a: { 'https://b.com': [] } } }, 'must name at least one directive'],
  [{ origins: { a: { 'https://b.com': 'img-src' } } }, 'must be a list'],
  [{ origins: { a: ['https://b.com'] } }, 'origins.a: must be an object, not a list'],
  [{ origins: ['https://b.com'] }, 'origins: must be an object, not a list'],
  [
    { ...least, environments: { dev: { origins: { a: ['https://b.com'] } } } },
    'environments.dev.origins.a: must be an object, not a list',
  ],
  [{ origins: { a: { 'wss://b.com': ['img-src'] } } }, 'wss://b.com must have connect-src alone'],
  [{ manageOrigins: 'yes' }, 'must be true or false'],
  // Nothing, or something else
  [[], 'qlik-sync.config.json:1:1: must be an object, not a list'],
  [{}, 'project: is missing (e.g. "project": "acme-charts-7f3a")'],
  [{ project: 'a' }, 'extensions: is missing'],
  [{ ...least, environments: [] }, 'environments: must be an object, not a list'],
  [{ ...least, environments: { dev: 1 } }, 'environments.dev: must be an object'],
  [
    { ...least, environments: { dev: { auth: ['x'], tenant: 'a.b' } } },
    'environments.dev.auth: must be an object, not a list',
  ],
  [{ ...least, rules: null }, 'rules: must be an object'],
  // Unknown keys
  [{ ...least, extension: [] }, ':6:3: extension: is an unknown key (did you mean "extensions"?)'],
  [{ ...least, Prune: true }, 'Prune: is an unknown key (did you mean "prune"?)'],
  [{ ...least, whatever: true }, 'whatever: is an unknown key (known: $schema, project, extensions,'],
  [{ ...least, toString: 1 }, 'toString: is an unknown key'],
  [{ ...least, backup: { kept: 1 } }, 'backup.kept: is an unknown key (known: keep, days)'],
  [{ ...least, backup: { keep: -1 } }, 'backup.keep: must be a whole number, 0 or more'],
  [{ ...least, backup: 3 }, 'backup: must be an object'],
  [
    { ...least, environments: { dev: { backup: { day: 1 } } } },
    'environments.dev.backup.day: is an unknown key (did you mean "days"?)',
  ],
  [{ ...least, $import: 'x' }, '$import: is an unknown key'],
  [
    { ...least, environments: { dev: { tenent: 'a.b' } } },
    'environments.dev.tenent: is an unknown key (did you mean "tenant"?)',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { clientId: '${A}' } } } },
    'environments.dev.auth.clientSecret: is missing: an OAuth client has an id and a secret',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { clientSecret: '${A}' } } } },
    'environments.dev.auth.clientId: is missing',
  ],
  [
    {
      ...least,
      environments: { dev: { tenant: 'a.b', auth: { apiKey: '${A}', clientId: 'x', clientSecret: '${B}' } } },
    },
    'environments.dev.auth: has two ways to sign in (keep apiKey, or clientId and clientSecret)',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { clientId: 'x', clientSecret: 'hunter22' } } } },
    'environments.dev.auth.clientSecret: a secret must not be written in the file',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: { command: [] } } } } },
    'environments.dev.auth.apiKey.command: must name a program',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: { command: 'op read' } } } } },
    'environments.dev.auth.apiKey: must be a reference such as ${QLIK_API_KEY}, or {"command":',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: { command: ['x'], shell: true } } } } },
    'environments.dev.auth.apiKey: must be a reference',
  ],
  [
    {
      ...least,
      environments: { dev: { tenant: 'a.b', auth: { apiKey: { command: ['x', 'eyJh.eyJz.c2ln'] } } } },
    },
    'environments.dev.auth.apiKey.command[1]: looks like an API key',
  ],
  [{ ...least, policy: 'opa' }, 'policy: must be an object {"command":'],
  [{ ...least, policy: {} }, 'policy.command: must be a list ["program", "argument", …]'],
  [
    { ...least, policy: { command: 'opa eval' } },
    'policy.command: must be a list ["program", "argument", …]',
  ],
  [{ ...least, policy: { command: [] } }, 'policy.command: must name a program'],
  [{ ...least, policy: { command: [''] } }, 'policy.command[0]: must not be empty'],
  [
    { ...least, policy: { command: ['x'], comand: 1 } },
    'policy.comand: is an unknown key (did you mean "command"?)',
  ],
  [
    { ...least, environments: { all: { tenant: 'a.b' } } },
    'environments.all: is not the name of an environment: --env all means every one',
  ],
  [
    { ...least, tenant: 'https://a.b' },
    'tenant: belongs to an environment (move it to environments.<name>.tenant)',
  ],
  [
    { ...least, rules: { 'external-orign': 'off' } },
    'rules.external-orign: is not a rule (did you mean "external-origin"?)',
  ],
  [
    { ...least, rules: { 'manifest-syntax': 'off' } },
    'rules.manifest-syntax: is a rule whose severity cannot be changed (where it finds something, "!<folder>" in "extensions" leaves that folder out)',
  ],
  [{ ...least, environments: { 'my env': {} } }, 'environments.my env: is not the name of an environment'],
  [
    { ...least, environments: { constructor: {} } },
    'environments.constructor: is not the name of an environment',
  ],
  // Wrong values
  [{ ...least, project: 1 }, 'project: must be 1 to 64 of a-z, 0-9 and -'],
  [{ ...least, project: 'Acme' }, 'project: must be 1 to 64'],
  [{ ...least, project: '-acme' }, 'project: must be 1 to 64'],
  [{ ...least, project: 'acme\n' }, 'project: must be 1 to 64'],
  [{ ...least, project: 'a'.repeat(65) }, 'project: must be 1 to 64'],
  [{ ...least, project: '$${x}' }, 'project: must be 1 to 64'],
  [{ ...least, extensions: 'extensions/*' }, 'extensions: must be a list'],
  [{ ...least, extensions: [] }, 'extensions: must name at least one folder'],
  [{ ...least, extensions: ['a', ''] }, ':5:5: extensions[1]: must not be empty'],
  [{ ...least, extensions: ['/abs/*'] }, 'extensions[0]: must be relative'],
  [{ ...least, extensions: ['C:/abs/*'] }, 'extensions[0]: must be relative'],
  [{ ...least, extensions: ['~/abs'] }, 'extensions[0]: must be relative'],
  [{ ...least, extensions: ['a\\b'] }, 'extensions[0]: must separate folders with /'],
  [{ ...least, extensions: ['../a'] }, 'extensions[0]: must not lead out of the folder'],
  [{ ...least, extensions: ['a/..'] }, 'extensions[0]: must not lead out'],
  [{ ...least, extensions: ['a/{b,..}/c'] }, 'extensions[0]: must not lead out'],
  [{ ...least, extensions: ['${UP}/a'] }, 'extensions[0]: must not lead out', { env: { UP: '..' } }],
  [{ ...least, ignore: [1] }, 'ignore[0]: must be text'],
  [{ ...least, tags: [''] }, 'tags[0]: must not be empty'],
  [{ ...least, tags: ['a '] }, 'tags[0]: must not begin or end with white space'],
  [{ ...least, tags: ['a\tb'] }, 'tags[0]: must not contain control characters'],
  [{ ...least, tags: ['x'.repeat(65)] }, 'tags[0]: must not be longer than 64'],
  [{ ...least, tags: ['qlik-sync:other'] }, 'tags[0]: must not begin with "qlik-sync:"'],
  [{ ...least, prune: 'yes' }, 'prune: must be true or false'],
  [{ ...least, onDrift: 'ignore' }, 'onDrift: must be one of stop, overwrite, skip'],
  [{ ...least, versionPolicy: 1 }, 'versionPolicy: must be one of off, warn, enforce'],
  [{ ...least, maxDeletes: -1 }, 'maxDeletes: must be a whole number, 0 or more'],
  [{ ...least, maxDeletes: 1.5 }, 'maxDeletes: must be a whole number'],
  [{ ...least, maxDeletePercent: 101 }, 'maxDeletePercent: must be a number from 0 to 100'],
  [{ ...least, maxUpdatePercent: '100' }, 'maxUpdatePercent: must be a number'],
  [{ ...least, protect: [null] }, 'protect[0]: must be text'],
  [
    { ...least, rules: { 'external-origin': 'warn' } },
    'rules.external-origin: must be one of off, info, warning, error',
  ],
  [{ ...least, environments: { dev: { project: 'X' } } }, 'environments.dev.project: must be 1 to 64'],
  // Environments
  [
    { ...least, defaultEnvironment: 'prd', environments: { prod: {} } },
    'defaultEnvironment: "prd" is not an environment of this file (did you mean "prod"?)',
  ],
  [{ ...least, defaultEnvironment: '' }, 'defaultEnvironment: must not be empty'],
  [
    { ...least, environments: { prod: {} } },
    'environments: no environment "prd", which --env',
    { environment: 'prd' },
  ],
  [
    least,
    'environments: no environment "dev", which --env or QLIK_SYNC_ENV asks for (the file has no environments)',
    { environment: 'dev' },
  ],
  [
    { ...least, environments: { dev: { auth: { apiKey: '${K}' } } } },
    'environments.dev.auth: needs a tenant',
  ],
  [
    { ...least, environments: { a: { tenant: 'x.example.com' }, b: { tenant: 'https://X.example.com/' } } },
    'environments.b.tenant: is also the tenant of "a", with the same project (give one of them a "project"',
  ],
  [
    { ...least, environments: { a: { tenant: '${T}', project: 'p' }, b: { tenant: '${T}', project: 'p' } } },
    'environments.b.tenant: is also the tenant of "a"',
  ],
  [
    { ...least, environments: { dev: { tenant: 'http://a.example.com' } } },
    'environments.dev.tenant: is plain http, which is accepted for loopback',
  ],
  [
    { ...least, environments: { dev: { tenant: 'https://a.example.com/console' } } },
    'environments.dev.tenant: must not have a path',
  ],
  // References of other programs
  ...(
    [
      ['$QLIK_KEY', 'QLIK_KEY'],
      ['$(QLIK_KEY)', 'QLIK_KEY'],
      ['%QLIK_KEY%', 'QLIK_KEY'],
      ['${{ secrets.QLIK_KEY }}', 'QLIK_KEY'],
      ['{{QLIK_KEY}}', 'QLIK_KEY'],
    ] as const
  ).map(
    ([text, name]): Bad => [
      { ...least, environments: { dev: { tenant: 'https://a.example.com', auth: { apiKey: text } } } },
      `environments.dev.auth.apiKey: ${text} is not replaced in this file; write \${${name}}`,
    ],
  ),
  [
    { ...least, environments: { dev: { tenant: '$(TENANT)' } } },
    'environments.dev.tenant: $(TENANT) is not replaced in this file; write ${TENANT}',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.example.com', auth: { apiKey: 'x${KEY}' } } } },
    'environments.dev.auth.apiKey: a secret must not be written in the file',
  ],
  // Variables
  [
    { ...least, tags: ['${NOPE}'] },
    'tags[0]: the environment variable NOPE is not set, or empty (set NOPE, or give a default: ${NOPE:-…})',
  ],
  [
    { ...least, tags: ['${NOPE}'] },
    'tags[0]: the environment variable NOPE is not set',
    { env: { NOPE: '' } },
  ],
  [
    { ...least, environments: { dev: { project: '${P}' } } },
    'environments.dev.project: the environment variable P',
    { environment: 'dev' },
  ],
  [
    { ...least, defaultEnvironment: '${STAGE}', environments: {} },
    'defaultEnvironment: the environment variable STAGE',
  ],
  [{ ...least, ignore: ['${'] }, 'ignore[0]: "${" does not begin a reference'],
  [{ ...least, ignore: ['${a-b}'] }, 'ignore[0]: "${" does not begin a reference'],
  // Secrets
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: 'hunter22' } } } },
    'environments.dev.auth.apiKey: a secret must not be written in the file',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: '' } } } },
    'environments.dev.auth.apiKey: a secret must not',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: 'hunter22${A}' } } } },
    'apiKey: a secret must not',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: '${A:-hunter22}' } } } },
    'apiKey: a secret must not',
  ],
  [
    { ...least, environments: { dev: { tenant: 'a.b', auth: { apiKey: key } } } },
    'apiKey: a secret must not',
  ],
  [
    { ...least, environments: { dev: { tenant: 'https://ann:hunter22@a.b' } } },
    'tenant: must not contain a user name or password',
  ],
  [{ ...least, tags: [`x ${key}`] }, 'tags[0]: looks like an API key'],
  [{ ...least, [key]: 1 }, '<API key>: is an unknown key, and looks like an API key'],
  [{ ...least, defaultEnvironment: key }, 'defaultEnvironment: "<API key>" is not an environment'],
];

/** Of a config in YAML: where each problem is, and its key. */
async function placesIn(text: string): Promise<readonly string[]> {
  const place = { file: '/p/c.yaml', displayFile: 'c.yaml', root: '/p' };
  const error = await catchUserError(() => resolve({ ...place, ...parseYamlConfig('c.yaml', text) }));
  return error.message.split('\n').map((line) => line.split(': ').slice(0, 2).join(' '));
}

describe('what is wrong', () => {
  it.each(bad.map(([config, says, given]) => [says, config, given] as const))(
    '%s',
    async (says, config, given) => {
      const error = await catchUserError(() => resolve(loadedFrom(config), given));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.exitCode).toBe(exitCodes.usage);
      expect(shown(error)).toContain(says);
      expect(shown(error)).not.toMatch(/hunter22|eyJ/);
    },
  );

  it('is told all at once, with lines and columns', async () => {
    const text = `{
  // Everything is wrong here.
  "project": "Acme",
  "extensions": ["../x"],
  "prun": true,
  "maxDeletes": "5",
  "environments": {
    "dev": { "tenant": "http://x.example.com", "auth": { "apiKey": "abc" }, "tags": ["\${TAG}"] }
  }
}`;
    const error = await catchUserError(() => resolve(loadedText(text), { environment: 'dev' }));
    expect(error.message.split('\n').sort()).toEqual([
      expect.stringMatching(/^qlik-sync\.config\.json:3:3: project: /),
      expect.stringMatching(/^qlik-sync\.config\.json:4:18: extensions\[0\]: /),
      expect.stringMatching(/^qlik-sync\.config\.json:5:3: prun: /),
      expect.stringMatching(/^qlik-sync\.config\.json:6:3: maxDeletes: /),
      expect.stringMatching(/^qlik-sync\.config\.json:8:14: environments\.dev\.tenant: /),
      expect.stringMatching(/^qlik-sync\.config\.json:8:58: environments\.dev\.auth\.apiKey: /),
      expect.stringMatching(/^qlik-sync\.config\.json:8:86: environments\.dev\.tags\[0\]: /),
    ]);
  });

  it('has lines and columns in YAML too, through anchors', async () => {
    const text =
      'project: Acme\nextensions:\n  - a\n  - ../x\nenvironments:\n  dev: &dev\n    prune: 1\n  qa: *dev\n';
    expect(await placesIn(text)).toEqual([
      'c.yaml:1:1 project',
      'c.yaml:4:5 extensions[1]',
      'c.yaml:7:5 environments.dev.prune',
      'c.yaml:7:5 environments.qa.prune',
    ]);
  });

  it('has them through merge keys', async () => {
    const text =
      'project: Acme\nextensions: [a]\nenvironments:\n  dev: &dev\n    prune: 1\n  eu: &eu { maxDeletes: x }\n  qa: { <<: [*dev, *eu] }\n';
    expect(await placesIn(text)).toEqual([
      'c.yaml:1:1 project',
      'c.yaml:5:5 environments.dev.prune',
      'c.yaml:6:13 environments.eu.maxDeletes',
      'c.yaml:5:5 environments.qa.prune',
      'c.yaml:6:13 environments.qa.maxDeletes',
    ]);
  });

  it('has key paths alone where the format has no lines', async () => {
    const loaded = {
      file: '/p/c.ts',
      displayFile: 'c.ts',
      root: '/p',
      value: { ...least, prune: 1 },
      locate: () => undefined,
    };
    expect((await catchUserError(() => resolve(loaded))).message).toBe('c.ts: prune: must be true or false');
  });

  it('is always a ConfigError that says something, whatever JSON is given', () => {
    const names = [
      'project',
      'extensions',
      'tags',
      'rules',
      'environments',
      'dev',
      'tenant',
      'auth',
      'apiKey',
      'defaultEnvironment',
    ];
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown }>((tie) => ({
      leaf: fc.oneof(fc.jsonValue(), fc.constantFrom('dev', '${X}', '${', 'https://a.b', 'acme', key)),
      tree: fc.oneof(
        { depthSize: 'medium' },
        tie('leaf'),
        fc.dictionary(
          fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string()),
          tie('tree'),
        ),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.option(fc.constantFrom('dev', 'x'), { nil: undefined }), (value, environment) => {
        try {
          resolve(loadedText(JSON.stringify(value)), environment === undefined ? {} : { environment });
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
          expect((error as ConfigError).message).not.toBe('');
          expect((error as ConfigError).message).not.toContain('eyJ');
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the example config', () => {
  const example = fileURLToPath(new URL('../../qlik-sync.config.example.json', import.meta.url));

  it('is valid', async () => {
    const loaded = await loadConfig({ cwd: '/', config: example });
    expect(resolve(loaded, { environment: 'prod' }).environment).toMatchObject({
      name: 'prod',
      protected: true,
    });
    expect(resolve(loaded).environment).toMatchObject({ name: 'dev', protected: false });
  });

  it('is commented', async () => {
    expect(await readFile(example, 'utf8')).toMatch(/^\s+\/\/ /m);
  });
});

describe('what is wrong for all environments of a run', () => {
  const tenants = { a: { tenant: 'https://a.example' }, b: { tenant: 'https://b.example' } };
  const unset = { extensions: ['x'], project: '${NO}' };
  const problemsOf = (value: object): readonly string[] => {
    const loaded = loadedFrom({ environments: tenants, ...value });
    try {
      assertUsable(loaded, { env: {}, ruleIds });
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(({ path, message }) => `${path} ${message}`);
    }
  };

  it.each([
    ['a project', { extensions: ['x'] }, ['project is missing']],
    ['everything', {}, ['project is missing', 'extensions is missing']],
    ['a number', { ...least, maxDeletes: 'five' }, ['maxDeletes must be a whole number, 0 or more']],
    ['a name', { ...least, project: 'Not a name' }, [expect.stringContaining('project must')]],
    ['a variable that is not set', unset, ['project the environment variable NO is not set, or empty']],
  ])('is found once: %s', (_name, value, expected) => {
    expect(problemsOf(value)).toEqual(expected);
  });

  it.each([
    ['there is nothing', least],
    ['one has its own project', { extensions: ['x'], environments: { ...tenants, c: { project: 'c' } } }],
    [
      'one sets it anew',
      { ...least, maxDeletes: 'five', environments: { ...tenants, c: { maxDeletes: 1 } } },
    ],
    [
      'one has its own in place of a variable that is not set',
      { ...unset, environments: { ...tenants, c: least } },
    ],
  ])('is not found where %s', (_name, value) => {
    expect(problemsOf(value)).toEqual([]);
  });
});
