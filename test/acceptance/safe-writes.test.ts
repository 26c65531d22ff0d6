/** What moves between looking and writing, and what is kept of what is written. */

import { beforeEach, describe, expect } from 'vitest';
import { it } from '../store/over-stores.js';
import { remainsIn } from '../store/remains.js';
import { extensionFiles } from './support/workspace.js';
import { readingOne, useWritingScene } from './support/writing-scene.js';

const { scene, run, apply, write, change, meanwhile, journalOfLast } = useWritingScene();

const remains = remainsIn(() => scene.workspace.folder);

describe('what moved since the plan', () => {
  it.each([
    ['tags', { tags: ['qlik-sync:acme', 'by-hand'] }, 'tags [qlik-sync:acme] → [qlik-sync:acme, by-hand]'],
    ['the archive name', { filename: 'mine.zip' }, '→ mine.zip'],
  ])('%s: that change stops with exit 7, and the others go on', async (_row, edit, says) => {
    write('a', 'b');
    await apply();
    change('a', 'b');
    const result = await meanwhile(
      readingOne,
      () => run(['--concurrency', '1']),
      () => scene.tenant.edit({ name: 'a', ...edit }),
    );
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('✗ a  update failed: changed on the tenant since the plan:');
    expect(result.stdout).toContain(says);
    expect(result.stdout).toMatch(/by user \S+ at 2/);
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('1.0.0');
    expect((await scene.tenant.client.get('b')).qextVersion).toBe('2.0.0');
  });

  it('deleted meanwhile: an update is a conflict and creates nothing, a delete is done', async () => {
    write('a', 'b');
    await apply();
    const [a, b] = await Promise.all([scene.tenant.client.get('a'), scene.tenant.client.get('b')]);
    change('a');
    const updated = await meanwhile(
      readingOne,
      () => apply(),
      () => scene.tenant.client.remove(a.id),
    );
    expect(updated.code).toBe(7);
    expect(updated.stdout).toContain('deleted on the tenant since the plan');
    write('a');
    await apply();
    scene.workspace.remove('extensions/b');
    const deleted = await meanwhile(
      readingOne,
      () => apply('--prune'),
      () => scene.tenant.client.remove(b.id),
    );
    expect(deleted.code).toBe(0);
    expect(deleted.stderr).toContain('it was gone already');
  });

  it('a name that someone else takes meanwhile is not overwritten', async () => {
    write('b');
    await apply();
    const archive = (await scene.tenant.client.downloadArchive('b')).toString('base64');
    const b = await scene.tenant.client.get('b');
    await scene.tenant.client.remove(b.id);
    const result = await meanwhile(
      { method: 'POST', path: '/api/v1/extensions' },
      () => apply(),
      () => scene.tenant.edit({ name: 'b', file: archive }),
    );
    expect(result.code).toBe(7);
    expect(result.stdout).toContain('the name was taken on the tenant meanwhile');
    expect((await scene.tenant.client.get('b')).tags).toEqual([]);
  });
});

describe('a write that waits after a 429 was not sent', () => {
  const refusedOnce = { path: '/api/v1/extensions/*', kind: 'status', status: 429, retryAfter: 1 };

  it('a change meanwhile is a conflict, nothing is in doubt, and rollback has nothing to undo', async () => {
    write('a');
    await apply();
    change('a');
    const result = await meanwhile(
      { ...refusedOnce, method: 'PATCH' },
      () => apply(),
      () => scene.tenant.edit({ name: 'a', filename: 'mine.zip' }),
    );
    expect(result.code).toBe(7);
    expect(result.stdout).toContain(', so nothing was written');
    const ends = (await journalOfLast()).filter(({ kind }) => kind === 'after');
    expect(ends).toEqual([
      expect.objectContaining({ result: 'failed', message: expect.stringContaining('not executed') }),
    ]);
    expect(ends[0]).not.toHaveProperty('leftDoubt');
    const undone = await scene.qlikSync('rollback', '--yes');
    expect([undone.code, undone.stderr]).toEqual([3, expect.stringContaining('wrote nothing')]);
  });

  const deletes: readonly [string, () => readonly string[], number, RegExp][] = [
    [
      'a delete',
      () => {
        scene.workspace.remove('extensions/a');
        return ['--prune'];
      },
      0,
      /a {2}deleted.*it was gone already/,
    ],
    [
      'a replace',
      () => {
        scene.workspace.write(extensionFiles('a', { supernova: false, version: '2.0.0' }));
        return ['--allow-replace', 'a'];
      },
      7,
      /deleted on the tenant since the plan, so nothing was written/,
    ],
  ];
  it.each(deletes)('%s of what somebody else deletes meanwhile', async (_, arrange, code, says) => {
    scene.workspace.write({ ...extensionFiles('a', { supernova: true }), ...extensionFiles('b') });
    await apply();
    const args = arrange();
    const result = await meanwhile(
      { ...refusedOnce, method: 'DELETE' },
      () => apply(...args),
      () => scene.tenant.remove('a'),
    );
    expect([result.code, result.stdout + result.stderr]).toEqual([code, expect.stringMatching(says)]);
    expect(await scene.tenant.names()).toEqual(['b']);
  });
});

describe('backups', () => {
  beforeEach(async () => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme'], filename: 'by-hand.zip' });
    change('a');
    await remains.spoil('backups', () => undefined);
    await scene.tenant.addFaults([
      { method: 'GET', path: '*/file', times: 9, when: 'before', kind: 'status', status: 403 },
    ]);
  });

  it('without the right to download, nothing is overwritten: exit 4 and the ways out', async () => {
    const result = await apply('--overwrite', 'a');
    expect(result.code).toBe(4);
    expect(result.stdout).toContain(
      'Backups of what the tenant holds now: 1 to download (needs the key of a tenant or analytics admin).',
    );
    expect(result.stdout).toContain('--no-backup');
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('1.0.0');
  });

  it('--no-backup overwrites all the same', async () => {
    const result = await apply('--overwrite', 'a', '--no-backup');
    expect(result.stdout).toContain('No backup is kept.');
    expect(result.code).toBe(0);
    expect((await scene.tenant.client.get('a')).qextVersion).toBe('2.0.0');
  });
});

describe('the journal', () => {
  it('has two lines for each request, and the previous record', async () => {
    write('a', 'old');
    await apply();
    change('a');
    scene.workspace.remove('extensions/old');
    await apply('--prune');
    const lines = await journalOfLast();
    expect(lines.map(({ kind }) => kind)).toEqual(['run', 'before', 'after', 'before', 'after', 'end']);
    expect(lines[0]).toMatchObject({
      command: 'apply',
      planned: [
        { name: 'a', action: 'update' },
        { name: 'old', action: 'delete' },
      ],
    });
    expect(lines[1]).toMatchObject({
      request: 'patch',
      previous: { archive: 'stored', version: '1.0.0', tags: ['qlik-sync:acme'] },
      sent: { version: '2.0.0', tags: ['qlik-sync:acme'] },
    });
    expect(lines[2]).toMatchObject({ result: 'done', revision: '2.0.0' });
    expect(lines[3]).toMatchObject({ request: 'delete', name: 'old' });
    expect(lines[5]).toMatchObject({ exitCode: 0, counts: { updated: 1, deleted: 1, failed: 0 } });
  });

  it('is begun only by a run that writes', async () => {
    write('a');
    await apply();
    const before = await remains.read('runs');
    await apply();
    expect(await remains.read('runs')).toEqual(before);
  });

  it('makes the run after one that died report what it did and what is left', async () => {
    write('a', 'b');
    await apply();
    await remains.spoil('runs', ({ content }) => withoutLinesOf('b', content.toString()));
    const result = await apply();
    expect(result.stderr).toContain('The last run did not finish: apply');
    expect(result.stderr).toContain('verified: create a');
    expect(result.stderr).toContain('not attempted: create b');
  });
});

/** A journal as it was before a change began, whose line may come between those of another. */
function withoutLinesOf(name: string, journal: string): string {
  const lines = journal.trimEnd().split('\n');
  const parsed = lines.map((line): { kind: string; name?: string; step?: number } => JSON.parse(line));
  const step = parsed.find((line) => line.kind === 'before' && line.name === name)?.step;
  const kept = lines.filter((_line, index) => parsed[index]?.kind === 'run' || isOther(parsed[index], step));
  return `${kept.join('\n')}\n`;
}

function isOther(line: { kind: string; step?: number } | undefined, step: number | undefined): boolean {
  return line?.kind !== 'end' && line?.step !== step;
}

describe('two runs at once', () => {
  it('the second stops with the first’s pid where waiting is in vain', async () => {
    write('a');
    const result = await meanwhile(
      { method: 'POST', path: '/api/v1/extensions' },
      () => apply(),
      async () => {
        const second = new AbortController();
        const waiting = run([], {
          interrupted: second.signal,
          onStderr: (text) => {
            if (text.includes('waiting for apply of pid')) second.abort(new Error('interrupted'));
          },
        });
        expect((await waiting).stderr).toContain(`waiting for apply of pid ${process.pid}`);
      },
    );
    expect(result.code).toBe(0);
  });
});
