import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettled, type Settling, type TellFolders } from '../../../src/source/git/settled.js';
import { git } from '../../git.js';
import { plant, type Tree } from '../tree.js';

function plantRepository(): Tree {
  const tree = plant({ 'ext/a.js': '1' });
  git(tree.root, 'init', '-q', '-b', 'main');
  git(tree.root, 'add', '-A');
  git(tree.root, 'commit', '-q', '-m', 'first');
  return tree;
}

const settling = (root: string, more: Partial<Settling> = {}): Settling => ({
  bases: [root],
  cwd: root,
  env: {},
  patienceMs: 20_000,
  ...more,
});

/** Counts what it is asked to read, and does something in between. */
function createReader(between: (time: number) => void = () => undefined) {
  let times = 0;
  const read = async (): Promise<number> => {
    between(++times);
    return times;
  };
  return { read, times: () => times };
}

describe('a checkout', () => {
  it('is read once, outside a repository and in one at rest', async () => {
    for (const { root } of [plant({ 'ext/a.js': '1' }), plantRepository()]) {
      expect(await readSettled(settling(root), createReader().read)).toBe(1);
    }
  });

  it('is not read before the lock is gone', async () => {
    const { root, path } = plantRepository();
    writeFileSync(path('.git/index.lock'), '');
    const { read, times } = createReader(() => expect(existsSync(path('.git/index.lock'))).toBe(false));
    const reading = readSettled(settling(root), read);
    expect(times()).toBe(0);
    rmSync(path('.git/index.lock'));
    expect(await reading).toBe(1);
  });

  const moves: readonly [string, (tree: Tree) => void][] = [
    ['the index', ({ root }) => git(root, 'rm', '-q', '--cached', 'ext/a.js')],
    ['HEAD', ({ root }) => git(root, 'switch', '-q', '-c', 'other')],
  ];
  it.each(moves)('is read again where %s moved meanwhile', async (_, move) => {
    const tree = plantRepository();
    const { read } = createReader((time) => (time === 1 ? move(tree) : undefined));
    expect(await readSettled(settling(tree.root), read)).toBe(2);
  });

  it('is read again if reading failed while git moved files, and fails if nothing moved', async () => {
    const { root } = plantRepository();
    const reader = createReader((time) => {
      if (time === 1) git(root, 'switch', '-q', '-c', 'other');
      if (time === 1) throw new Error('half of it');
    });
    expect(await readSettled(settling(root), reader.read)).toBe(2);
    const failing = createReader(() => {
      throw new Error('unreadable');
    });
    await expect(readSettled(settling(root), failing.read)).rejects.toThrow('unreadable');
    expect(failing.times()).toBe(1);
  });

  it('that does not come to rest is an error, which names the lock', async () => {
    const { root, path } = plantRepository();
    writeFileSync(path('.git/index.lock'), '');
    const { read, times } = createReader();
    await expect(readSettled(settling(root, { patienceMs: 60 }), read)).rejects.toMatchObject({
      exitCode: 3,
      message: '.git/index.lock: git is changing the files, so what is read may mix two commits',
      hint: expect.stringContaining('remove that file'),
    });
    expect(times()).toBe(0);
    rmSync(path('.git/index.lock'));
    let other = 0;
    const moving = createReader(() => git(root, 'switch', '-q', '-c', `branch-${++other}`));
    await expect(readSettled(settling(root, { patienceMs: 1 }), moving.read)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('git keeps changing the files'),
    });
  });

  it('is read under the lock of the git whose hook this is', async () => {
    const { root, path } = plantRepository();
    writeFileSync(path('.git/index.lock'), '');
    const env = { GIT_INDEX_FILE: '.git/index.lock' };
    expect(await readSettled(settling(root, { env }), createReader().read)).toBe(1);
  });

  it('ends with the run that is interrupted', async () => {
    const { root, path } = plantRepository();
    writeFileSync(path('.git/index.lock'), '');
    const interrupt = new AbortController();
    const reading = readSettled(settling(root, { signal: interrupt.signal }), createReader().read);
    interrupt.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('may have its git folder elsewhere: a worktree, a submodule, a folder beside', async () => {
    const { root, path } = plantRepository();
    git(root, 'worktree', 'add', '-q', path('tree'), '-b', 'tree');
    const origin = plantRepository();
    git(root, 'submodule', '--quiet', 'add', origin.root, 'sub');
    git(root, 'commit', '-q', '-m', 'submodule');
    const rows: readonly [readonly string[], string][] = [
      [[path('tree')], '.git/worktrees/tree'],
      [[path('tree/ext')], '.git/worktrees/tree'],
      [[root], '.git/modules/sub'],
      [[plant().root, path('sub/ext')], '.git/modules/sub'],
      [[path('ext')], '.git'],
    ];
    for (const [bases, gitDir] of rows) {
      const lock = path(join(gitDir, 'index.lock'));
      writeFileSync(lock, '');
      const locked = readSettled(settling(root, { bases, patienceMs: 1 }), createReader().read);
      await expect(locked, gitDir).rejects.toThrow(`${gitDir}/index.lock: git is changing the files`);
      rmSync(lock);
      expect(await readSettled(settling(root, { bases }), createReader().read)).toBe(1);
    }
    // That of a clone within is looked at once it is known.
    const clone = plant();
    git(clone.root, 'clone', '-q', root, 'clones/a');
    let reads = 0;
    const find = async (tell: TellFolders): Promise<number> => {
      tell([clone.path('clones/a/ext'), clone.path('other')]);
      return ++reads;
    };
    const nested = settling(clone.root, { patienceMs: 1 });
    expect(await readSettled(nested, find)).toBe(1);
    writeFileSync(clone.path('clones/a/.git/index.lock'), '');
    await expect(readSettled(nested, find)).rejects.toThrow('clones/a/.git/index.lock: git is changing');
    expect(reads).toBe(1);
    // The lock of another worktree does not concern this one.
    writeFileSync(path('.git/worktrees/tree/index.lock'), '');
    expect(await readSettled(settling(root), createReader().read)).toBe(1);
  });
});

it('never mixes two commits while git switches between them', async () => {
  const { root, path } = plantRepository();
  const names = Array.from({ length: 150 }, (_, index) => `ext/file-${index}.js`);
  for (const branch of ['one', 'two']) {
    git(root, 'switch', '-q', '-c', branch, 'main');
    for (const name of names) writeFileSync(path(name), branch);
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', branch);
  }
  mkdirSync(path('done'));
  const loop = spawn('sh', ['-c', 'while [ -d done ]; do git switch -q one; git switch -q two; done'], {
    cwd: root,
    stdio: 'ignore',
  });
  try {
    for (let time = 0; time < 12; time++) {
      const read = async (): Promise<ReadonlySet<string>> =>
        new Set(readdirSync(path('ext')).map((name) => readFileSync(path(join('ext', name)), 'utf8')));
      const contents = await readSettled(settling(root, { patienceMs: 60_000 }), read);
      expect([...contents].filter((text) => text !== '1')).toHaveLength(1);
    }
  } finally {
    rmSync(path('done'), { recursive: true });
    await once(loop, 'close');
  }
});
