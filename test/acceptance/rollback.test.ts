/** rollback against the sandbox: every kind of undo, what stands in its way, what it says. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'valibot';
import { describe, expect } from 'vitest';
import { applyDocument, planDocument } from '../../src/report/documents/documents.js';
import { digestArchive } from '../../src/source/archive/archive.js';
import type { ExtensionRecord } from '../../src/tenant/wire.js';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { useScene } from './support/scene.js';
import { configWith, extensionFiles, type Result } from './support/workspace.js';
import { zipOf } from './support/zips.js';

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

const find = (name: string): Promise<ExtensionRecord | undefined> => scene.tenant.find(name);

/** Ids of the recorded runs, newest first. */
async function runIds(): Promise<readonly string[]> {
  const { stdout } = await qlikSync('history', '--json');
  return JSON.parse(stdout).runs.map(({ id }: { readonly id: string }) => id);
}

/** Undoes the newest run, whatever it is: a rollback too. */
async function rollbackNewest(...args: readonly string[]): Promise<Result> {
  const [run = ''] = await runIds();
  return rollback(run, ...args);
}

const remains = remainsIn(() => scene.workspace.folder);

function spoilJournal(run: string, change: (text: string) => string): Promise<void> {
  return remains.spoil('runs', ({ name, content }) =>
    name === `${run}.jsonl` ? change(content.toString()) : content,
  );
}

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
    expect(undone.stdout).toContain('The next apply from the folders will make these changes again');
    expect(await remembered('a')).toEqual(before);
    expect((await find('a'))?.id).toBe(id);
    const next = await qlikSync('plan', '--detailed-exitcode');
    expect(next.code).toBe(2);
    expect(next.stdout).toContain('~ a               update   content changed, 1.0.0 → 2.0.0');
  });

  it('of a rollback does it again, and does nothing if everything is as it was', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const after = await remembered('a');
    const [run] = await runIds();
    expect((await rollback()).code).toBe(0);
    expect((await rollbackNewest()).code).toBe(0);
    expect(await remembered('a')).toEqual(after);
    expect((await qlikSync('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await rollbackNewest()).code).toBe(0);
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
    expect((await rollbackNewest()).code).toBe(0);
    expect(await find('b')).toBeDefined();
  });

  it('of a create respects the limits of deletes', async () => {
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
    expect(undone.stdout).toContain(
      'With prune, the next apply from the folders will delete b again: restore its folder too.\n',
    );
    expect(undone.stdout).not.toContain('make these changes again');
    expect(await remembered('b')).toEqual(before);
    expect((await find('b'))?.id).not.toBe(id);
    expect((await qlikSync('plan', '--prune')).stdout).toContain('- b               delete');
  });

  it('of an adoption gives up our tag and restores the previous archive byte for byte', async () => {
    const bytes = await zipOf(extensionFiles('a', { code: 'by hand', folder: 'a' }));
    await scene.tenant.client.create({ file: { name: 'a by hand.zip', bytes }, data: { tags: ['team'] } });
    const before = await remembered('a');
    write('a', 'one');
    await apply('--adopt', 'a');
    const adopted = await remembered('a');
    const undone = await rollback();
    expect(undone.code).toBe(0);
    expect(undone.stdout).toContain('no longer ours');
    expect(undone.stdout).toContain(
      'The project no longer owns a, so the next apply will be blocked there until it is adopted again.',
    );
    expect(undone.stdout).not.toContain('The next apply from the folders');
    expect(await remembered('a')).toEqual(before);
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(bytes);
    expect((await qlikSync('plan')).stdout).toContain('--adopt a');
    const again = await rollbackNewest();
    expect(again.code).toBe(6);
    expect(again.stdout).toContain('--adopt a takes it over');
    expect((await rollbackNewest('--adopt', 'a')).code).toBe(0);
    expect(await remembered('a')).toEqual(adopted);
  });

  it('of drift that was overwritten restores the foreign bytes, even of an unreadable archive', async () => {
    write('a', 'one');
    await apply();
    const twins = { 'a/caf\u00e9.css': 'one name', 'a/cafe\u0301.css': 'in two Unicode forms' };
    const hostile = await zipOf({ ...extensionFiles('a', { code: 'edited', folder: 'a' }), ...twins });
    await expect(digestArchive(hostile)).rejects.toThrow('cannot be read');
    await scene.tenant.edit({ name: 'a', file: hostile.toString('base64'), filename: 'größe "1".zip' });
    const before = await remembered('a');
    await apply('--overwrite', 'a');
    expect((await rollback()).code).toBe(0);
    expect(await remembered('a')).toEqual({ ...before, archiveName: 'gr__e _1_.zip' });
    expect(await scene.tenant.client.downloadArchive('a')).toEqual(hostile);
    expect((await rollbackNewest()).code).toBe(0);
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

  it('of a replace updates if Qlik permits it, and replaces only if it must', async () => {
    write('a', 'nebula', { supernova: true });
    await apply();
    const nebula = await remembered('a');
    write('a', 'legacy', { supernova: false, version: '2.0.0' });
    await apply('--allow-replace', 'a');
    const legacy = await remembered('a');
    expect((await rollback()).code).toBe(0);
    expect(await remembered('a')).toEqual(nebula);
    const refused = await rollbackNewest();
    expect(refused.code).toBe(6);
    expect(refused.stdout).toContain('! a               replace  blocked');
    expect((await rollbackNewest('--allow-replace', 'a')).code).toBe(0);
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

  it('of an older run works by its id or a beginning of it, and says what is ambiguous', async () => {
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

  it('stops at what changed since, exit 7, and continues when told to', async () => {
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
    ['was never kept', ['--no-backup'], async () => undefined],
    ['is gone', [], () => remains.spoil('backups', () => undefined)],
    [
      'is damaged',
      [],
      () => remains.spoil('backups', ({ name, content }) => (name.endsWith('.zip') ? 'PK damaged' : content)),
    ],
  ])('says that it cannot restore where the archive %s', async (_row, flags, spoil) => {
    write('a', 'one');
    await apply(...flags);
    // The archive that was uploaded is kept as well, which --no-backup leaves out.
    write('a', 'two', { version: '2.0.0' });
    await apply(...flags);
    await spoil();
    const after = await remembered('a');
    await scene.tenant.takeRequests();
    const result = await rollback();
    expect(result.code).toBe(6);
    expect(result.stdout).toContain('blocked: its previous archive is not stored here');
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
    expect(result.stdout).toContain('listed in protect');
  });

  it('asks as apply does, and records what it undid', async () => {
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

  it('that was blocked in part names the run to continue with, and never undoes itself', async () => {
    write('a', 'good');
    await apply();
    const before = await remembered('a');
    write('a', 'bad', { version: '2.0.0' });
    write('new', 'bad');
    await apply();
    const [run = ''] = await runIds();
    const undone = await rollback();
    expect(undone.code).toBe(6);
    expect(undone.stdout).toContain(
      `Not everything was undone. To continue: qlik-sync rollback ${run} --prune\n`,
    );
    for (const words of [['--prune'], ['a', 'new', '--prune']]) {
      const again = await rollback(...words);
      expect(again.code).toBe(3);
      expect(again.stderr).toContain('is a rollback itself');
      if (words.length === 1) expect(again.stderr).toContain(`To undo the rest of run ${run} (new): `);
      expect(await remembered('a')).toEqual(before);
    }
    expect((await rollback()).stderr).toContain(`qlik-sync rollback ${run} --yes`);
    expect((await rollback(run, '--prune')).code).toBe(0);
    expect(await remembered('a')).toEqual(before);
    expect(await find('new')).toBeUndefined();
  });

  it('that undid everything is not to be continued', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    await rollback();
    const [id] = await runIds();
    const again = await rollback();
    expect(again.code).toBe(3);
    expect(again.stderr).not.toContain('To undo');
    expect(again.stderr).toContain(`To make the changes again that it undid: qlik-sync rollback ${id}`);
    const redone = await rollbackNewest();
    expect(redone.code).toBe(0);
    expect(redone.stdout).not.toContain('The next apply');
  });

  it('of names that was blocked in part says which of them are left', async () => {
    write('a', 'good');
    await apply();
    write('a', 'bad', { version: '2.0.0' });
    await apply();
    write('new', 'bad');
    await apply();
    const undone = await rollback('a', 'new');
    expect(undone.stdout).toContain('To continue: qlik-sync rollback new --prune\n');
    expect((await rollback('new', '--prune')).code).toBe(0);
    expect((await find('a'))?.qextVersion).toBe('1.0.0');
  });

  it.each<readonly [string, object, number]>([
    ['that is lost', { kind: 'reset', times: 9 }, 5],
    ['that is refused', { kind: 'status', status: 400, times: 1 }, 5],
  ])('of a name by a request %s goes on with that name alone', async (_row, how, code) => {
    for (const name of ['a', 'b']) write(name, 'one');
    await apply();
    const before = await remembered('a');
    for (const name of ['a', 'b']) write(name, 'two', { version: '2.0.0' });
    await apply();
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', when: 'before', ...how }]);
    const failed = await rollback('a');
    await scene.tenant.clearFaults();
    expect(failed.code).toBe(code);
    expect(failed.stdout).toMatch(/Undoes writes of run \S+\./);
    expect(failed.stdout).toContain('To continue: qlik-sync rollback a\n');
    expect(JSON.parse((await qlikSync('history', '--json')).stdout).runs[0].undoes).toBeUndefined();
    expect((await rollback('a')).code).toBe(0);
    expect(await remembered('a')).toEqual(before);
    expect((await find('b'))?.qextVersion).toBe('2.0.0');
    expect((await rollback('a')).stderr).toContain('The last change of a is a rollback itself');
  });

  it('of a name that was deleted to be replaced, and not created again, continues with it', async () => {
    write('a', 'legacy');
    await apply();
    const before = await remembered('a');
    write('a', 'nebula', { supernova: true, version: '2.0.0' });
    await apply();
    await scene.tenant.addFaults([
      { method: 'POST', path: '*', times: 9, when: 'before', kind: 'status', status: 500 },
    ]);
    expect((await rollback('a', '--allow-replace', 'a')).stdout).toContain(
      'To continue: qlik-sync rollback a --allow-replace a\n',
    );
    await scene.tenant.clearFaults();
    expect(await find('a')).toBeUndefined();
    expect((await rollback('a')).code).toBe(0);
    expect(await remembered('a')).toEqual(before);
  });

  it('with a delete that waits for what changed names everything that it takes to continue', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    write('new', 'one');
    await apply();
    const [run = ''] = await runIds();
    await scene.tenant.editByHand('a');
    const held = await rollback('--prune');
    expect(held.stdout).toContain('blocked: it may replace a, which cannot be restored');
    expect(held.stdout).toContain(`To continue: qlik-sync rollback ${run} --overwrite a --prune\n`);
    expect((await rollback(run, '--overwrite', 'a', '--prune')).code).toBe(0);
    expect(await find('new')).toBeUndefined();
  });

  it('without arguments leaves older runs alone if the last one wrote nothing', async () => {
    write('a', 'one');
    await apply();
    write('i', 'good');
    await apply();
    const [good = ''] = await runIds();
    write('a', 'two', { version: '2.0.0' });
    const refused = { method: 'PATCH', path: '*', times: 1, when: 'before', kind: 'status', status: 400 };
    await scene.tenant.addFaults([refused]);
    expect((await qlikSync('apply', '--yes')).code).toBe(5);
    const [failed = ''] = await runIds();
    const undone = await rollback('--prune');
    expect(undone.code).toBe(3);
    expect(undone.stderr).toContain(`The last run (apply ${failed}) wrote nothing`);
    expect(undone.stderr).toContain(`qlik-sync rollback ${good} --yes --prune`);
    expect(await find('i')).toBeDefined();
  });

  it('without arguments stops if the last journal cannot be read', async () => {
    write('a', 'one');
    await apply();
    write('a', 'two', { version: '2.0.0' });
    await apply();
    const [run = ''] = await runIds();
    await spoilJournal(run, () => 'torn');
    const stopped = await rollback('--prune');
    expect(stopped.code).toBe(3);
    expect(stopped.stderr).toContain(`The journal of run ${run}, which may be the last one, cannot be read`);
    expect((await find('a'))?.qextVersion).toBe('2.0.0');
  });

  it('of a run whose journal is damaged restores what it contains, and says what it does not', async () => {
    for (const name of ['a', 'b', 'c']) write(name, 'one');
    await apply();
    for (const name of ['a', 'b', 'c']) write(name, 'two', { version: '2.0.0' });
    await apply();
    const [run = ''] = await runIds();
    await spoilJournal(run, (text) =>
      text.replace(/^.*"before".*"name":"b".*$/m, (line) => `${line.slice(0, 40)}\0\0`),
    );
    const history = await qlikSync('history', '-v');
    expect(history.stdout).toMatch(/done {2}journal damaged\n/);
    expect(history.stdout).toContain('~ b  update  unknown');
    const undone = await rollback();
    expect(undone.code).toBe(6);
    expect(undone.stdout).toContain("! b               update   blocked: that run's journal is damaged");
    const versions = await Promise.all(['a', 'b', 'c'].map(async (name) => (await find(name))?.qextVersion));
    expect(versions).toEqual(['1.0.0', '2.0.0', '1.0.0']);
    expect((await rollback('b')).code).toBe(6);
  });

  describe('of a rename', () => {
    const shared = (name: string) => ({ [`extensions/${name}/shared.css`]: 'p { color: red }\n'.repeat(40) });

    async function rename(...args: readonly string[]): Promise<void> {
      write('old', 'one');
      scene.workspace.write(shared('old'));
      await apply(...args);
      scene.workspace.remove('extensions/old');
      write('new', 'one');
      scene.workspace.write(shared('new'));
      await apply('--prune', '--allow-rename', 'new', ...args);
    }

    it('is a rename, and needs the same approval', async () => {
      await rename();
      const [run = ''] = await runIds();
      const refused = await rollback('--prune');
      expect(refused.code).toBe(6);
      expect(refused.stdout).toContain('--allow-rename old permits it');
      expect(await find('new')).toBeDefined();
      expect((await rollback(run, '--prune', '--allow-rename', 'old')).code).toBe(0);
      expect(await find('old')).toBeDefined();
      expect(await find('new')).toBeUndefined();
    });

    it('keeps the new name if the old one cannot come back', async () => {
      await rename('--no-backup');
      const kept = await rollback('--prune', '--allow-rename', 'old', '--no-cache');
      expect(kept.code).toBe(6);
      expect(kept.stdout).toContain('blocked: its previous archive is not stored here');
      expect(kept.stdout).toContain('blocked: it may replace old, which cannot be restored');
      expect(await find('new')).toBeDefined();
      expect((await rollback('new', '--prune')).code).toBe(0);
      expect(await find('new')).toBeUndefined();
    });
  });

  it('has nothing to undo if nothing was recorded', async () => {
    const result = await rollback();
    expect(result.code).toBe(3);
    expect(result.stderr).toContain('There is nothing to undo');
  });
});

describe('a rollback that is reviewed first', () => {
  const planned = async (...words: readonly string[]): Promise<{ digest: string; result: Result }> => {
    const result = await qlikSync('rollback', ...words, '--out', 'undo.json');
    const { digest } = JSON.parse(readFileSync(join(scene.workspace.folder, 'undo.json'), 'utf8'));
    return { digest, result };
  };
  const prepare = async (): Promise<void> => {
    write('a', 'one');
    await apply();
    write('a', 'two');
    await apply();
    await scene.tenant.takeRequests();
  };

  it('is shown and written to a file, and nothing is undone', async () => {
    await prepare();
    const { result } = await planned();
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^Undoes run \d{8}T/m);
    expect(result.stdout).toMatch(/^ {2}~ a +update {3}restored from its backup/m);
    expect(await scene.tenant.takeWrites()).toEqual([]);
    const file = JSON.parse(readFileSync(join(scene.workspace.folder, 'undo.json'), 'utf8'));
    expect(parse(planDocument, file)).toMatchObject({ undoes: [(await runIds())[0]] });
  });

  it('is done if it is still that plan, and the same from a folder or a name', async () => {
    await prepare();
    const { digest } = await planned();
    const [run = ''] = await runIds();
    expect((await planned(run)).digest).toBe(digest);
    expect((await planned('a')).digest).toBe(digest);
    expect((await rollback('--expect', digest)).code).toBe(0);
    expect(await scene.tenant.takeWrites()).toEqual(['PATCH']);
  });

  it('writes nothing if the tenant has changed since', async () => {
    await prepare();
    const { digest } = await planned();
    await scene.tenant.editByHand('a');
    await scene.tenant.takeRequests();
    const { code, stderr } = await rollback('--expect', digest);
    expect([code, stderr]).toEqual([7, expect.stringContaining(`--expect says ${digest}`)]);
    expect(await scene.tenant.takeWrites()).toEqual([]);
  });

  it('is not a plan for apply', async () => {
    await prepare();
    await planned();
    const { code, stderr } = await qlikSync('apply', 'undo.json', '--yes');
    expect([code, stderr]).toEqual([3, expect.stringContaining('undo.json is the plan of a rollback')]);
    expect(stderr).toContain('--expect');
  });

  it('refuses a file that cannot be written before it reads anything', async () => {
    await prepare();
    expect((await qlikSync('rollback', '--out', 'extensions')).code).toBe(3);
    expect(await scene.tenant.takeRequests()).toEqual([]);
  });
});

it('says once that browsers keep what they have loaded, if content was replaced', async () => {
  const line = 'Browsers that are open keep the old version until the page is fully reloaded.\n';
  const said = async (args: readonly string[]): Promise<number> =>
    (await qlikSync(...args, '--yes')).stdout.split(line).length - 1;
  write('a', 'one');
  write('b', 'one');
  expect(await said(['apply'])).toBe(0);
  write('a', 'two');
  write('b', 'two');
  expect(await said(['apply'])).toBe(1);
  expect(await said(['apply'])).toBe(0);
  expect(await said(['rollback'])).toBe(1);
  scene.workspace.write(configWith({ tags: ['finance'] }));
  await qlikSync('apply', '--yes');
  scene.workspace.write(configWith({ tags: ['sales'] }));
  expect(await said(['apply'])).toBe(0);
});
