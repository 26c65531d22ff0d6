/** rollback against the sandbox: every kind of undo, what stands in its way, what it says. */

import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { applyDocument } from '../../src/report/documents.js';
import { digestArchive } from '../../src/source/archive.js';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { useScene } from './scene.js';
import { extensionFiles, type Result } from './workspace.js';
import { zipOf } from './zips.js';

const scene = useScene();
const { qlikSync } = scene;

async function apply(...args: readonly string[]): Promise<void> {
  const { code, stderr, stdout } = await qlikSync('apply', '--yes', ...args);
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
}

function rollback(...args: readonly string[]): Promise<Result> {
  return qlikSync('rollback', '--yes', ...args);
}

function write(name: string, code: string, more: Parameters<typeof extensionFiles>[1] = {}): void {
  scene.workspace.write(extensionFiles(name, { code, ...more }));
}

/** What a rollback has to bring back. */
async function remembered(name: string): Promise<object> {
  const { file, tags, supernova, qextVersion } = await scene.tenant.client.get(name);
  return { md5: file?.md5, archiveName: file?.originalname, tags, supernova, qextVersion };
}

async function find(name: string): Promise<ExtensionRecord | undefined> {
  return (await scene.tenant.client.list()).find(({ qextFilename }) => qextFilename === name);
}

/** Ids of the recorded runs, newest first. */
async function runIds(): Promise<readonly string[]> {
  const { stdout } = await qlikSync('history', '--json');
  return JSON.parse(stdout).runs.map(({ id }: { readonly id: string }) => id);
}

const backups = (): string => {
  const folder = join(scene.workspace.folder, '.qlik-sync/backups');
  return join(folder, readdirSync(folder)[0] ?? '');
};

describe('rollback', () => {
  it('of an update brings back content, tags and archive name, and the next plan is to do it again', async () => {
    write('a', 'one');
    await apply();
    const before = await remembered('a');
    const id = (await find('a'))?.id;
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const undone = await rollback();
    expect(undone.code).toBe(0);
    expect(undone.stdout).toMatch(/Undoes run \d{8}T\d{6}Z-/);
    expect(undone.stdout).toContain('~ a               update   restored from its backup, 2.0.0 → 1.0.0');
    expect(undone.stdout).toContain('The next apply from the folders makes these changes again');
    expect(await remembered('a')).toEqual(before);
    expect((await find('a'))?.id).toBe(id);
    const next = await qlikSync('plan', '--detailed-exitcode');
    expect(next.code).toBe(2);
    expect(next.stdout).toContain('~ a               update   content changed, 1.0.0 → 2.0.0');
  });

  it('of a rollback does it again, and is idle where everything is as it was', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const after = await remembered('a');
    const [run] = await runIds();
    expect((await rollback()).code).toBe(0);
    expect((await rollback()).code).toBe(0);
    expect(await remembered('a')).toEqual(after);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await rollback()).code).toBe(0);
    await scene.tenant.takeRequests();
    const idle = await rollback(run ?? '');
    expect(idle.code).toBe(0);
    expect(idle.stdout).toContain('Nothing to do.');
    expect((await scene.tenant.takeRequests()).map(({ method }) => method)).toEqual(['GET']);
  });

  it('of a create is a delete, and needs --prune', async () => {
    write('a', 'one');
    await apply();
    write('b', 'one');
    await apply();
    const refused = await rollback();
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain(
      '! b               delete   blocked: undoing its creation deletes it; --prune',
    );
    expect((await rollback('--prune')).code).toBe(0);
    expect(await find('b')).toBeUndefined();
    expect(await find('a')).toBeDefined();
    expect((await rollback()).code).toBe(0);
    expect(await find('b')).toBeDefined();
  });

  it('of a create keeps to the limits of deletes', async () => {
    for (const name of ['a', 'b', 'c', 'd']) write(name, 'one');
    await apply();
    const refused = await rollback('--prune');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('--allow-deletes=4');
    expect(await scene.tenant.client.list()).toHaveLength(4);
    expect((await rollback('--prune', '--allow-deletes=4')).code).toBe(0);
    expect(await scene.tenant.client.list()).toHaveLength(0);
  });

  it('of a delete creates it again from its backup, with a new id, and says so', async () => {
    write('a', 'one');
    write('b', 'one');
    await apply();
    await scene.tenant.edit({ name: 'b', tags: ['qlik-sync:acme', 'by-hand'] });
    const before = await remembered('b');
    const id = (await find('b'))?.id;
    scene.workspace.remove('extensions/b');
    await apply('--prune');
    const undone = await rollback();
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain(
      '+ b               create   restored from its backup, 1.0.0; it gets a new id',
    );
    expect(await remembered('b')).toEqual(before);
    expect((await find('b'))?.id).not.toBe(id);
    expect((await qlikSync('plan', '--prune')).stdout).toContain('- b               delete');
  });

  it('of an adoption gives up our tag and puts back the stranger’s very archive', async () => {
    const bytes = await zipOf(extensionFiles('a', { code: 'by hand', folder: 'a' }));
    await scene.tenant.client.create({ file: { name: 'a by hand.zip', bytes }, data: { tags: ['team'] } });
    const before = await remembered('a');
    write('a', 'one');
    await apply('--adopt', 'a');
    const adopted = await remembered('a');
    const undone = await rollback();
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('no longer ours');
    expect(await remembered('a')).toEqual(before);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(bytes);
    expect((await qlikSync('plan')).stdout).toContain('--adopt a');
    const again = await rollback();
    expect(again.code).toBe(6);
    expect(again.stdout).toContain('--adopt a takes it over');
    expect((await rollback('--adopt', 'a')).code).toBe(0);
    expect(await remembered('a')).toEqual(adopted);
  });

  it('of drift that was overwritten restores the foreign bytes, of an archive that nobody can read too', async () => {
    write('a', 'one');
    await apply();
    const twins = { 'a/caf\u00e9.css': 'one name', 'a/cafe\u0301.css': 'in two Unicode forms' };
    const hostile = await zipOf({ ...extensionFiles('a', { code: 'edited', folder: 'a' }), ...twins });
    expect(await digestArchive(hostile)).toBeUndefined();
    await scene.tenant.edit({ name: 'a', file: hostile.toString('base64'), filename: 'größe "1".zip' });
    const before = await remembered('a');
    await apply('--overwrite', 'a');
    expect((await rollback()).code).toBe(0);
    expect(await remembered('a')).toEqual({ ...before, archiveName: 'gr__e _1_.zip' });
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(hostile);
    expect((await rollback('a')).code).toBe(0);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('of config tags sends the tags alone', async () => {
    write('a', 'one');
    await apply();
    const before = await remembered('a');
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        tags: ['fin'],
      }),
    });
    await apply();
    expect((await find('a'))?.tags).toContain('fin');
    const undone = await rollback();
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('tags as they were');
    expect(await remembered('a')).toEqual(before);
  });

  it('of a replace updates where Qlik lets it, and replaces only where it must', async () => {
    write('a', 'nebula', { supernova: true });
    await apply();
    const nebula = await remembered('a');
    write('a', 'legacy', { supernova: false, version: '2.0.0' });
    await apply('--allow-replace', 'a');
    const legacy = await remembered('a');
    expect((await rollback()).code).toBe(0);
    expect(await remembered('a')).toEqual(nebula);
    const refused = await rollback();
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('! a               replace  blocked');
    expect((await rollback('--allow-replace', 'a')).code).toBe(0);
    expect(await remembered('a')).toEqual(legacy);
  });

  it('of names undoes the last change of each, and nothing else', async () => {
    for (const name of ['a', 'b', 'c']) write(name, 'one');
    await apply();
    const before = await Promise.all(['a', 'b'].map(remembered));
    write('a', 'two', { version: '2.0.0' });
    write('c', 'two', { version: '2.0.0' });
    await apply();
    write('b', 'two', { version: '2.0.0' });
    await apply();
    const c = await remembered('c');
    const undone = await rollback('a', 'b');
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('Undoes writes of the runs');
    expect(await Promise.all(['a', 'b'].map(remembered))).toEqual(before);
    expect(await remembered('c')).toEqual(c);
  });

  it('of an older run by its id or a beginning of it, and says what is not one thing', async () => {
    write('a', 'one');
    await apply();
    const before = await remembered('a');
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const [run = ''] = await runIds();
    write('b', 'one');
    await apply();
    const several = await rollback('2026'.slice(0, 2));
    expect(several.code).toBe(3);
    expect(several.stderr).toContain('3 runs begin with 20');
    const mixed = await rollback('a', run);
    expect(mixed.code).toBe(3);
    expect(mixed.stderr).toContain(`${run} is a run, and a run is undone alone`);
    const unknown = await rollback('aa');
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain('did you mean "a"?');
    expect((await rollback(run.slice(0, -1))).code).toBe(0);
    expect(await remembered('a')).toEqual(before);
    expect(await find('b')).toBeDefined();
  });

  it('stops at what moved since, exit 7, and goes on when told', async () => {
    write('a', 'one');
    write('b', 'one');
    await apply();
    const before = await remembered('a');
    write('a', 'two', { version: '2.0.0' });
    write('b', 'two', { version: '2.0.0' });
    await apply();
    await scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] });
    const moved = await remembered('a');
    const stopped = await rollback();
    expect(stopped.code).toBe(7);
    expect(stopped.stdout).toMatch(
      /! a {15}update {3}blocked: changed on the tenant on \S+, after that run; --overwrite a/,
    );
    expect(stopped.stdout).toContain('Applied: 0 created, 1 updated');
    expect(await remembered('a')).toEqual(moved);
    const run = (await runIds())[1] ?? '';
    expect((await rollback(run, '--overwrite', 'a')).code).toBe(0);
    expect(await remembered('a')).toEqual(before);
  });

  it.each([
    ['was never kept', ['--no-backup'], () => undefined],
    ['is gone', [], () => rmSync(backups(), { recursive: true })],
    [
      'is damaged',
      [],
      () => {
        for (const file of readdirSync(backups()).filter((name) => name.endsWith('.zip')))
          writeFileSync(join(backups(), file), 'PK damaged');
      },
    ],
  ])('says that it cannot restore where the archive %s', async (_row, flags, spoil) => {
    write('a', 'one');
    await apply(...flags);
    // The archive that was uploaded is kept as well, which --no-backup leaves out.
    write('a', 'two', { version: '2.0.0' });
    await apply(...flags);
    spoil();
    const after = await remembered('a');
    await scene.tenant.takeRequests();
    const result = await rollback();
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('blocked: its archive of before is not stored here');
    expect((await scene.tenant.takeRequests()).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await remembered('a')).toEqual(after);
  });

  it('never touches protected names', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    scene.workspace.write({
      'qlik-sync.config.json': JSON.stringify({
        project: 'acme',
        extensions: ['extensions/*'],
        protect: ['a'],
      }),
    });
    const result = await rollback();
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('named in protect');
  });

  it('asks like apply does, and records what it undid', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const [run] = await runIds();
    const unasked = await qlikSync('rollback');
    expect(unasked.code).toBe(3);
    expect(unasked.stderr).toContain('To approve what is shown: qlik-sync rollback --yes');
    const { code, stdout } = await rollback('--json');
    expect(code).toBe(0);
    expect(parse(applyDocument, JSON.parse(stdout))).toMatchObject({
      command: 'rollback',
      undoes: [run],
      tenant: { identity: expect.stringMatching(/^http:/) },
      changes: [{ name: 'a', action: 'update', reason: 'restored' }],
      outcomes: [{ name: 'a', status: 'done' }],
      exitCode: 0,
    });
    const history = JSON.parse((await qlikSync('history', '--json')).stdout);
    expect(history.runs[0]).toMatchObject({ command: 'rollback', undoes: run });
  });

  it('has nothing to undo where nothing was recorded', async () => {
    const result = await rollback();
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('There is nothing to undo');
  });
});
