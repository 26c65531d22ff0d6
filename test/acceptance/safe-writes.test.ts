/** What moves between looking and writing, what gets lost on the way, and what is kept of it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RunLine } from '../../src/reconcile/run-record.js';
import { type InProcessOptions, runInProcess } from './in-process.js';
import { useScene } from './scene.js';
import { extensionFiles, type Result } from './workspace.js';

const scene = useScene();

function run(args: readonly string[], options: Partial<InProcessOptions> = {}): Promise<Result> {
  return runInProcess(['apply', '--yes', ...args], {
    cwd: scene.workspace.folder,
    env: scene.tenant.env,
    ...options,
  });
}

function apply(...args: readonly string[]): Promise<Result> {
  return run(args);
}

function write(...names: readonly string[]): void {
  for (const name of names) scene.workspace.write(extensionFiles(name));
}

function change(...names: readonly string[]): void {
  for (const name of names)
    scene.workspace.write(extensionFiles(name, { code: 'changed', version: '2.0.0' }));
}

/** Holds up the next request like this, and does something meanwhile, as a person at the same time. */
async function meanwhile<T>(
  request: { readonly method: string; readonly path: string },
  running: () => Promise<T>,
  edit: () => Promise<unknown>,
): Promise<T> {
  await scene.tenant.addFaults([{ ...request, when: 'before', kind: 'stall', stallMs: 400 }]);
  await scene.tenant.takeRequests();
  const result = running();
  const isThere = async (): Promise<boolean> => {
    const isLike = new RegExp(`^${request.path.replaceAll('*', '.+')}$`);
    return (await scene.tenant.seeRequests()).some(
      ({ method, path }) => method === request.method && isLike.test(path),
    );
  };
  await expect.poll(isThere, { interval: 10 }).toBe(true);
  await edit();
  return result;
}

const readingOne = { method: 'GET', path: '/api/v1/extensions/*' };

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

  it('a name that a stranger takes meanwhile is not overwritten', async () => {
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

  it('an edit between the last read and the write is lost, and that is said', async () => {
    write('a');
    await apply();
    change('a');
    const result = await meanwhile(
      { method: 'PATCH', path: '/api/v1/extensions/*' },
      () => apply('--json'),
      () => scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme', 'by-hand'] }),
    );
    expect(result.code).toBe(7);
    const [outcome] = JSON.parse(result.stdout).outcomes;
    expect(outcome).toMatchObject({
      status: 'done',
      overwrote: expect.stringContaining('the revision went from 1.0.0 to 3.0.0 with one write of ours'),
    });
  });
});

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

  it('and cannot be read: nobody knows, and that is said', async () => {
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

  it('nowhere to be seen after every try: it failed, and was not made', async () => {
    write('a');
    await apply();
    change('a');
    await scene.tenant.addFaults([{ method: 'PATCH', path: '*', times: 9, when: 'before', kind: 'reset' }]);
    const result = await apply();
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('it does not show this change');
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

  it('a 404 that the list does not bear out is not taken for a delete', async () => {
    write('a', 'old');
    await apply();
    scene.workspace.remove('extensions/old');
    await scene.tenant.addFaults([{ ...readingOne, times: 2, when: 'before', kind: 'status', status: 404 }]);
    const result = await apply('--prune');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain('the tenant lists it, but answers that it is not there');
    expect((await scene.tenant.takeRequests()).filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('to the create of a replace: half of it is said, and the next run finishes it', async () => {
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

describe('--max-duration', () => {
  it('finishes what is in flight, starts nothing, and says what is left', async () => {
    write('a', 'b', 'old');
    await apply();
    change('a', 'b');
    scene.workspace.remove('extensions/old');
    const ids = new Map((await scene.tenant.client.list()).map(({ qextFilename, id }) => [qextFilename, id]));
    const path = `/api/v1/extensions/${ids.get('a')}`;
    await scene.tenant.addFaults([{ method: 'PATCH', path, when: 'before', kind: 'stall', stallMs: 1500 }]);
    const result = await apply('--prune', '--concurrency', '1', '--max-duration', '1s');
    expect(result.code).toBe(9);
    expect(result.stderr).toContain('✓ a  updated');
    expect(result.stdout).toContain('· b  update not attempted: out of time');
    expect(result.stdout).toContain('· old  delete not attempted: out of time');
    expect(result.stdout).toContain('Out of time: 2 of 3 are left');
    expect((await apply('--prune')).code).toBe(0);
  });

  it('a 429 that asks for more patience than there is ends it too', async () => {
    write('a');
    await scene.tenant.addFaults([
      { method: 'POST', path: '*', kind: 'status', status: 429, retryAfter: 400 },
    ]);
    expect((await apply()).code).toBe(9);
  });
});

describe('backups', () => {
  beforeEach(async () => {
    write('a');
    await apply();
    await scene.tenant.edit({ name: 'a', tags: ['qlik-sync:acme'], filename: 'by-hand.zip' });
    change('a');
    scene.workspace.remove('.qlik-sync/backups');
    await scene.tenant.addFaults([
      { method: 'GET', path: '*/file', times: 9, when: 'before', kind: 'status', status: 403 },
    ]);
  });

  it('without the right to download, nothing is overwritten: exit 4 and the ways out', async () => {
    const result = await apply('--overwrite', 'a');
    expect(result.code).toBe(4);
    expect(result.stdout).toContain('Backups: 1 to download (needs the key of a tenant or analytics admin).');
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

/** The newest journal's lines. */
async function journalOfLast(): Promise<readonly RunLine[]> {
  const runs = join(scene.workspace.folder, '.qlik-sync/runs');
  const [folder = ''] = readdirSync(runs);
  const journals = readdirSync(join(runs, folder)).map((name) => {
    const text = readFileSync(join(runs, folder, name), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as RunLine);
  });
  const startOf = ([first]: readonly RunLine[]): string => (first?.kind === 'run' ? first.startedAt : '');
  return [...journals].sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1)).at(-1) ?? [];
}

describe('the journal', () => {
  it('has two lines for each request, and what stood there before', async () => {
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

  it('is begun by a run that writes, and by no other', async () => {
    write('a');
    await apply();
    const before = readdirSync(join(scene.workspace.folder, '.qlik-sync/runs'), { recursive: true }).length;
    await apply();
    expect(readdirSync(join(scene.workspace.folder, '.qlik-sync/runs'), { recursive: true })).toHaveLength(
      before,
    );
  });

  it('of a run that died makes the next one say what it did and what is left', async () => {
    write('a', 'b');
    await apply();
    const runs = join(scene.workspace.folder, '.qlik-sync/runs');
    const [folder = ''] = readdirSync(runs);
    const [file = ''] = readdirSync(join(runs, folder));
    const lines = readFileSync(join(runs, folder, file), 'utf8')
      .trimEnd()
      .split('\n');
    scene.workspace.write({ [`.qlik-sync/runs/${folder}/${file}`]: `${lines.slice(0, 3).join('\n')}\n` });
    const result = await apply();
    expect(result.stderr).toContain('The last run did not come to its end: apply');
    expect(result.stderr).toContain('verified: create a');
    expect(result.stderr).toContain('left: create b');
  });
});

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
