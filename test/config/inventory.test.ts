import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/file/load.js';
import type { LoadedConfig } from '../../src/config/file/raw.js';
import { readInventoryFile } from '../../src/config/fleet/inventory.js';
import { addTenants } from '../../src/config/fleet/template.js';
import { readFleetSource, resolveConfig, sameTenants } from '../../src/config/resolve.js';
import { readConnection } from '../../src/config/tenant/connection.js';
import { catchUserError, loadedFrom, makeFolder, shown } from './workspace.js';

const ruleIds: readonly string[] = [];
const least = { project: 'acme', extensions: ['extensions/*'] };
const key = 'eyJhbGciOiJFUzM4NCJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl';
const template = { tenant: 'https://${tenant.host}', auth: { apiKey: '${KEY_${tenant.region}}' } };

interface Given {
  readonly file?: string;
  readonly content: string;
  readonly template?: object;
  readonly more?: object;
}

async function expanded({ file = 'tenants.csv', content, template: own = template, more = {} }: Given) {
  const fleet = { template: own, tenants: { file } };
  const root = await makeFolder({
    'qlik-sync.config.json': JSON.stringify({ ...least, ...more, fleet }, undefined, 2),
    [file]: content,
  });
  const loaded = await loadConfig({ cwd: root, config: join(root, 'qlik-sync.config.json') });
  return addTenants(loaded, await readInventoryFile(file, loaded, {}));
}

function resolve(loaded: LoadedConfig, environment: string, env: Record<string, string> = {}): Config {
  return resolveConfig(loaded, { environment, env, ruleIds });
}

const two = [
  { name: 'acme', host: 'acme.eu.qlikcloud.com', region: 'eu', seats: '7' },
  { name: 'beta', host: 'beta.us.qlikcloud.com', region: 'us' },
];

describe('an inventory', () => {
  it.each([
    [
      'tenants.csv',
      'name,host,region,seats\nacme,acme.eu.qlikcloud.com,eu,7\nbeta,beta.us.qlikcloud.com,us,\n',
    ],
    [
      'with-bom.csv',
      '\uFEFFname;host;region;seats\r\nacme;"acme.eu.qlikcloud.com"; eu ;7\r\n\r\nbeta;beta.us.qlikcloud.com;us;\r\n',
    ],
    [
      'tabs.CSV',
      'name\thost\tregion\tseats\nacme\tacme.eu.qlikcloud.com\teu\t7\nbeta\tbeta.us.qlikcloud.com\tus\t\n',
    ],
    [
      'tenants.json',
      `// ours\n${JSON.stringify([
        { ...two[0], seats: 7 },
        { ...two[1], seats: null },
      ])}`,
    ],
    [
      'tenants.yaml',
      '- { name: acme, host: acme.eu.qlikcloud.com, region: eu, seats: 7 }\n- name: beta\n  host: beta.us.qlikcloud.com\n  region: us\n',
    ],
  ])('is %s', async (file, content) => {
    const loaded = await expanded({ file, content });
    expect(Object.keys((loaded.value as { environments: object }).environments)).toEqual(['acme', 'beta']);
    expect(resolve(loaded, 'acme').environment).toMatchObject({
      name: 'acme',
      labels: { host: 'acme.eu.qlikcloud.com', region: 'eu', seats: '7' },
      tenant: { text: 'https://acme.eu.qlikcloud.com' },
      auth: { apiKey: { text: '${KEY_EU}' } },
    });
    expect(resolve(loaded, 'beta').environment?.labels).toEqual({
      host: 'beta.us.qlikcloud.com',
      region: 'us',
    });
  });

  it.each([
    ['', 'tenants.csv: is empty'],
    ['name,host,name\na,b,c\n', 'tenants.csv:1: has the column name twice'],
    ['name,host\na\n', 'tenants.csv:2: has another number of fields here'],
    ['name,host\na,"b\nc,d\n', 'double quote that is not closed'],
    ['name,host\na,b"c\n', 'has a double quote within a field'],
    ['host\na.b\n', 'tenants.csv:2: name: is missing'],
    ['name,host\n,a.b\n', 'tenants.csv:2: name: is missing'],
    ['name,host\nall,a.b\n', 'tenants.csv:2: name: is not the name of an environment: --env all'],
    ['name,host\na b,a.b\n', 'tenants.csv:2: name: is not the name of an environment'],
    ['name,host\n__proto__,a.b\n', 'tenants.csv:2: name: is not the name of an environment'],
    ['name,host\na,a.b\n\nb,c.d\nA,e.f\n', 'tenants.csv:5: name: A is also the name of tenants.csv:2'],
    ['name,id\na,1\nb,1\n', 'tenants.csv:3: id: is the tenant of a, too (tenants.csv:2)'],
    ['name,my host\na,b\n', 'tenants.csv:2: my host: is not the name of a column'],
    ['name,__proto__\na,b\n', 'tenants.csv:2: __proto__: is not the name of a column'],
    [`name,key\na,${key}\n`, 'tenants.csv:2: key: looks like an API key'],
    ['name,host\na,${HOME}\n', 'tenants.csv:2: host: must be plain text'],
    ['name,host\na,"b\nc"\n', 'host: must be text without a line break'],
    [
      `name,host\na,${'b'.repeat(201)}\n`,
      'tenants.csv:2: host: must be text without a line break, at most 200',
    ],
    ['name,host\0\na,b\n', 'tenants.csv: is not UTF-8 text'],
    ['name,,\na,,b\n', 'tenants.csv:2: a column without a name has something here'],
  ])('cannot be %j', async (content, message) => {
    const error = await catchUserError(() => expanded({ content }));
    expect(shown(error)).toContain(message);
    expect(shown(error)).not.toContain('eyJ');
    expect(error.exitCode).toBe(3);
  });

  it.each([
    ['tenants.json', '{ "a": 1 }', 'tenants.json: must be a list of objects'],
    ['tenants.json', '[1]', 'tenants.json: must be a list of objects'],
    ['tenants.json', '[{ "name": "a",\n"host": ["b"] }]', 'tenants.json:1: host: must be text, a number'],
    ['tenants.json', '[{ "name": "a" ', 'tenants.json:1:16: not valid JSON'],
    ['tenants.json', '{"name":"a"}\r\n{"name":"b"}\n', 'has an object on each line (JSON Lines)'],
    [
      'tenants.json',
      '[{ "name": "a", "id": 12345678901234567890 }]',
      'id: must be text, a number of at most',
    ],
    [
      'tenants.json',
      '[\n{ "name": "a" },\n{ "name": "a" }]',
      'tenants.json:3: name: a is also the name of tenants.json:2',
    ],
    ['tenants.yml', '- name: a\n  host: { b: c }\n', 'tenants.yml:1: host: must be text, a number'],
    ['tenants.txt', 'name\na\n', 'must end in .csv, .json, .yaml or .yml'],
  ])('cannot be %s with %j', async (file, content, message) => {
    expect(shown(await catchUserError(() => expanded({ file, content })))).toContain(message);
  });

  it('names what is not there', async () => {
    const loaded = loadedFrom(least);
    expect(shown(await catchUserError(() => readInventoryFile('gone.csv', loaded, {})))).toContain(
      'gone.csv does not exist',
    );
    expect(shown(await catchUserError(() => readInventoryFile('${LIST}', loaded, {})))).toContain(
      'LIST is not set',
    );
  });

  it.each([
    ['a b', template],
    ['ab', { ...template, project: '${tenant.nothing}' }],
    ['ab', { ...template, tenant: 'https://one.eu.qlikcloud.com' }],
  ])('shows fifty problems and counts the rest: %j, %j', async (name, own) => {
    const content = `name,host,region\n${Array.from({ length: 90 }, (_, n) => `${name}${n},h${n},eu\n`).join('')}`;
    const resolved = async () => resolve(await expanded({ content, template: own }), 'ab0', { KEY_EU: 'x' });
    const lines = shown(await catchUserError(resolved)).split('\n');
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toMatch(/and \d+ more problems$/);
  });

  it.each([
    'name,host,region,seats,,\nacme,acme.eu.qlikcloud.com,eu,7,,\n,,,,,\n',
    '\r\n  \r\nname;host;region\r\nacme;acme.eu.qlikcloud.com;eu\r\n;;\r\n',
  ])('is what a spreadsheet leaves around it: %j', async (content) => {
    const loaded = await expanded({ content });
    expect(Object.keys((loaded.value as { environments: object }).environments)).toEqual(['acme']);
    expect(resolve(loaded, 'acme').environment?.labels).toMatchObject({ region: 'eu' });
  });

  it('is read in a straight line from rows and lines, and says where each is', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => ({ name: `t${n}`, host: `t${n}.qlikcloud.com` }));
    rows.push({ name: 'T0', host: '' });
    const content = JSON.stringify(rows, undefined, 1);
    const before = process.cpuUsage().user;
    const error = await catchUserError(() => expanded({ file: 'tenants.json', content }));
    // Looking for each line from the beginning took minutes.
    expect((process.cpuUsage().user - before) / 1_000).toBeLessThan(30_000);
    expect(shown(error)).toContain('tenants.json:40002: name: T0 is also the name of tenants.json:2');
  });
});

describe('a template', () => {
  const content = 'name,id,host,region,plan,secret\nacme,t1,acme.eu.qlikcloud.com,ap-1,gold$$,ACME_Key\n';

  it.each([
    ['${tenant.plan}', 'gold$$$$'],
    ['${tenant.none:-usual}', 'usual'],
    ['$${tenant.plan}', '$${tenant.plan}'],
    ['x-${tenant.name}-${tenant.region}', 'x-acme-ap-1'],
    ['${OWN:-${tenant.name}}', '${OWN:-acme}'],
  ])('has %s', async (written, text) => {
    const loaded = await expanded({ content, template: { ...template, tags: [written] } });
    const own = (loaded.value as { environments: Record<string, { tags: string[] }> }).environments['acme'];
    expect(own?.tags).toEqual([text]);
  });

  it.each([
    ['${KEY_${tenant.region}}', 'KEY_AP_1'],
    ['${KEY_${tenant.region}_${tenant.name}}', undefined],
    ['${${tenant.secret}}', 'ACME_Key'],
    ['${${tenant.name}_KEY}', 'ACME_KEY'],
  ])('takes its secret from %s', async (apiKey, variable) => {
    const loaded = await expanded({ content, template: { ...template, auth: { apiKey } } });
    if (variable === undefined) {
      await expect(async () => resolve(loaded, 'acme')).rejects.toThrow(
        'a secret must not be written in the file',
      );
      return;
    }
    const env = { [variable]: 'the-key' };
    const { displayFile, environment } = resolve(loaded, 'acme', env);
    if (environment?.tenant === undefined) throw new Error('no tenant');
    expect(readConnection(displayFile, environment, environment.tenant, env)).toMatchObject({
      url: 'https://acme.eu.qlikcloud.com',
      credential: { key: { value: 'the-key', from: variable } },
    });
  });

  it.each<readonly [object, string]>([
    [{ auth: { apiKey: '${tenant.secret}' } }, 'fleet.template.auth.apiKey: a secret must not be written'],
    [{ auth: { apiKey: 'literal' } }, 'fleet.template.auth.apiKey: a secret must not be written'],
    [
      { auth: { apiKey: '${${tenant.host}}' } },
      'acme (tenants.csv:2) has something else in the column host than the name of a variable',
    ],
    [
      { tags: ['${tenant.zone}'] },
      'fleet.template.tags[0]: acme (tenants.csv:2) has nothing in the column zone',
    ],
    [{ tenantt: 'x' }, 'fleet.template.tenantt: is an unknown key'],
    [{ auth: {}, tenant: 'https://a b' }, 'fleet.template.tenant'],
    [{ tenant: '${tenant.plan}' }, 'fleet.template.tenant of acme (tenants.csv:2)'],
    [{ labels: { name: 'x' } }, "fleet.template.labels.name: is what labels call the environment's own name"],
    [{ auth: { clientId: 'x' } }, 'fleet.template.auth.clientSecret: is missing'],
    [{ project: 'X_${tenant.name}' }, 'fleet.template.project of acme (tenants.csv:2): must be 1 to 64'],
  ])('cannot have %j', async (own, message) => {
    const run = async () => {
      const loaded = await expanded({ content, template: { tenant: 'https://${tenant.host}', ...own } });
      const { environment, displayFile } = resolve(loaded, 'acme');
      if (environment?.tenant) readConnection(displayFile, environment, environment.tenant, {});
    };
    const said = shown(await catchUserError(run));
    expect(said).toContain(message);
    expect(said).toMatch(/^qlik-sync\.config\.json:\d+:\d+: /);
  });

  it('adds to the labels, and they to it', async () => {
    const labels = { tier: '${tenant.plan}', region: 'all' };
    const loaded = await expanded({
      content: 'name,host,region,plan\na,a.b,eu,gold\n',
      template: { ...template, labels },
    });
    expect(resolve(loaded, 'a').environment?.labels).toEqual({
      host: 'a.b',
      region: 'all',
      plan: 'gold',
      tier: 'gold',
    });
  });

  it('inherits, and may set any key', async () => {
    const own = { ...template, project: 'acme-${tenant.name}', prune: true, protected: true };
    const loaded = await expanded({
      content: 'name,host,region\na,a.b,eu\n',
      template: own,
      more: { tags: ['t'] },
    });
    expect(resolve(loaded, 'a')).toMatchObject({
      project: 'acme-a',
      prune: true,
      tags: ['t'],
      environment: { protected: true },
    });
  });
});

describe('fleet', () => {
  it.each<readonly [unknown, string]>([
    [{ template }, 'fleet.tenants'],
    [{ tenants: { file: 'a.csv' } }, 'fleet.template'],
    [{ template, tenants: {} }, 'fleet.tenants: must have one of file, command and organization'],
    [{ template, tenants: { file: 'a.csv', command: ['x'] } }, 'fleet.tenants: must have one of'],
    [{ template, tenants: { fil: 'a.csv' } }, 'fleet.tenants.fil: is an unknown key (did you mean "file"?)'],
    [{ template, tenants: { command: [] } }, 'fleet.tenants.command: must name a program'],
    [
      { template, tenants: { organization: { auth: { clientId: 'a', clientSecret: 'b' } } } },
      'organization.auth.clientSecret: a secret must not be written',
    ],
    [
      { template, tenants: { organization: { auth: { apiKey: '${K}' } } } },
      'organization.auth.apiKey: is an unknown key',
    ],
    [
      {
        template,
        tenants: {
          organization: { auth: { clientId: 'a', clientSecret: '${B}' }, console: 'https://evil.example' },
        },
      },
      'organization.console: must be the address of a console on this machine',
    ],
    [[], 'fleet: must be an object, not a list'],
    ['x', 'fleet: must be an object'],
  ])('cannot be %j', async (fleet, message) => {
    const loaded = loadedFrom({ ...least, fleet });
    expect(shown(await catchUserError(() => readFleetSource(loaded, { env: {}, ruleIds })))).toContain(
      message,
    );
  });

  it('is left alone where an environment of its own is used', () => {
    const fleet = { template, tenants: { file: '${NOT_SET}' } };
    const loaded = loadedFrom({ ...least, environments: { dev: { tenant: 'a.b' } }, fleet });
    expect(resolve(loaded, 'dev').environment?.name).toBe('dev');
  });
});

describe('a tenant', () => {
  it('with two host names is one', async () => {
    const environments = {
      one: { tenant: 'z.example.com', tenantId: 't1' },
      two: { tenant: 'b.example.com', tenantId: 't1', project: 'other' },
      three: { tenant: 'c.example.com', tenantId: 't2' },
    };
    const loaded = loadedFrom({ ...least, environments });
    expect(sameTenants(loaded, { env: {}, ruleIds })).toEqual(
      new Map([
        ['https://b.example.com', 'https://b.example.com'],
        ['https://z.example.com', 'https://b.example.com'],
      ]),
    );
    expect(resolve(loaded, 'one').environment?.identity).toBe('https://b.example.com');
    expect(resolve(loaded, 'three').environment?.identity).toBeUndefined();
  });

  it('twice with one project is refused', async () => {
    const environments = {
      one: { tenant: 'z.example.com', tenantId: 't1' },
      two: { tenant: 'b.example.com', tenantId: 't1' },
    };
    const error = await catchUserError(() => resolve(loadedFrom({ ...least, environments }), 'one'));
    expect(shown(error)).toContain(
      'environments.two.tenant: is also the tenant of "one", with the same project',
    );
  });

  it('that an environment is written for, too, is refused', async () => {
    const loaded = await expanded({
      content: 'name,host,id,region\na,a.example.com,t1,eu\n',
      more: { environments: { dev: { tenant: 'https://dev.example.com', tenantId: 't1' } } },
    });
    const error = await catchUserError(() => resolve(loaded, 'dev'));
    expect(shown(error)).toContain('fleet.template.tenant of a (tenants.csv:2): is also the tenant of "dev"');
  });
});
