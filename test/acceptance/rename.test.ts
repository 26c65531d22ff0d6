/** A delete and a create that share most content: one change of identity, which needs its own approval. */

import { beforeEach, describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

/** On the tenant: old-gauge, b, c, d. In the folders all but old-gauge. */
const scene = useScene();
const { qlikSync } = scene;

beforeEach(async () => {
  for (const name of ['old-gauge', 'b', 'c', 'd']) write(name);
  await qlikSync('apply', '--yes');
  scene.workspace.remove('extensions/old-gauge');
  await scene.tenant.takeRequests();
});

/** `of`: the extension whose large file it has. */
function write(name: string, of = name): void {
  scene.workspace.write({
    ...extensionFiles(name),
    [`extensions/${name}/lib/chart.js`]: `// ${of}\n`.repeat(100),
  });
}

async function paths(): Promise<readonly string[]> {
  return (await scene.tenant.takeRequests()).map(
    ({ method, path }) => `${method} ${path.replace(/[\w-]{32}/, 'ID')}`,
  );
}

describe('a probable rename', () => {
  it('is shown as one change and blocked on both sides, while the rest is done', async () => {
    write('new-gauge', 'old-gauge');
    scene.workspace.write(extensionFiles('b', { code: 'two', version: '2.0.0' }));
    const result = await qlikSync('apply', '--yes', '--prune');
    expect(result.code).toBe(6);
    expect(result.stdout).toContain(
      '  ! old-gauge → new-gauge  rename   create and delete blocked: sheets that use old-gauge break, since new-gauge takes its place; --allow-rename new-gauge permits it\n',
    );
    expect(result.stdout).toContain('Plan: 0 to create, 1 to update, 0 to replace, 0 to delete, 2 blocked');
    expect(result.stdout.match(/old-gauge →/g)).toHaveLength(1);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd', 'old-gauge']);
  });

  it.each(['old-gauge', 'new-gauge'])(
    'goes on when allowed by %s: create first, delete last',
    async (name) => {
      write('new-gauge', 'old-gauge');
      const result = await qlikSync('apply', '--yes', '--prune', '--allow-rename', name);
      expect(result.code).toBe(0);
      expect(result.stdout).toContain('+ old-gauge → new-gauge  rename   new, 3 files');
      const writes = (await paths()).filter((path) => !path.startsWith('GET'));
      expect(writes).toEqual(['POST /api/v1/extensions', 'DELETE /api/v1/extensions/ID']);
      expect(await scene.tenant.names()).toEqual(['b', 'c', 'd', 'new-gauge']);
    },
  );

  it('is in the document too', async () => {
    write('new-gauge', 'old-gauge');
    const { stdout } = await qlikSync('plan', '--prune', '--json');
    const { changes } = JSON.parse(stdout);
    const named = (name: string) => changes.find((change: { readonly name: string }) => change.name === name);
    expect(named('new-gauge')).toMatchObject({ rename: { from: 'old-gauge' }, blocked: { rail: 'rename' } });
    expect(named('old-gauge')).toMatchObject({ rename: { to: 'new-gauge' }, blocked: { rail: 'rename' } });
  });

  it('is not a rename if the contents differ', async () => {
    write('other');
    const result = await qlikSync('apply', '--yes', '--prune');
    expect(result.code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd', 'other']);
  });

  it('is looked for only if something goes and something comes', async () => {
    await qlikSync('plan', '--prune', '--no-cache');
    expect(await paths()).toEqual(['GET /api/v1/extensions']);
    write('new-gauge', 'old-gauge');
    await qlikSync('plan', '--no-cache');
    expect(await paths()).toEqual(['GET /api/v1/extensions']);
    await qlikSync('plan', '--prune', '--no-cache');
    expect(await paths()).toEqual(['GET /api/v1/extensions', 'GET /api/v1/extensions/ID/file']);
  });

  it('that is uncertain causes a warning, and waits for an approval of its own', async () => {
    write('new-gauge', 'old-gauge');
    const forbidden = {
      method: 'GET',
      path: '*/file',
      times: 9,
      when: 'before',
      kind: 'status',
      status: 403,
    };
    await scene.tenant.addFaults([forbidden]);
    const args = ['apply', '--yes', '--prune', '--no-cache', '--no-backup'];
    const refused = await qlikSync(...args);
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('could not be compared with what would be created');
    expect(refused.stdout).toMatch(
      /! old-gauge .*it could not be compared with new-gauge.*--allow-rename old-gauge/,
    );
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd', 'old-gauge']);
    expect((await qlikSync(...args, '--allow-rename', 'old-gauge')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd', 'new-gauge']);
  });

  it('that is uncertain stops no delete if nothing comes', async () => {
    await scene.tenant.addFaults([{ method: 'GET', path: '*/file', times: 9, kind: 'status', status: 403 }]);
    expect((await qlikSync('apply', '--yes', '--prune', '--no-cache', '--no-backup')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd']);
  });
});

describe('folders that were not read completely', () => {
  const config = (extensions: readonly string[]): void =>
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions }) });

  it('a pattern that matches nothing refuses deletes, and nothing else', async () => {
    config(['extensions/*', 'maps/*']);
    const refused = await qlikSync('apply', '--yes', '--prune');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(
      'would delete 1 of the project\'s 4, while "maps/*" in "extensions" matches no folder',
    );
    expect(refused.stderr).toContain('--allow-empty');
    expect(await scene.tenant.names()).toHaveLength(4);
    expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect((await qlikSync('apply', '--yes', '--prune', '--allow-empty')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd']);
  });

  it('a pattern whose rule is off refuses as well', async () => {
    const rules = { 'no-match': 'off' };
    const extensions = ['extensions/*', 'maps/*'];
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions, rules }),
    });
    expect((await qlikSync('apply', '--yes', '--prune')).code).toBe(6);
  });

  it('a folder that is named and missing is an error, unless the project is meant to be empty', async () => {
    config(['extensions/*', 'maps']);
    const refused = await qlikSync('apply', '--yes', '--prune', '--allow-deletes=1');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('"maps" does not exist');
    expect(await scene.tenant.names()).toHaveLength(4);
    expect((await qlikSync('apply', '--yes', '--prune', '--allow-empty')).code).toBe(0);
    expect(await scene.tenant.names()).toEqual(['b', 'c', 'd']);
  });

  it.each([
    ['its folder lost its .qext', { 'extensions/old-gauge/old-gauge.js': 'x' }, {}],
    [
      'a folder waits for its build',
      { 'extensions/gauge-src/package.json': '{}' },
      { 'no-manifest': 'warning' },
    ],
  ])('nothing is deleted where %s', async (_row, files, rules) => {
    scene.workspace.write(files);
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({ project: 'acme', extensions: ['extensions/*'], rules }),
    });
    const result = await qlikSync('apply', '--yes', '--prune');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain('kept: it may be in extensions/');
    expect(await scene.tenant.names()).toContain('old-gauge');
  });

  it('a folder of other things stops no delete', async () => {
    scene.workspace.write({ 'extensions/shared/common.js': 'x' });
    expect((await qlikSync('apply', '--yes', '--prune')).code).toBe(0);
    expect(await scene.tenant.names()).not.toContain('old-gauge');
  });
});
