/** Writes whose answer is lost, late or wrong: the tenant is read, and only what it shows is said. */

import { beforeEach, describe, expect } from 'vitest';
import { it } from '../store/over-stores.js';
import { extensionFiles } from './support/workspace.js';
import { readingOne, useWritingScene } from './support/writing-scene.js';

const { scene, run, apply, write, change, journalOfLast } = useWritingScene();

describe('an answer that does not come', () => {
  it('is given one more look at the end of the run', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', kind: 'late', stallMs: 3500 }]);
    const patience = { tries: 1, pauseMs: () => 0, lastLookMs: 3500 };
    const result = await run(['--timeout', '300ms'], { patience });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/✓ a {2}updated, .*\(landed late\)/);
  });

  it('and cannot be read: the result is unknown, and the message says so', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([
      { method: 'PATCH', path: '*', when: 'after', kind: 'reset' },
      { ...readingOne, skip: 1, times: 2, when: 'before', kind: 'status', status: 500 },
    ]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('unknown whether it was done');
    expect((await journalOfLast()).at(-2)).toMatchObject({ kind: 'after', result: 'unknown' });
    expect((await apply()).stdout).toContain('Nothing to do.');
  });

  it('whose effect does not show after every try: it failed, and nothing was created', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', times: 9, when: 'before', kind: 'reset' }]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('it does not show this change');
    expect(result.stdout).toContain('a proxy or gateway that takes no upload of this size');
    const sent = (await scene.tenant.takeRequests()).filter(({ method }) => method === 'PATCH');
    expect(sent).toHaveLength(3);
  });

  it.each([
    [404, 'is not there'],
    [204, 'was deleted'],
  ])('%i to a delete that did nothing is not believed', async (status, says) => {
    write('a', 'old');
    await apply();
    scene.workspace.remove('extensions/old');
    const nothing = status === 204 ? { kind: 'ignore' } : { kind: 'status', status };
    await scene.tenant.addFaults([{ method: 'DELETE', path: '*', when: 'before', ...nothing }]);
    const result = await apply('--prune');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain(`the tenant answered that it ${says}, but still holds it`);
    const next = await apply('--prune');
    expect(next.code).toBe(0);
    expect((await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename)).toEqual(['a']);
  });

  it('a 404 that the list does not confirm does not count as a delete', async () => {
    write('a', 'old');
    await apply();
    scene.workspace.remove('extensions/old');
    await scene.tenant.addFaults([{ ...readingOne, times: 2, when: 'before', kind: 'status', status: 404 }]);
    const result = await apply('--prune');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('the tenant lists it, but answers that it is not there');
    expect((await scene.tenant.takeRequests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('to the create of a replace: the run reports half of it, and the next run finishes it', async () => {
    scene.workspace.write(extensionFiles('a', { supernova: true }));
    await apply();
    scene.workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
    await scene.tenant.addFaults([{ method: 'POST', path: '*', times: 3, when: 'before', kind: 'reset' }]);
    const result = await apply('--allow-replace', 'a');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('deleted, but not created again');
    const next = await apply();
    expect(next.code).toBe(0);
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('2.0.0');
  });
});

describe('a delete for a replace that takes effect when nobody looks any more', () => {
  beforeEach(async () => {
    scene.workspace.write({ ...extensionFiles('a', { supernova: true }), ...extensionFiles('b') });
    await apply();
    scene.workspace.write(extensionFiles('a', { supernova: false, code: 'legacy', version: '2.0.0' }));
    await scene.tenant.addFaults([{ method: 'DELETE', path: '*', times: 9, when: 'before', kind: 'reset' }]);
    expect((await apply('--allow-replace', 'a')).code).toBe(5);
    await scene.tenant.clearFaults();
    await scene.tenant.remove('a');
    change('b');
  });

  it('is finished by the next run, whatever that selects', async () => {
    const next = await apply('b');
    expect(next.code).toBe(0);
    expect(next.stdout).toMatch(/\+ a +create +finishes the replace/);
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('2.0.0');
  });

  it('is only reported if nothing deploys it any more', async () => {
    scene.workspace.remove('extensions/a');
    const next = await apply('b');
    expect(next.code).toBe(0);
    expect(next.stdout).toContain(
      'warning: a is gone since its delete was sent without an answer, for a replace on',
    );
    expect(await scene.tenant.names()).toEqual(['b']);
  });
});

const patching = { method: 'PATCH', path: '*' };

describe('an answer that denies what was done', () => {
  it.each([404, 409, 410, 412])('%i to an overwrite: the tenant shows it, so it is done', async (status) => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ ...patching, when: 'after', kind: 'status', status }]);
    const result = await apply();
    expect(result.code).toBe(0);
    expect(result.stdout).not.toContain('nothing was written');
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('2.0.0');
  });

  it.each([404, 412])('%i to a create, and to a delete', async (status) => {
    write('old');
    await apply();
    write('a');
    scene.workspace.remove('extensions/old');
    const denied = { path: '*', when: 'after', kind: 'status', status };
    await scene.tenant.addFaults([
      { method: 'POST', ...denied },
      { method: 'DELETE', ...denied },
    ]);
    expect((await apply('--prune')).code).toBe(0);
    expect((await scene.tenant.client.list()).map(({ qextFilename }) => qextFilename)).toEqual(['a']);
  });

  it('404 to an overwrite that did nothing: it failed, and nobody deleted anything', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ ...patching, when: 'before', kind: 'status', status: 404 }]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).not.toContain('deleted on the tenant');
    expect(result.stdout).toContain('it does not show this change');
  });

  it('and a record that seems gone, but is listed: nobody knows, and rollback can undo it', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([
      { ...patching, when: 'after', kind: 'reset' },
      { ...readingOne, skip: 1, times: 9, when: 'before', kind: 'status', status: 404 },
    ]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).not.toContain('nothing was written');
    expect(result.stdout).toContain('the tenant lists it, but answers that it is not there');
    await scene.tenant.clearFaults();
    expect((await scene.qlikSync('rollback', '--yes')).code).toBe(0);
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('1.0.0');
  });
});

describe('what failed, and', () => {
  it('takes effect when nobody looks any more: rollback undoes that run, and no older one', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ ...patching, kind: 'late', stallMs: 60_000 }]);
    const patience = { tries: 1, pauseMs: () => 0, lastLookMs: 1 };
    const result = await run(['--timeout', '300ms'], { patience });
    expect(result.code).toBe(5);
    const version = async () => (await scene.tenant.client.get('a')).qextVersion;
    await scene.tenant.clearFaults();
    expect(await version()).toBe('2.0.0');
    expect((await scene.qlikSync('rollback', '--yes')).code).toBe(0);
    expect(await version()).toBe('1.0.0');
  });

  it('never takes effect: rollback finds it as it was before', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ ...patching, times: 9, when: 'before', kind: 'reset' }]);
    await apply();
    await scene.tenant.clearFaults();
    const undone = await scene.qlikSync('rollback', '--yes', '--prune');
    expect(undone.stdout).toContain('Nothing to do.');
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('1.0.0');
  });

  it('was certainly refused: rollback undoes no older run instead', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ ...patching, when: 'before', kind: 'status', status: 400 }]);
    await apply();
    const undone = await scene.qlikSync('rollback', '--yes', '--prune');
    expect(undone.code).toBe(3);
    expect(undone.stderr).toContain('wrote nothing, so there is nothing of it to undo');
    expect(await scene.tenant.client.list()).toHaveLength(1);
  });
});
