/** watch over its session: its config, what it leaves behind, and its options. */

import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kpiSynced, mapSynced, useWatchScene } from './support/watch-scene.js';

const scene = useWatchScene();

describe('the config of watch', () => {
  it('takes a changed config, and keeps the old one while the new one is wrong', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    scene.workspace.write({ 'qlik-sync.config.json': '{ "project": "NO" }' });
    expect(await next({ event: 'config' })).toMatchObject({ status: 'rejected' });
    scene.save('kpi', 'two');
    await next({ ...kpiSynced, action: 'update' });
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        tags: ['beta'],
      }),
    });
    expect(await next({ event: 'config' })).toMatchObject({ status: 'reloaded' });
    expect(await next(kpiSynced)).toMatchObject({ message: '1 tag missing: beta' });
    scene.save('map', 'two');
    await next({
      event: 'synced',
      name: 'map',
      action: 'update',
      message: 'content changed, version still 1.0.0',
    });
  });
});

describe('a config that is saved during an upload', () => {
  it('lets the upload end on the connection on which it began', async () => {
    await scene.reopenTenant({ latencyMs: 400 });
    const { next } = await scene.watch();
    await next(mapSynced);
    await scene.tenant.takeRequests();
    scene.save('kpi', 'two');
    await expect.poll(scene.tenant.seeRequests, { interval: 5 }).not.toEqual([]);
    const settings = { project: 'acme', extensions: ['extensions/*'], onDrift: 'overwrite' };
    scene.workspace.write({ 'qlik-sync.config.json': JSON.stringify(settings) });
    expect(await next({ event: 'config' })).toMatchObject({ status: 'reloaded' });
    scene.save('map', 'two');
    await next({ ...mapSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('two');
  });
});

describe('the journal of watch', () => {
  it('a journal that cannot be written stops writing, until it can be written again', async () => {
    const { next } = await scene.watch();
    await next(kpiSynced);
    await next(mapSynced);
    const runs = join(scene.workspace.folder, '.qlik-sync/runs');
    rmSync(runs, { recursive: true });
    writeFileSync(runs, 'in the way');
    scene.save('kpi', 'two');
    const refused = await next({ event: 'refused' });
    expect(refused.message).toMatch(
      /The journals? in .* cannot be (read|written): (it is not a folder|not a directory|.*exists)/,
    );
    expect(await scene.stored('kpi')).not.toContain('two');
    rmSync(runs);
    expect(await next(kpiSynced)).toMatchObject({ action: 'update' });
    expect(await scene.stored('kpi')).toContain('two');
  });

  it('begins another journal if somebody else wrote meanwhile', async () => {
    const { next, interrupt } = await scene.watch();
    await next(kpiSynced);
    await next(mapSynced);
    scene.save('kpi', 'two');
    await next(kpiSynced);
    expect(await scene.qlikSync('rollback', 'kpi', '--yes')).toMatchObject({ code: 0 });
    scene.save('kpi', 'three');
    await next(kpiSynced);
    await interrupt();
    const { stdout } = await scene.qlikSync('history', '--json');
    expect((JSON.parse(stdout) as { readonly runs: unknown }).runs).toMatchObject([
      { command: 'watch', result: 'ended', counts: { updated: 1 } },
      { command: 'rollback', result: 'ended', counts: { updated: 1 } },
      { command: 'watch', result: 'ended', counts: { created: 2, updated: 1 } },
    ]);
  });
});

describe('the options of watch', () => {
  it('--prune deletes on request, within the rails', async () => {
    const { next } = await scene.watch('--prune', '--delete-grace', '20ms');
    await next(kpiSynced);
    scene.workspace.remove('extensions/kpi');
    await next({ ...kpiSynced, action: 'delete' });
    scene.workspace.remove('extensions/map');
    await next({ event: 'refused' });
    expect(await scene.tenant.names()).toEqual(['map']);
  });

  it('--interval looks again by itself, and --on-drift decides whether it heals', async () => {
    const { next } = await scene.watch('--interval', '100ms', '--on-drift', 'overwrite');
    await next(kpiSynced);
    await next(mapSynced);
    await scene.tenant.editByHand('kpi');
    await next({ ...kpiSynced, action: 'update' });
    expect(await scene.stored('kpi')).toContain('one');
  });
});

describe('a program that writes into the folder whenever watch has synced', () => {
  it('is reported once and held, until something else changes', async () => {
    const { next, events } = await scene.watch('kpi');
    await next(kpiSynced);
    const log = join(scene.workspace.folder, 'extensions/kpi/sync.log');
    const code = 'process.stdin.on("data", (line) => require("fs").appendFileSync(process.argv[1], line))';
    const writer = spawn(process.execPath, ['-e', code, log], { stdio: ['pipe', 'ignore', 'inherit'] });
    try {
      const held = next({ event: 'refused' });
      let synced = next(kpiSynced);
      let round = 0;
      for (let goesOn = true; goesOn; round++) {
        writer.stdin.write(`synced ${round}\n`);
        goesOn = await Promise.race([synced.then(() => true), held.then(() => false)]);
        if (goesOn) synced = next(kpiSynced);
      }
      expect(round).toBeGreaterThanOrEqual(6);
      expect(await held).toMatchObject({
        name: 'kpi',
        message: expect.stringContaining('Held: sync.log is written again after every sync'),
        hint: expect.stringContaining('"/extensions/kpi/sync.log" in "ignore"'),
      });
      writer.stdin.write('one more\n');
      scene.save('map', 'two');
      scene.save('kpi', 'two');
      await synced;
    } finally {
      writer.stdin.end();
    }
    expect(await scene.stored('kpi')).toContain('two');
    expect(events.filter(({ event }) => event === 'refused')).toHaveLength(1);
  });
});
