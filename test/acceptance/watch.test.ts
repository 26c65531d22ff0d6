/** watch against the sandbox, with real files and real events: what is saved, and how. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from './support/in-process.js';
import { kpiSynced, mapSynced, useWatchScene } from './support/watch-scene.js';
import { extensionFiles } from './support/workspace.js';

const scene = useWatchScene();

describe('watch', () => {
  it('starts with what differs, then uploads each save once', async () => {
    const { next } = await scene.watch();
    await next({ event: 'synced', name: 'kpi', action: 'create' });
    await next({ event: 'synced', name: 'map', action: 'create' });
    await scene.tenant.takeRequests();
    scene.save('kpi', 'two');
    expect(await next(kpiSynced)).toMatchObject({
      action: 'update',
      message: 'content changed, version still 1.0.0',
    });
    expect(await scene.stored('kpi')).toContain('two');
    const requests = (await scene.tenant.takeRequests()).filter(({ path }) => !path.includes('/file'));
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('watches only what is selected', async () => {
    const { next, events } = await scene.watch('kpi');
    await next(kpiSynced);
    scene.save('map', 'not selected');
    scene.save('kpi', 'two');
    await next({ ...kpiSynced, action: 'update' });
    expect(events.some(({ name }) => name === 'map')).toBe(false);
    expect((await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename)).toEqual(['kpi']);
  });

  it.each(['later', 'lat*'])('waits for %s, which a build may bring, and for nothing else', async (given) => {
    mkdirSync(join(scene.workspace.folder, 'extensions/later'));
    const { next } = await scene.watch('kpi', given);
    await next({ event: 'waiting', name: given });
    await next(kpiSynced);
    scene.save('later', 'one');
    await next({ event: 'synced', name: 'later', action: 'create' });
    if (given !== 'later') await next({ event: 'resumed', name: given });
  });

  it('waits for what was named and is gone', async () => {
    const { next } = await scene.watch('kpi', 'map');
    await next(mapSynced);
    rmSync(join(scene.workspace.folder, 'extensions/map'), { recursive: true });
    await next({
      event: 'waiting',
      name: 'map',
      message: 'no folder has an extension of this name (known: kpi)',
    });
    scene.save('kpi', 'two');
    await next({ ...kpiSynced, action: 'update' });
  });

  it.each([['kpl'], ['x-*'], ['kpi', 'nosuch'], ['theme:kpi']])(
    'ends at once where %s matches nothing, and nothing is to come',
    async (...names) => {
      const { code, stdout, stderr } = await runInProcess(['watch', ...names], {
        cwd: scene.workspace.folder,
        env: scene.tenant.env,
      });
      expect([code, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/(kpl|x-\*|nosuch) matches no extension|theme:kpi matches no theme/);
      expect(await scene.tenant.client.list()).toEqual([]);
    },
  );

  it('says the reload hint once', async () => {
    const { next, events } = await scene.watch();
    await next({ event: 'hint' });
    for (const code of ['two', 'three']) {
      scene.save('kpi', code);
      await next({ ...kpiSynced, action: 'update' });
    }
    expect(events.filter(({ event }) => event === 'hint')).toHaveLength(1);
  });
});

describe('a save under watch', () => {
  it.each([
    [
      'vim: backup, write to another file, rename',
      (file: string) => {
        writeFileSync(join(file, '../4913'), '');
        rmSync(join(file, '../4913'));
        renameSync(file, `${file}~`);
        writeFileSync(file, 'define([], () => "saved");');
        rmSync(`${file}~`);
      },
    ],
    ['VS Code: written in place', (file: string) => writeFileSync(file, 'define([], () => "saved");')],
    ['sed -i', (file: string) => execFileSync('sed', ['-i', 's/one/saved/', file])],
    [
      'atomic: write beside, rename over',
      (file: string) => {
        writeFileSync(`${file}.tmp`, 'define([], () => "saved");');
        renameSync(`${file}.tmp`, file);
      },
    ],
  ])('%s: exactly one upload', async (_row, edit) => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    await next(mapSynced);
    await scene.tenant.takeRequests();
    edit(join(scene.workspace.folder, 'extensions/kpi/kpi.js'));
    await next(kpiSynced);
    // A second upload would come before that of a later save of another extension has its own answer.
    scene.save('map', 'later');
    await next(mapSynced);
    const writes = (await scene.tenant.takeRequests()).filter(({ method }) => method === 'PATCH');
    expect(writes).toHaveLength(2);
    expect(await scene.stored('kpi')).toContain('saved');
  });

  it('that is half-built is waited for without an error', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.write({ 'extensions/kpi/kpi.js': '' });
    expect(await next({ event: 'waiting', name: 'kpi' })).toMatchObject({
      message: expect.stringContaining('kpi.js'),
    });
    scene.workspace.write({ 'extensions/kpi/kpi.qext': '{ "name": ' });
    await next({ event: 'waiting', name: 'kpi' });
    scene.workspace.write({ ...extensionFiles('kpi', { code: 'whole' }) });
    await next(kpiSynced);
    expect(await scene.stored('kpi')).toContain('whole');
  });
});

describe('a script that a bundler wrote after a mistake', () => {
  // As webpack 5.113.0 leaves it in development, where it writes although it failed.
  const broken =
    'define(() => {throw new SyntaxError("Module parse failed: Unexpected token (2:0)\\nFile");});\n';

  it('is waited for, and the tenant stays unchanged', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.write({ 'extensions/kpi/kpi.js': broken });
    expect(await next({ event: 'waiting', name: 'kpi' })).toMatchObject({
      message: expect.stringContaining('kpi.js:1: A module of this file failed to build'),
    });
    expect(await scene.stored('kpi')).toContain('one');
    scene.save('kpi', 'mended');
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('mended');
  });
});

describe('a module that is missing under watch', () => {
  const waiting = { event: 'waiting', name: 'kpi' };
  const stub = "define(['./dist/kpi'], (kpi) => kpi);\n";

  it('is waited for, and the tenant stays unchanged', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.write({ 'extensions/kpi/kpi.js': stub });
    expect(await next(waiting)).toMatchObject({ message: expect.stringContaining('dist/kpi.js') });
    expect(await scene.stored('kpi')).toContain('one');
    scene.workspace.write({ 'extensions/kpi/dist/kpi.js': "define(['./view'], () => ({ paint() {} }));\n" });
    expect(await next(waiting)).toMatchObject({ message: expect.stringContaining('dist/view.js') });
    scene.workspace.write({ 'extensions/kpi/dist/view.js': 'define([], () => 1);\n' });
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('./dist/kpi');
  });

  it('is waited for when a build empties its folder', async () => {
    scene.workspace.write({
      'extensions/kpi/kpi.js': stub,
      'extensions/kpi/dist/kpi.js': 'define([], () => 1);\n',
    });
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.remove('extensions/kpi/dist');
    await next(waiting);
    scene.workspace.write({ 'extensions/kpi/dist/kpi.js': 'define([], () => 2);\n' });
    await next({ ...kpiSynced, action: 'update' });
  });
});

describe('a file that only code names', () => {
  const worker = { 'extensions/kpi/worker.js': 'onmessage = () => 1;' };
  const storedWorker = (): Promise<string> =>
    scene.tenant.client.downloadFile('kpi', 'worker.js').then(({ bytes }) => bytes.toString());

  it('is waited for while a build has removed it, from the first look on', async () => {
    scene.workspace.write({
      ...worker,
      'extensions/kpi/kpi.js': "define([], () => ({ paint() { new Worker('worker.js'); } }));",
    });
    const before = await scene.watch();
    await before.next(kpiSynced);
    await before.interrupt();
    const { next, events } = await scene.watch();
    scene.workspace.remove('extensions/kpi/worker.js');
    expect(await next({ event: 'waiting', name: 'kpi' })).toMatchObject({
      message: expect.stringContaining('worker.js is gone, and kpi.js names it'),
    });
    scene.workspace.write({ 'extensions/kpi/worker.js': 'onmessage = () => 2;' });
    await next({ ...kpiSynced, action: 'update' });
    expect(await storedWorker()).toContain('2');
    expect(events.filter(({ event, name }) => event === 'synced' && name === 'kpi')).toHaveLength(1);
  });

  it('is removed where the code that named it is saved without the name', async () => {
    scene.workspace.write({ ...worker, 'extensions/kpi/kpi.js': "define([], () => 'worker.js');" });
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.remove('extensions/kpi/worker.js');
    await next({ event: 'waiting', name: 'kpi' });
    scene.save('kpi', 'alone');
    await next({ ...kpiSynced, action: 'update' });
    await expect(storedWorker()).rejects.toMatchObject({ status: 404 });
  });
});

describe('folders under watch', () => {
  it('that come, go and come back are followed, and never deleted without --prune', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.write(extensionFiles('new'));
    await next({ event: 'synced', name: 'new', action: 'create' });
    scene.workspace.remove('extensions/kpi');
    scene.save('map', 'still here');
    await next({ event: 'synced', name: 'map', action: 'update' });
    expect((await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename).sort()).toEqual([
      'kpi',
      'map',
      'new',
    ]);
    scene.save('kpi', 'back');
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('back');
  });

  it('a single extension that is rebuilt causes no error, each time', async () => {
    scene.workspace.remove('extensions/map');
    const { next, events } = await scene.watch();
    await next(kpiSynced);
    for (const code of ['two', 'three']) {
      scene.workspace.remove('extensions/kpi');
      expect(await next({ event: 'waiting' })).toMatchObject({ message: 'no extension folder is there' });
      scene.save('kpi', code);
      await next({ ...kpiSynced, action: 'update' });
    }
    expect(events.some(({ event }) => event === 'refused')).toBe(false);
  });

  it('that are deleted and rebuilt at once still wake it', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    for (let round = 0; round < 4; round += 1) {
      rmSync(join(scene.workspace.folder, 'extensions/kpi'), { recursive: true });
      mkdirSync(join(scene.workspace.folder, 'extensions/kpi'));
      scene.save('kpi', `rebuilt ${round}`);
      await next({ ...kpiSynced, action: 'update' });
      scene.workspace.write({ 'extensions/kpi/kpi.js': `define([], () => "edited ${round}");` });
      await next({ ...kpiSynced, action: 'update' });
      expect(await scene.stored('kpi')).toContain(`edited ${round}`);
    }
  });
});
