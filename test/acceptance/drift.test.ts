/** drift against the sandbox: one word for each way to depart, what hides it, what it costs. */

import { describe, expect, it } from 'vitest';
import { archiveName } from '../../src/core/marker.js';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';
import { zipOf } from './support/zips.js';

const scene = useScene();
const { configure, qlikSync } = scene;

async function deploy(...names: readonly string[]): Promise<void> {
  for (const name of names) scene.workspace.write(extensionFiles(name));
  expect((await qlikSync('apply', '--yes')).code).toBe(0);
  await scene.tenant.takeRequests();
}

function zipFor(name: string, code?: string): Promise<Buffer> {
  const files = Object.entries(extensionFiles(name)).map(([path, content]) => [
    path.slice(`extensions/${name}/`.length),
    content,
  ]);
  return zipOf({ ...Object.fromEntries(files), ...(code !== undefined && { [`${name}.js`]: code }) });
}

async function idOf(name: string): Promise<string> {
  return (await scene.tenant.find(name))?.id ?? '';
}

interface Document {
  readonly drift: readonly {
    readonly name: string;
    readonly kind: string;
    readonly alarm: string;
    readonly tenant?: { readonly userId?: string; readonly updatedAt?: string };
  }[];
  readonly gone: readonly object[];
  readonly expired: readonly object[];
  readonly requests: number;
  readonly unmanaged: number;
}

async function driftJson(code: number, ...args: readonly string[]): Promise<Document> {
  const result = await qlikSync('drift', '--json', ...args);
  expect([result.code, result.stderr]).toEqual([code, '']);
  return JSON.parse(result.stdout) as Document;
}

/** Each kind of drift, as people and programs cause it. */
const causes: readonly [string, () => Promise<unknown>][] = [
  ['changed-on-tenant', () => scene.tenant.editByHand('kpi')],
  ['missing', async () => scene.tenant.client.remove(await idOf('kpi'))],
  ['disowned', () => scene.tenant.edit({ name: 'kpi', tags: [] })],
  ['foreign', () => scene.tenant.edit({ name: 'kpi', tags: ['qlik-sync:others'] })],
  [
    'unmanaged',
    async () => {
      await scene.tenant.editByHand('kpi');
      await scene.tenant.edit({ name: 'kpi', tags: ['x'] });
    },
  ],
  [
    'marker-lost',
    async () => {
      const file = (await zipFor('kpi')).toString('base64');
      await scene.tenant.edit({ name: 'kpi', file, filename: 'by-hand.zip' });
    },
  ],
  ['tags-missing', async () => configure({ tags: ['finance'] })],
  ['extra', async () => scene.workspace.remove('extensions/kpi')],
  ['changed-locally', async () => scene.workspace.write(extensionFiles('kpi', { code: 'two' }))],
];

describe('drift', () => {
  it('names the CI run that looked, as a plan does', async () => {
    await deploy('kpi');
    const job = { CI_JOB_URL: 'https://gitlab.com/acme/charts/-/jobs/42', CI_COMMIT_REF_NAME: 'main' };
    const { stdout } = await scene.qlikSyncWith(job, 'drift', '--json');
    expect(JSON.parse(stdout).source).toMatchObject({ branch: 'main', ci: job.CI_JOB_URL });
  });

  it('reports nothing if both sides are the same, with one request and no write', async () => {
    await deploy('kpi', 'gauge');
    const { code, stdout } = await qlikSync('drift');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'No drift, 0 known, 0 ignored; 2 extensions compared with 1 request, 0 unmanaged.\n',
    );
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
  });

  it('counts what is unmanaged as a plan does, whatever is selected', async () => {
    await deploy('kpi');
    for (const name of ['by-hand', 'other'])
      await scene.tenant.client.create({ file: { name: `${name}.zip`, bytes: await zipFor(name) } });
    expect((await driftJson(0)).unmanaged).toBe(2);
    expect((await qlikSync('drift', 'kpi')).stdout).toMatch(/ 1 extension compared .*, 2 unmanaged\.\n$/);
    expect((await qlikSync('plan')).stdout).toContain(', 2 unmanaged.\n');
    for (const command of ['drift', 'plan']) {
      expect((await qlikSync(command)).stdout).not.toContain('by-hand');
      expect((await qlikSync(command, '-v')).stdout).toContain('\nunmanaged: by-hand, other\n');
    }
    scene.workspace.write(extensionFiles('other'));
    expect((await driftJson(2)).unmanaged).toBe(1);
  });

  it.each(causes)('shows %s', async (kind, cause) => {
    await deploy('kpi', 'gauge');
    if (kind === 'tags-missing') {
      scene.workspace.remove('extensions/gauge');
      await scene.tenant.client.remove(await idOf('gauge'));
    }
    await cause();
    await scene.tenant.takeRequests();
    const told = await driftJson(2);
    expect(told.drift.map((item) => [item.name, item.kind, item.alarm])).toEqual([['kpi', kind, 'new']]);
    const requests = await scene.tenant.takeRequests();
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    const isUnmarked = kind === 'changed-on-tenant' || kind === 'marker-lost';
    expect(requests.length).toBe(isUnmarked ? 2 : 1);
    expect(told.requests).toBe(requests.length);
  });

  it('names who, when and the versions, as far as the record has them', async () => {
    await deploy('kpi');
    await scene.tenant.editByHand('kpi');
    const [item] = (await driftJson(2)).drift;
    expect(item?.tenant?.userId).toMatch(/./);
    const { stdout } = await qlikSync('drift');
    const { updatedAt, userId } = item?.tenant ?? {};
    expect(stdout).toContain(
      `its content is not what this project deployed; last change ${updatedAt}, user ${userId}; folder 1.0.0, tenant 1.0.0\n`,
    );
    expect(stdout).toContain('Drift: 1 difference from the folders, 0 known, 0 ignored');
  });

  it('looks at the selection only', async () => {
    await deploy('kpi', 'gauge');
    await scene.tenant.editByHand('kpi');
    await driftJson(0, 'gauge');
    expect((await driftJson(2, 'k*')).drift.map(({ name }) => name)).toEqual(['kpi']);
    expect((await qlikSync('drift', 'nobody')).code).toBe(3);
  });

  it('counts what the config permits to overwrite or keep', async () => {
    await deploy('kpi');
    await scene.tenant.editByHand('kpi');
    configure({ onDrift: 'skip', prune: true });
    expect((await driftJson(2)).drift.map(({ kind }) => kind)).toEqual(['changed-on-tenant']);
  });

  it('--verify detects other bytes under our name, and accepts another packing of the same content', async () => {
    await deploy('kpi', 'gauge');
    const digests = new Map(
      (JSON.parse((await qlikSync('validate', '--json')).stdout) as Validated).extensions.map((each) => [
        each.name,
        each.digest,
      ]),
    );
    const forge = async (name: string, code?: string): Promise<void> => {
      const bytes = await zipFor(name, code);
      const md5 = (await import('node:crypto')).createHash('md5').update(bytes).digest('hex');
      const filename = archiveName(digests.get(name) ?? '', md5);
      await scene.tenant.edit({ name, file: bytes.toString('base64'), filename });
    };
    await forge('kpi', 'somebody was here');
    await forge('gauge');
    await driftJson(0);
    const { drift } = await driftJson(2, '--verify');
    expect(drift.map(({ name, kind }) => [name, kind])).toEqual([['kpi', 'changed-on-tenant']]);
  });
});

interface Validated {
  readonly extensions: readonly { readonly name: string; readonly digest: string }[];
}

describe('known drift', () => {
  it('driftIgnore hides until its last day, and an expired entry is reported', async () => {
    await deploy('kpi-a', 'kpi-b');
    await scene.tenant.editByHand('kpi-a');
    configure({ driftIgnore: [{ name: 'kpi-*', reason: 'a trial', until: '2999-12-31' }] });
    expect((await driftJson(0)).drift.map(({ alarm }) => alarm)).toEqual(['ignored']);
    expect((await qlikSync('drift')).stdout).toContain('(ignored until 2999-12-31: a trial)');
    configure({ driftIgnore: [{ name: 'kpi-*', reason: 'a trial', until: '2020-01-31' }] });
    expect((await driftJson(2)).expired).toEqual([{ name: 'kpi-*', reason: 'a trial', until: '2020-01-31' }]);
    expect((await qlikSync('drift')).stdout).toContain('ended on 2020-01-31');
  });

  const mistakes: readonly [string, object, RegExp][] = [
    ['no reason', { name: 'a', until: '2026-12-31' }, /driftIgnore\[0\]\.?reason/],
    ['no end', { name: 'a', reason: 'b' }, /driftIgnore\[0\]\.?until/],
    ['no day', { name: 'a', reason: 'b', until: '2026-02-30' }, /must be a day such as/],
    ['a key too many', { name: 'a', reason: 'b', until: '2026-12-31', raeson: 'c' }, /raeson.*unknown key/],
  ];
  it.each(mistakes)('an entry with %s is a mistake', async (_, entry, words) => {
    configure({ driftIgnore: [entry] });
    const { code, stderr } = await qlikSync('drift');
    expect(code).toBe(3);
    expect(stderr).toMatch(words);
  });

  it('--baseline raises an alarm for new drift, and reports what is resolved', async () => {
    await deploy('kpi', 'gauge');
    await scene.tenant.editByHand('kpi');
    scene.workspace.write({ 'baseline.json': (await qlikSync('drift', '--json')).stdout });
    expect((await driftJson(0, '--baseline', 'baseline.json')).drift.map(({ alarm }) => alarm)).toEqual([
      'known',
    ]);
    await scene.tenant.editByHand('gauge');
    expect(
      (await driftJson(2, '--baseline', 'baseline.json')).drift.map(({ name, alarm }) => [name, alarm]),
    ).toEqual([
      ['gauge', 'new'],
      ['kpi', 'known'],
    ]);
    await scene.tenant.editByHand('kpi', 'and again');
    expect((await driftJson(2, 'kpi', '--baseline', 'baseline.json')).drift[0]?.alarm).toBe('new');
    expect((await qlikSync('apply', '--yes', '--on-drift', 'overwrite')).code).toBe(0);
    expect((await driftJson(0, '--baseline', 'baseline.json')).gone).toEqual([
      { name: 'kpi', kind: 'changed-on-tenant' },
    ]);
  });

  it('--baseline reads what the shells of Windows write, or says what to do', async () => {
    await deploy('kpi');
    await scene.tenant.editByHand('kpi');
    const { stdout } = await qlikSync('drift', '--json');
    scene.workspace.write({ 'baseline.json': `\uFEFF${stdout}` });
    expect((await driftJson(0, '--baseline', 'baseline.json')).drift[0]?.alarm).toBe('known');
    scene.workspace.write({ 'baseline.json': Buffer.from(`\uFEFF${stdout}`, 'utf16le') });
    const { code, stderr } = await qlikSync('drift', '--baseline', 'baseline.json');
    expect(code).toBe(3);
    expect(stderr).toContain("--baseline baseline.json is UTF-16, as PowerShell's > writes it.");
    expect(stderr).toContain('qlik-sync drift --report json=baseline.json writes one.');
    expect((await qlikSync('drift', '--report', 'json=baseline.json')).code).toBe(2);
    expect((await driftJson(0, '--baseline', 'baseline.json')).drift[0]?.alarm).toBe('known');
  });

  it('--baseline names the command that writes one, for the same tenant', async () => {
    const { code, stderr } = await qlikSync('drift', '--sandbox', '--baseline', 'none.json');
    expect(code).toBe(3);
    expect(stderr).toContain('qlik-sync drift --report json=none.json --sandbox writes one.');
  });

  const unusable: readonly [string, (good: string) => string | undefined, RegExp][] = [
    ['that is not there', () => undefined, /cannot be read: it does not exist/],
    ['that is no JSON', () => 'x', /not what drift --json prints/],
    [
      'of a newer version',
      (good) => good.replace('"schemaVersion": 1', '"schemaVersion": 2'),
      /newer version/,
    ],
    ['of another project', (good) => good.replace('"acme"', '"other"'), /of the project other/],
    ['of another tenant', (good) => good.replace('127.0.0.1', 'example.com'), /is of http:\/\/example\.com/],
  ];
  it.each(unusable)('a baseline %s is refused', async (_, spoil, words) => {
    await deploy('kpi');
    const text = spoil((await qlikSync('drift', '--json')).stdout);
    if (text !== undefined) scene.workspace.write({ 'baseline.json': text });
    const { code, stderr } = await qlikSync('drift', '--baseline', 'baseline.json');
    expect(code).toBe(3);
    expect(stderr).toMatch(words);
  });
});
