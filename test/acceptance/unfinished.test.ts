/** A replace that deleted and did not create again: the next run makes it whole, whatever it selects. */

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { createWorkspace, extensionFiles, type Result, simpleConfig, type Workspace } from './workspace.js';

let workspace: Workspace;
let tenant: TestTenant;
/** The archive that the tenant held before. */
let held: Buffer;

/** `a` is deleted for a replace, and its create fails until patience runs out. */
beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('a', { supernova: true }), ...extensionFiles('b') });
  tenant = await openTestTenant();
  await qlikSync('apply', '--yes');
  await tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] });
  held = await tenant.client.downloadArchive('a');
  workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
  await tenant.addFaults([
    { method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 500 },
  ]);
  expect((await qlikSync('apply', '--yes', '--allow-replace', 'a')).code).toBe(5);
  await fetch(`${tenant.sandbox.url}/__sandbox/faults`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${tenant.sandbox.apiKey}` },
  });
  expect(await names()).toEqual(['b']);
});
afterEach(async () => {
  await tenant.close();
  workspace.dispose();
});

function qlikSync(...args: readonly string[]): Promise<Result> {
  return runInProcess(args, { cwd: workspace.folder, env: tenant.env });
}

async function names(): Promise<readonly unknown[]> {
  return (await tenant.client.list()).map(({ qextFilename }) => qextFilename).sort();
}

const today = new Date().toISOString().slice(0, 10);

describe('an unfinished replace', () => {
  it.each([[[]], [['b']]])('is finished from its folder, selected %j', async (selection) => {
    const result = await qlikSync('apply', '--yes', '--no-cache', ...selection);
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(
      `+ a               create   finishes the replace that was interrupted on ${today}\n`,
    );
    const record = await tenant.client.get('a');
    expect(record).toMatchObject({ qextVersion: '2.0.0', supernova: false });
    expect(record.tags).toEqual(['qlik-sync:acme', 'by-hand']);
    expect((await qlikSync('apply', '--yes')).stdout).toContain('Nothing to do.');
  });

  it('is restored from its backup where the folder is gone, and then is an orphan like any other', async () => {
    workspace.remove('extensions/a');
    const result = await qlikSync('apply', '--yes', 'b');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(`interrupted on ${today}, with its backup`);
    expect(await tenant.client.downloadArchive('a')).toEqual(held);
    expect((await tenant.client.get('a')).tags).toEqual(['qlik-sync:acme', 'by-hand']);
    expect((await qlikSync('plan')).stdout).toContain('= a               keep');
    expect((await qlikSync('apply', '--yes', '--prune')).code).toBe(0);
    expect(await names()).toEqual(['b']);
    expect((await qlikSync('apply', '--yes', '--prune')).stdout).toContain('Nothing to do.');
  });

  it('is restored from its backup where a folder that was not selected is broken', async () => {
    workspace.write({ 'extensions/a/a.qext': '{ "name": ' });
    expect((await qlikSync('apply', '--yes', 'b')).code).toBe(0);
    expect(await tenant.client.downloadArchive('a')).toEqual(held);
  });

  it('that nothing can finish is said, and stops nothing else', async () => {
    workspace.remove('extensions/a');
    const backups = join(workspace.folder, '.qlik-sync/backups');
    for (const folder of readdirSync(backups)) rmSync(join(backups, folder), { recursive: true });
    workspace.write(extensionFiles('b', { code: 'two', version: '2.0.0' }));
    const result = await qlikSync('apply', '--yes');
    expect(result.code).toBe(0);
    expect(result.stdout).toContain(`warning: a was deleted for a replace on ${today}`);
    expect((await tenant.client.get('b')).qextVersion).toBe('2.0.0');
  });

  it('is not taken up where somebody created it meanwhile', async () => {
    await tenant.client.create({ file: { name: 'a.zip', bytes: held }, data: { tags: [] } });
    const result = await qlikSync('plan', 'b');
    expect(result.stdout).toContain('Plan: 0 to create');
    expect(result.stdout).not.toContain('finishes the replace');
  });

  it('can be rolled back instead', async () => {
    const result = await qlikSync('rollback', '--yes');
    expect(result.code).toBe(0);
    expect(await tenant.client.downloadArchive('a')).toEqual(held);
  });
});
