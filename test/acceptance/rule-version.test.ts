/** What an earlier rule version deployed shows no change by an upgrade of this tool. */

import { describe, expect, it } from 'vitest';
import { ownerTag } from '../../src/core/owner.js';
import { useScene } from './support/scene.js';
import { archiveFiles, extensionFiles } from './support/workspace.js';
import { type Contents, zipOf, zipOfVersion1 } from './support/zips.js';

const scene = useScene();

const noise = { 'desktop.ini': '[.ShellClassInfo]', 'lib/kpi.js~': 'before' };

async function deployByVersion1(contents: Contents): Promise<void> {
  const file = await zipOfVersion1(contents);
  await scene.tenant.client.create({ file, data: { tags: [ownerTag('acme')] } });
  await scene.tenant.takeRequests();
}

function writeFolder(more: Contents): void {
  const added = Object.entries(more).map(([path, content]) => [`extensions/kpi/${path}`, content]);
  scene.workspace.write({ ...extensionFiles('kpi'), ...Object.fromEntries(added) });
}

describe('an extension that rule version 1 deployed', () => {
  const same: readonly [string, Contents, Contents][] = [
    ['without any such file', {}, {}],
    ['with files that are left out now', noise, noise],
    ['before such a file came', {}, noise],
  ];
  it.each(same)('%s is in sync, for one list request', async (_, uploaded, local) => {
    writeFolder(local);
    await deployByVersion1({ ...archiveFiles('kpi'), ...uploaded });
    const result = await scene.succeed('apply', '--yes', '--prune');
    expect(result.stdout).toContain('1 unchanged');
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
    await scene.succeed('drift');
    await scene.succeed('drift', '--verify');
    expect((await scene.tenant.client.list())[0]?.file?.originalname).toMatch(/^qs1-/);
  });

  it.each([
    ['and such a file is gone', noise, {}],
    ['and such a file changed', noise, { 'desktop.ini': 'other' }],
  ] as const)('%s: no drift, one upload that renews the marker, then in sync', async (_, uploaded, local) => {
    writeFolder(local);
    await deployByVersion1({ ...archiveFiles('kpi'), ...uploaded });
    await scene.succeed('drift');
    expect((await scene.succeed('plan')).stdout).toContain('same content, uploaded once to renew its marker');
    await scene.succeed('apply', '--yes');
    expect((await scene.tenant.client.list())[0]?.file?.originalname).toMatch(/^qs2-/);
    expect((await scene.succeed('plan')).stdout).toContain('1 unchanged');
  });

  it('and that a person changed in the administration page is drift', async () => {
    writeFolder(noise);
    await deployByVersion1({ ...archiveFiles('kpi'), ...noise });
    const file = await zipOf(archiveFiles('kpi', { code: 'by hand' }));
    await scene.tenant.edit({ name: 'kpi', file: file.toString('base64') });
    expect((await scene.qlikSync('drift')).code).toBe(2);
    expect((await scene.qlikSync('plan')).stdout).toContain('--overwrite kpi');
  });

  it('and that lost its tag is still ours', async () => {
    writeFolder(noise);
    await deployByVersion1({ ...archiveFiles('kpi'), ...noise });
    await scene.tenant.edit({ name: 'kpi', tags: [] });
    expect((await scene.qlikSync('plan')).stdout).toContain('our archive without our tag');
    await scene.succeed('apply', '--yes', '--adopt', 'kpi');
    expect((await scene.succeed('plan')).stdout).toContain('1 unchanged');
  });

  it('holds its files byte for byte after a pull, and leaves the folder alone', async () => {
    writeFolder(noise);
    await deployByVersion1({ ...archiveFiles('kpi'), ...noise });
    expect((await scene.succeed('pull')).stdout).toContain('unchanged');
    expect(scene.read('extensions/kpi/desktop.ini')).toBe('[.ShellClassInfo]');
  });
});
