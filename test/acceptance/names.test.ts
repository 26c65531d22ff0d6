/** Names that break things elsewhere, and the odd tenants and projects of acceptance 4. */

import { describe, expect, it } from 'vitest';
import { runInProcess } from './support/in-process.js';
import { handMade } from './support/race-scene.js';
import { useScene } from './support/scene.js';
import { configWith, createWorkspace, extensionFiles, type Result } from './support/workspace.js';

const scene = useScene({ files: configOf('acme') });

function configOf(project: string): Readonly<Record<string, string>> {
  return configWith({ project, maxDeletePercent: 100 });
}

const run = (args: readonly string[], folder = scene.workspace): Promise<Result> =>
  runInProcess(args, { cwd: folder.folder, env: scene.tenant.env });
const apply = (...more: readonly string[]): Promise<Result> => run(['apply', '--yes', ...more]);
const writes = (): Promise<readonly string[]> => scene.tenant.takeWrites();

const find = (name: string) => scene.tenant.find(name);

describe('a name', () => {
  const names = [
    'größe',
    'a"b',
    "it's",
    '-x',
    '--prune',
    'two words',
    'a.b.c',
    'a..b',
    'a%2Fb',
    '日本語',
    'a;b&c',
    '$HOME',
    'CON',
  ];

  const folder = 'extensions/named';

  it.each(names)('%s lives: created, in sync, updated by name, deleted', async (name) => {
    scene.workspace.write({ ...extensionFiles(name, { folder }), ...extensionFiles('stays') });
    expect((await apply()).code).toBe(0);
    expect(await find(name)).toBeDefined();
    await scene.tenant.takeRequests();
    expect((await apply()).code).toBe(0);
    expect(await writes()).toEqual([]);
    scene.workspace.write(extensionFiles(name, { code: 'two', version: '2.0.0', folder }));
    const updated = await apply('--', name);
    expect([updated.code, updated.stderr]).toEqual([0, expect.stringContaining('updated')]);
    scene.workspace.remove(folder);
    expect((await apply('--prune')).code).toBe(0);
    expect(await find(name)).toBeUndefined();
    expect(await find('stays')).toBeDefined();
  });

  it('in two Unicode forms is one name', async () => {
    const files = Object.entries(extensionFiles('größe', { folder }));
    const inForm = (form: 'NFC' | 'NFD'): Record<string, string> =>
      Object.fromEntries(files.map(([path, content]) => [path.normalize(form), content]));
    scene.workspace.write(inForm('NFD'));
    expect((await apply()).code).toBe(0);
    expect(await find('größe'.normalize('NFC'))).toBeDefined();
    scene.workspace.remove(folder);
    scene.workspace.write(inForm('NFC'));
    await scene.tenant.takeRequests();
    expect((await apply()).code).toBe(0);
    expect(await writes()).toEqual([]);
  });

  it.each(['..', '.'])('%s of a record is never part of a path', async (name) => {
    const good = await scene.tenant.client.create({
      data: { name: 'x', qextFilename: name, tags: ['qlik-sync:acme'] },
    });
    scene.workspace.write(extensionFiles('kpi'));
    await scene.tenant.takeRequests();
    await apply('--prune', '--no-backup');
    const paths = (await scene.tenant.takeRequests()).map(({ path }) => path);
    const allowed = [
      '/api/v1/extensions',
      `/api/v1/extensions/${good.id}`,
      `/api/v1/extensions/${good.id}/file`,
    ];
    expect(
      paths.filter((path) => !allowed.includes(path) && !/^\/api\/v1\/extensions\/[\w-]{32}/.test(path)),
    ).toEqual([]);
  });
});

describe('a rename by case alone', () => {
  it('is refused completely, in the folders and against the tenant', async () => {
    scene.workspace.write(extensionFiles('Kpi'));
    expect((await apply()).code).toBe(0);
    const before = await scene.tenant.client.list();
    scene.workspace.remove('extensions/Kpi');
    scene.workspace.write(extensionFiles('kpi', { code: 'two' }));
    for (const flags of [[], ['--prune'], ['--prune', '--allow-rename', 'kpi']]) {
      await scene.tenant.takeRequests();
      const { code, stderr } = await apply(...flags);
      expect(code).toBe(6);
      expect(stderr).toContain('Kpi and kpi differ only in case');
      expect(await writes()).toEqual([]);
    }
    expect(await scene.tenant.client.list()).toEqual(before);
  });
});

describe('two projects on one tenant', () => {
  it('leave each other alone, whatever they prune', async () => {
    const other = createWorkspace();
    other.write({ ...configOf('others'), ...extensionFiles('theirs'), ...extensionFiles('both') });
    scene.workspace.write({ ...extensionFiles('ours'), ...extensionFiles('stays') });
    try {
      expect((await run(['apply', '--yes', '--prune'], other)).code).toBe(0);
      expect((await apply('--prune')).code).toBe(0);
      scene.workspace.write(extensionFiles('both', { code: 'of the other project' }));
      const taken = await apply('--prune');
      expect([taken.code, taken.stdout]).toEqual([6, expect.stringContaining('belongs to project others')]);
      expect((await apply('--prune', '--adopt', 'both')).code).toBe(6);
      scene.workspace.remove('extensions/ours');
      expect((await apply('--prune')).code).toBe(6);
      const names = (await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename).sort();
      expect(names).toEqual(['both', 'stays', 'theirs']);
      expect((await run(['plan'], other)).stdout).toContain('2 unchanged');
    } finally {
      other.dispose();
    }
  });
});

describe('a tenant that keeps no tags', () => {
  it('is found at the first create: one record, exit 5, and nothing after it', async () => {
    await scene.reopenTenant({ tags: 'drop' });
    scene.workspace.write({ ...extensionFiles('a'), ...extensionFiles('b'), ...extensionFiles('c') });
    const { code, stdout } = await apply();
    expect(code).toBe(5);
    expect(stdout).toContain('did not keep qlik-sync:acme');
    expect((await writes()).filter((method) => method === 'POST')).toEqual(['POST']);
    expect(await scene.tenant.client.list()).toHaveLength(1);
    await scene.tenant.takeRequests();
    const again = await apply();
    expect(again.code).not.toBe(0);
    expect(await scene.tenant.client.list()).toHaveLength(2);
  });
});

describe('an archive that somebody edited', () => {
  it('and uploaded again under our own archive name is drift, not ours', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    expect((await apply()).code).toBe(0);
    const ours = (await find('kpi'))?.file?.originalname ?? '';
    expect(ours).toMatch(/^qs2-/);
    await scene.tenant.edit({ name: 'kpi', file: await handMade('kpi'), filename: ours });
    const edited = await find('kpi');
    expect(edited?.file?.originalname).toBe(ours);
    const stopped = await apply();
    expect([stopped.code, stopped.stdout]).toEqual([7, expect.stringContaining('--overwrite kpi')]);
    expect((await find('kpi'))?.file?.md5).toBe(edited?.file?.md5);
    expect((await apply('--overwrite', 'kpi')).code).toBe(0);
    expect((await find('kpi'))?.file?.originalname).toBe(ours);
  });
});
