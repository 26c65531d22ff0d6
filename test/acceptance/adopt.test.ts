/** adopt against the sandbox: what is there becomes ours with the content it has, and nothing else happens. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useScene } from './support/scene.js';
import { archiveFiles, extensionFiles } from './support/workspace.js';
import { type Contents, zipOf } from './support/zips.js';

const scene = useScene();
const { qlikSync } = scene;

/** The small extension of the workspace, as somebody else would have uploaded it. */
async function upload(name: string, files: Contents = {}, tags?: readonly string[]): Promise<void> {
  const bytes = await zipOf({ ...archiveFiles(name), ...files });
  await scene.tenant.client.create({ file: { name: 'by-hand.zip', bytes }, ...(tags && { data: { tags } }) });
}

async function planned(): Promise<string> {
  return (await qlikSync('plan')).stdout.split('\n').find((line) => line.startsWith('Plan:')) ?? '';
}

describe('adopt', () => {
  it('after pull, makes the plan empty; applying twice then writes nothing', async () => {
    await upload('kpi', { 'wbfolder.wbl': 'ww' });
    await upload('gauge', {}, ['by-hand']);
    expect((await qlikSync('pull')).code).toBe(0);
    await scene.tenant.takeRequests();
    const { code, stdout, stderr } = await qlikSync('adopt', 'kpi', 'gauge', '--yes');
    expect(code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual(['PATCH', 'PATCH']);
    expect(stdout).toContain('Applied: 0 created, 2 updated');
    expect(stderr).toContain('kpi: from now on without wbfolder.wbl, which no upload takes');
    expect(await planned()).toContain(
      '0 to create, 0 to update, 0 to replace, 0 to delete, 0 blocked, 2 unchanged',
    );
    for (let run = 0; run < 2; run += 1) expect((await qlikSync('apply', '--yes')).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual([]);
    expect((await scene.tenant.find('gauge'))?.tags).toEqual(['by-hand', 'qlik-sync:acme']);
  });

  it('names what a glob matches that is only in a folder', async () => {
    scene.workspace.write({ ...extensionFiles('gauge'), ...extensionFiles('kpi') });
    const nothing = await qlikSync('adopt', '*', '--yes');
    expect([nothing.code, nothing.stderr]).toEqual([
      0,
      expect.stringContaining('Not on the tenant, nothing to adopt: gauge, kpi\n'),
    ]);
    await upload('kpi');
    const some = await qlikSync('adopt', 'k*', '--yes');
    expect(some.stderr).not.toContain('nothing to adopt');
  });

  it('after a pull of an archive that contains our own files, continues without them', async () => {
    const plan = JSON.stringify({ tool: 'qlik-sync/0.1.0', command: 'plan' });
    await upload('kpi', { 'plan.json': plan, 'deploy.log': 'step 1\nqlik-sync plan · prod (config)\n' });
    expect((await qlikSync('pull')).code).toBe(0);
    const { code, stderr } = await qlikSync('adopt', 'kpi', '--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('kpi: from now on without deploy.log, plan.json, which no upload takes');
    expect(await planned()).toContain('0 blocked, 1 unchanged');
  });

  const differs =
    "differs from extensions/kpi: pull takes the tenant's, apply --adopt kpi uploads the folder's";
  const different: readonly [string, Contents, string?][] = [
    ['a file that differs', { 'kpi.js': 'other' }],
    ['a file more', { 'lib/more.js': 'more' }],
    [
      'a library where no upload would take it',
      { 'bower_components/d3/d3.js': 'd3' },
      'includes bower_components/d3/d3.js, which an upload from extensions/kpi leaves out: add "!/extensions/kpi/**/bower_components/" to "ignore" and pull',
    ],
  ];
  it.each(different)('leaves alone what has %s, with the way on', async (_, files, says = differs) => {
    scene.workspace.write(extensionFiles('kpi'));
    await upload('kpi', files);
    await scene.tenant.takeRequests();
    const { code, stdout } = await qlikSync('adopt', 'kpi', '--yes');
    expect(code).toBe(7);
    expect(stdout).toContain(`blocked: its content on the tenant ${says}`);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it.each([
    ['is exit 4, as for pull, for a key that may not download', 403, 4, '403 Forbidden'],
    ['leaves alone what nobody could read just now', 404, 7, 'could not be read'],
  ])('%s', async (_, status, exitCode, words) => {
    scene.workspace.write(extensionFiles('kpi'));
    await upload('kpi');
    const file = { method: 'GET', path: '/api/v1/extensions/*/file', when: 'before', kind: 'status' };
    await scene.tenant.addFaults([{ ...file, times: 99, status }]);
    await scene.tenant.takeRequests();
    const { code, stdout, stderr } = await qlikSync('adopt', 'kpi', '--yes');
    expect(code).toBe(exitCode);
    expect(stdout + stderr).toContain(words);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('takes what another project owns only with an approval', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await upload('kpi', {}, ['qlik-sync:others']);
    expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(6);
    expect((await qlikSync('adopt', 'kpi', '--take-ownership', 'kpi', '--yes')).code).toBe(0);
    const [kpi] = await scene.tenant.client.list();
    expect(kpi?.tags).toEqual(['qlik-sync:acme']);
  });

  it('gives a disowned one its tag back without an upload', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await qlikSync('apply', '--yes');
    await scene.tenant.edit({ name: 'kpi', tags: [] });
    const [before] = await scene.tenant.client.list();
    expect((await qlikSync('adopt', 'kpi', '--yes')).code).toBe(0);
    const [after] = await scene.tenant.client.list();
    expect(after?.tags).toEqual(['qlik-sync:acme']);
    expect(after?.file).toEqual(before?.file);
  });

  it('deploys nothing: neither what is missing nor what changed in the folder', async () => {
    for (const name of ['ours', 'new', 'kpi']) scene.workspace.write(extensionFiles(name));
    await qlikSync('apply', '--yes', 'ours');
    scene.workspace.write(extensionFiles('ours', { code: 'two', version: '2.0.0' }));
    await upload('kpi');
    await scene.tenant.takeRequests();
    const { code, stdout } = await qlikSync('adopt', '*', '--yes');
    expect(code).toBe(7);
    expect(stdout).toMatch(/! ours .*differs from extensions\/ours/);
    expect(await scene.tenant.takeWrites()).toEqual(['PATCH']);
    expect((await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename).sort()).toEqual([
      'kpi',
      'ours',
    ]);
  });

  it('says what to do about names that only one side has', async () => {
    scene.workspace.write(extensionFiles('local'));
    await upload('remote');
    const local = await qlikSync('adopt', 'local', '--yes');
    expect([local.code, local.stderr]).toEqual([
      3,
      expect.stringContaining('qlik-sync apply local creates it'),
    ]);
    const remote = await qlikSync('adopt', 'remote', '--yes');
    expect([remote.code, remote.stderr]).toEqual([
      3,
      expect.stringContaining('qlik-sync pull <name> writes one'),
    ]);
  });

  it('asks, journals and can be undone like any other run', async () => {
    scene.workspace.write(extensionFiles('kpi'));
    await upload('kpi');
    expect((await qlikSync('adopt', 'kpi')).stderr).toContain('qlik-sync adopt kpi --yes');
    expect((await qlikSync('adopt', 'kpi', '--yes', '--json')).stdout).toContain('"command": "adopt"');
    expect(existsSync(join(scene.workspace.folder, '.qlik-sync/runs'))).toBe(true);
    expect((await qlikSync('rollback', '--yes')).code).toBe(0);
    const [kpi] = await scene.tenant.client.list();
    expect([kpi?.tags, kpi?.file?.originalname]).toEqual([[], 'by-hand.zip']);
  });
});
