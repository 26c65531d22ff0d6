/** A replace that deleted and did not create again: the next run makes it whole, whatever it selects. */

import { beforeEach, describe, expect } from 'vitest';
import { git } from '../git.js';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { useScene } from './support/scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useScene({
  files: { ...extensionFiles('a', { supernova: true }), ...extensionFiles('b') },
});
const { qlikSync } = scene;
const names = (): Promise<readonly unknown[]> => scene.tenant.names();

/** The archive that the tenant held before. */
let held: Buffer;

/** `a` is deleted for a replace, and its create fails until patience runs out. */
beforeEach(async () => {
  await qlikSync('apply', '--yes');
  await scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] });
  held = await scene.tenant.client.downloadArchive('a');
  scene.workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
  await scene.tenant.addFaults([
    { method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 500 },
  ]);
  expect((await qlikSync('apply', '--yes', '--allow-replace', 'a')).code).toBe(5);
  await scene.tenant.clearFaults();
  expect(await names()).toEqual(['b']);
});

const today = new Date().toISOString().slice(0, 10);

describe('an unfinished replace', () => {
  it.each([[[]], [['b']]])('is finished from its folder, selected %j', async (selection) => {
    const result = await qlikSync('apply', '--yes', '--no-cache', ...selection);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(
      `+ a               create   finishes the replace that was interrupted on ${today}\n`,
    );
    const record = await scene.tenant.client.get('a');
    expect(record).toMatchObject({ qextVersion: '2.0.0', supernova: false });
    expect(record.tags).toEqual(['qlik-sync:acme', 'by-hand']);
    expect((await qlikSync('apply', '--yes')).stdout).toContain('Nothing to do.');
  });

  it.each([[[]], [['b']]])(
    'waits where the checkout lacks files of its folder, selected %j',
    async (selection) => {
      const { folder } = scene.workspace;
      scene.workspace.write({ 'extensions/a/a.css': 'a{}\n', '.gitignore': '.qlik-sync/\n' });
      git(folder, 'init', '--quiet');
      git(folder, 'add', '--all');
      git(folder, 'commit', '--quiet', '--message', 'first');
      git(folder, 'sparse-checkout', 'set', '--no-cone', '/*', '!a.css');
      const result = await qlikSync('apply', '--yes', ...selection);
      expect(result.code).toBe(6);
      expect(result.stdout).toContain('the checkout leaves out 1 file of it: a.css; --allow-partial a');
      expect(await names()).toEqual(['b']);
      expect((await qlikSync('apply', '--yes', '--allow-partial', 'a', ...selection)).code).toBe(0);
      expect(await names()).toEqual(['a', 'b']);
    },
  );

  it('is only reported if the folder is gone: perhaps it was deleted on purpose, from another machine', async () => {
    scene.workspace.remove('extensions/a');
    for (const selection of [[], ['b'], ['--prune']]) {
      const result = await qlikSync('apply', '--yes', ...selection);
      expect(result.code).toBe(0);
      expect(result.stdout).toContain(`warning: a was deleted for a replace on ${today}`);
      expect(result.stdout).toContain('qlik-sync rollback a restores its backup');
      expect(await names()).toEqual(['b']);
    }
    expect((await qlikSync('rollback', 'a', '--yes')).code).toBe(0);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(held);
    expect((await scene.tenant.client.get('a')).tags).toEqual(['qlik-sync:acme', 'by-hand']);
    expect((await qlikSync('plan')).stdout).not.toContain('warning:');
  });

  it('is no longer reported after as many days as backups are kept', async () => {
    scene.workspace.remove('extensions/a');
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        backup: { days: 0 },
      }),
    });
    expect((await qlikSync('plan')).stdout).not.toContain('warning:');
  });

  it('is restored with its tags from its backup if its folder is broken', async () => {
    scene.workspace.write({ 'extensions/a/a.qext': '{ "name": ' });
    const result = await qlikSync('apply', '--yes', 'b');
    expect(result.stdout).toContain(`interrupted on ${today}, with its backup`);
    expect((await scene.tenant.client.get('a')).tags).toEqual(['qlik-sync:acme', 'by-hand']);
  });

  it('is restored from its backup if a folder that was not selected is broken', async () => {
    scene.workspace.write({ 'extensions/a/a.qext': '{ "name": ' });
    expect((await qlikSync('apply', '--yes', 'b')).code).toBe(0);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(held);
  });

  it('that nothing can finish is reported, and stops nothing else', async () => {
    scene.workspace.remove('extensions/a');
    await remainsIn(() => scene.workspace.folder).spoil('backups', () => undefined);
    scene.workspace.write(extensionFiles('b', { code: 'two', version: '2.0.0' }));
    const result = await qlikSync('apply', '--yes');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(`warning: a was deleted for a replace on ${today}`);
    expect((await scene.tenant.client.get('b')).qextVersion).toBe('2.0.0');
  });

  it('is not finished if somebody created it meanwhile', async () => {
    await scene.tenant.client.create({ file: { name: 'a.zip', bytes: held }, data: { tags: [] } });
    const result = await qlikSync('plan', 'b');
    expect(result.stdout).toContain('Plan: 0 to create');
    expect(result.stdout).not.toContain('finishes the replace');
  });

  it('that somebody finished is over, also when it is deleted later', async () => {
    const created = { file: { name: 'a.zip', bytes: held }, data: { tags: ['qlik-sync:acme'] } };
    const { id } = await scene.tenant.client.create(created);
    expect((await qlikSync('apply', '--yes', 'b')).stdout).toContain('Nothing to do.');
    await scene.tenant.client.remove(id);
    const result = await qlikSync('apply', '--yes', 'b');
    expect(result.stdout).toContain('Nothing to do.');
    expect(result.stdout).not.toContain('warning:');
    expect(await names()).toEqual(['b']);
    expect((await qlikSync('rollback', '--yes')).code).toBe(0);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(held);
  });

  it('is reported by a rollback of something else', async () => {
    const result = await qlikSync('rollback', 'b', '--yes', '--prune');
    expect(result.stdout).toContain(`warning: a was deleted for a replace on ${today}`);
    expect(await names()).toEqual([]);
  });

  it('can be rolled back instead', async () => {
    const result = await qlikSync('rollback', '--yes');
    expect(result.code).toBe(0);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(held);
  });
});
