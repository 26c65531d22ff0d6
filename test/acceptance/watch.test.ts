/** watch against the sandbox, with real files and real events. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import JSZip from 'jszip';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from './in-process.js';
import { openTestTenant, type TestTenant } from './tenant.js';
import { startWatching, type Watching } from './watching.js';
import { createWorkspace, extensionFiles, simpleConfig, type Workspace } from './workspace.js';

let workspace: Workspace;
let tenant: TestTenant;
let watching: Watching | undefined;

beforeEach(async () => {
  workspace = createWorkspace();
  workspace.write({ ...simpleConfig, ...extensionFiles('kpi'), ...extensionFiles('map') });
  tenant = await openTestTenant();
});
afterEach(async () => {
  await watching?.interrupt();
  watching = undefined;
  await tenant.close();
  workspace.dispose();
});

async function watch(...args: readonly string[]): Promise<Watching> {
  watching = await startWatching(workspace, tenant.env, ['--quiet-period', '50', ...args]);
  return watching;
}

function save(name: string, code: string): void {
  workspace.write(extensionFiles(name, { code }));
}

async function stored(name: string): Promise<string> {
  return (await tenant.client.downloadFile(name, `${name}.js`)).bytes.toString();
}

/** Resolves when an upload is on its way, answered or not. */
async function untilUploading(): Promise<void> {
  const isUploading = async (): Promise<boolean> =>
    (await tenant.seeRequests()).some(({ method }) => method === 'PATCH');
  await expect.poll(isUploading, { interval: 5, timeout: 15_000 }).toBe(true);
}

const kpiSynced = { event: 'synced', name: 'kpi' } as const;

describe('watch', () => {
  it('begins with what differs, then uploads each save once', async () => {
    const { next } = await watch();
    await next({ event: 'synced', name: 'kpi', action: 'create' });
    await next({ event: 'synced', name: 'map', action: 'create' });
    await tenant.takeRequests();
    save('kpi', 'two');
    expect(await next(kpiSynced)).toMatchObject({
      action: 'update',
      message: 'content changed, version still 1.0.0',
    });
    expect(await stored('kpi')).toContain('two');
    const requests = (await tenant.takeRequests()).filter(({ path }) => !path.includes('/file'));
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'PATCH']);
  });

  it('watches only what is selected', async () => {
    const { next, events } = await watch('kpi');
    await next(kpiSynced);
    save('map', 'not selected');
    save('kpi', 'two');
    await next({ ...kpiSynced, action: 'update' });
    expect(events.some(({ name }) => name === 'map')).toBe(false);
    expect((await tenant.client.list()).map(({ qextFilename }) => qextFilename)).toEqual(['kpi']);
  });

  it('says the reload hint once', async () => {
    const { next, events } = await watch();
    await next({ event: 'hint' });
    for (const code of ['two', 'three']) {
      save('kpi', code);
      await next({ ...kpiSynced, action: 'update' });
    }
    expect(events.filter(({ event }) => event === 'hint')).toHaveLength(1);
  });

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
    const { next } = await watch();
    await next(kpiSynced);
    await next({ event: 'synced', name: 'map' });
    await tenant.takeRequests();
    edit(join(workspace.folder, 'extensions/kpi/kpi.js'));
    await next(kpiSynced);
    // A second upload would come before that of a later save of another extension has its own answer.
    save('map', 'later');
    await next({ event: 'synced', name: 'map' });
    const writes = (await tenant.takeRequests()).filter(({ method }) => method === 'PATCH');
    expect(writes).toHaveLength(2);
    expect(await stored('kpi')).toContain('saved');
  });

  it('waits calmly for what is half-built', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    workspace.write({ 'extensions/kpi/kpi.js': '' });
    expect(await next({ event: 'waiting', name: 'kpi' })).toMatchObject({
      message: expect.stringContaining('kpi.js'),
    });
    workspace.write({ 'extensions/kpi/kpi.qext': '{ "name": ' });
    await next({ event: 'waiting', name: 'kpi' });
    workspace.write({ ...extensionFiles('kpi', { code: 'whole' }) });
    await next(kpiSynced);
    expect(await stored('kpi')).toContain('whole');
  });

  it('follows folders that come, go and come back, and never deletes unasked', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    workspace.write(extensionFiles('new'));
    await next({ event: 'synced', name: 'new', action: 'create' });
    workspace.remove('extensions/kpi');
    save('map', 'still here');
    await next({ event: 'synced', name: 'map', action: 'update' });
    expect((await tenant.client.list()).map(({ qextFilename }) => qextFilename).sort()).toEqual([
      'kpi',
      'map',
      'new',
    ]);
    save('kpi', 'back');
    await next({ ...kpiSynced, action: 'update' });
    expect(await stored('kpi')).toContain('back');
  });

  it('an only extension that is built anew is a calm line, each time', async () => {
    workspace.remove('extensions/map');
    const { next, events } = await watch();
    await next(kpiSynced);
    for (const code of ['two', 'three']) {
      workspace.remove('extensions/kpi');
      expect(await next({ event: 'waiting' })).toMatchObject({ message: 'no extension folder is there' });
      save('kpi', code);
      await next({ ...kpiSynced, action: 'update' });
    }
    expect(events.some(({ event }) => event === 'refused')).toBe(false);
  });

  it('is not deaf in a folder that was deleted and rebuilt at once', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    for (let round = 0; round < 4; round += 1) {
      rmSync(join(workspace.folder, 'extensions/kpi'), { recursive: true });
      mkdirSync(join(workspace.folder, 'extensions/kpi'));
      save('kpi', `rebuilt ${round}`);
      await next({ ...kpiSynced, action: 'update' });
      workspace.write({ 'extensions/kpi/kpi.js': `define([], () => "edited ${round}");` });
      await next({ ...kpiSynced, action: 'update' });
      expect(await stored('kpi')).toContain(`edited ${round}`);
    }
  });

  it('takes a changed config, and keeps the old one while the new one is wrong', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    workspace.write({ 'qlik-sync.config.json': '{ "project": "NO" }' });
    expect(await next({ event: 'config' })).toMatchObject({ status: 'rejected' });
    save('kpi', 'two');
    await next({ ...kpiSynced, action: 'update' });
    workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        tags: ['beta'],
      }),
    });
    expect(await next({ event: 'config' })).toMatchObject({ status: 'reloaded' });
    expect(await next(kpiSynced)).toMatchObject({ message: '1 tag missing: beta' });
    save('map', 'two');
    await next({
      event: 'synced',
      name: 'map',
      action: 'update',
      message: 'content changed, version still 1.0.0',
    });
  });

  it('pauses what somebody else changed, says how to go on, and goes on', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    await tenant.edit({ name: 'kpi', filename: 'by-hand.zip' });
    save('kpi', 'two');
    const paused = await next({ event: 'paused', name: 'kpi' });
    expect(paused.resume).toBe('qlik-sync apply --overwrite kpi');
    const resumed = await workspace.run(['apply', '--overwrite', 'kpi', '--yes'], { env: tenant.env });
    expect(resumed.code).toBe(0);
    save('kpi', 'three');
    await next({ ...kpiSynced, action: 'update' });
    expect(await stored('kpi')).toContain('three');
  });

  it.each([
    [
      'the list fails',
      [{ method: 'GET', path: '/api/v1/extensions', times: 6, when: 'before', kind: 'status', status: 503 }],
    ],
    [
      'the upload fails',
      [{ method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 503 }],
    ],
    [
      'the connection is lost before the upload took effect',
      [{ method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'reset' }],
    ],
    [
      'the connection is lost after it',
      [{ method: 'PATCH', path: '*', times: 1, when: 'after', kind: 'reset' }],
    ],
    [
      'the token has expired',
      [{ method: 'GET', path: '/api/v1/extensions', times: 2, when: 'before', kind: 'status', status: 401 }],
    ],
  ])('%s: it catches up by itself with the newest content', async (_row, faults) => {
    const { next } = await watch();
    await next(kpiSynced);
    await next({ event: 'synced', name: 'map' });
    await tenant.addFaults(faults);
    save('kpi', 'two');
    await Promise.race([
      next({ event: 'offline' }),
      next({ event: 'refused' }),
      // Read in the lost answer's stead.
      next({ ...kpiSynced, action: 'update' }),
    ]);
    save('kpi', 'newest');
    await expect.poll(() => stored('kpi'), { timeout: 20_000 }).toContain('newest');
  });

  it('a refused upload is said once and tried again at the next save', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    await tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 422 },
    ]);
    save('kpi', 'two');
    await next({ event: 'refused', name: 'kpi' });
    save('kpi', 'three');
    await next({ ...kpiSynced, action: 'update' });
  });

  it('a stalled upload does not hold up another extension, and the newest content wins', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    await next({ event: 'synced', name: 'map' });
    const record = await tenant.client.get('kpi');
    await tenant.addFaults([
      {
        method: 'PATCH',
        path: `/api/v1/extensions/${record.id}`,
        times: 1,
        when: 'before',
        kind: 'stall',
        stallMs: 1500,
      },
    ]);
    await tenant.takeRequests();
    save('kpi', 'stalled');
    await untilUploading();
    save('map', 'meanwhile');
    save('kpi', 'newest');
    const map = await next({ event: 'synced', name: 'map' });
    expect(map.ms).toBeLessThan(1400);
    await expect.poll(() => stored('kpi'), { timeout: 20_000 }).toContain('newest');
  });

  it('a journal that cannot be written stops writing, until it can be written again', async () => {
    const { next } = await watch();
    await next(kpiSynced);
    const runs = join(workspace.folder, '.qlik-sync/runs');
    rmSync(runs, { recursive: true });
    writeFileSync(runs, 'in the way');
    save('kpi', 'two');
    const refused = await next({ event: 'refused' });
    expect(refused.message).toMatch(
      /The journal in .* cannot be written: (not a directory|file already exists)/,
    );
    expect(await stored('kpi')).not.toContain('two');
    rmSync(runs);
    expect(await next(kpiSynced)).toMatchObject({ action: 'update' });
    expect(await stored('kpi')).toContain('two');
  });

  it('begins another journal where somebody else wrote meanwhile', async () => {
    const { next, interrupt } = await watch();
    await next(kpiSynced);
    await next({ event: 'synced', name: 'map' });
    save('kpi', 'two');
    await next(kpiSynced);
    const own = { cwd: workspace.folder, env: tenant.env };
    expect(await runInProcess(['rollback', 'kpi', '--yes'], own)).toMatchObject({ code: 0 });
    save('kpi', 'three');
    await next(kpiSynced);
    await interrupt();
    const { stdout } = await runInProcess(['history', '--json'], own);
    expect((JSON.parse(stdout) as { readonly runs: unknown }).runs).toMatchObject([
      { command: 'watch', result: 'ended', counts: { updated: 1 } },
      { command: 'rollback', result: 'ended', counts: { updated: 1 } },
      { command: 'watch', result: 'ended', counts: { created: 2, updated: 1 } },
    ]);
  });

  it('deletes when asked to, within the rails', async () => {
    const { next } = await watch('--prune');
    await next(kpiSynced);
    workspace.remove('extensions/kpi');
    await next({ ...kpiSynced, action: 'delete' });
    workspace.remove('extensions/map');
    await next({ event: 'refused' });
    expect((await tenant.client.list()).map(({ qextFilename }) => qextFilename)).toEqual(['map']);
  });

  it('--interval looks again by itself, and --on-drift decides whether it heals', async () => {
    const { next } = await watch('--interval', '100ms', '--on-drift', 'overwrite');
    await next(kpiSynced);
    await next({ event: 'synced', name: 'map' });
    const zip = await JSZip.loadAsync(await tenant.client.downloadArchive('kpi'));
    zip.file('kpi.js', 'edited by hand');
    const file = await zip.generateAsync({ type: 'base64' });
    await tenant.edit({ name: 'kpi', file, filename: 'by-hand.zip' });
    await next({ ...kpiSynced, action: 'update' });
    expect(await stored('kpi')).toContain('one');
  });

  it('Ctrl-C finishes the upload in flight and exits with 130', async () => {
    const { next, interrupt, events } = await watch();
    await next(kpiSynced);
    await tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'stall', stallMs: 300 },
    ]);
    await tenant.takeRequests();
    save('kpi', 'two');
    await untilUploading();
    const result = await interrupt();
    watching = undefined;
    expect(result.code).toBe(130);
    expect(events.map(({ event }) => event)).toContain('stopping');
    expect(events.at(-1)?.event).toBe('stopped');
    expect(await stored('kpi')).toContain('two');
  });

  it('cuts off what does not end within 10 s of Ctrl-C, and says so', async () => {
    const { next, interrupt, events } = await watch();
    await next(kpiSynced);
    await tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'stall', stallMs: 60_000 },
    ]);
    await tenant.takeRequests();
    save('kpi', 'two');
    await untilUploading();
    const result = await interrupt();
    watching = undefined;
    expect(result.code).toBe(130);
    expect(events.map(({ message }) => message)).toContain('Cut off after 10 s: kpi.');
    expect(await stored('kpi')).toContain('one');
  });
});

describe('the built watch', () => {
  it('SIGINT during an upload: the tenant is whole, the exit code 130; nothing else ended it', async () => {
    const cli = join(import.meta.dirname, '../../dist/cli.js');
    const child = spawn(process.execPath, [cli, 'watch', '--json'], {
      cwd: workspace.folder,
      env: { PATH: process.env['PATH'], ...tenant.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: { event: string; name?: string }[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    const seen = (event: string, name?: string) =>
      lines.some((line) => line.event === event && line.name === name);
    await expect.poll(() => seen('synced', 'kpi') && seen('synced', 'map'), { timeout: 10_000 }).toBe(true);
    await tenant.addFaults([
      { method: 'PATCH', path: '*', times: 1, when: 'after', kind: 'stall', stallMs: 400 },
    ]);
    save('kpi', 'two');
    await expect.poll(() => stored('kpi'), { interval: 5, timeout: 15_000 }).toContain('two');
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(lines.at(-1)?.event).toBe('stopped');
    expect(await stored('kpi')).toContain('two');
  });
});
