import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ruleVersion } from '../../src/core/digest.js';
import { loadIndex } from '../../src/source/read/index-file.js';
import { type ReadOptions, readDesired } from '../../src/source/read/read.js';
import { type Files, plant, qext, type Tree } from './tree.js';

const content = { bytes: 1, sha256: 'a'.repeat(64), facts: {} };
const lie = 'f'.repeat(64);
const indexPath = '.qlik-sync/index.json';

/** Change times cannot be set back, so the clock of the notes is set forward. */
const later = (): number => Date.now() + 60_000;

const minimal: Files = { 'a/a.qext': qext(), 'a/a.js': 'one', 'a/lib/b.js': 'two' };

async function readSums(
  tree: Tree,
  options: Partial<ReadOptions> = {},
): Promise<Readonly<Record<string, string>>> {
  const defaults = { extensions: ['*'], ignore: [], index: 'on', tool: 'test' } as const;
  const { state } = await readDesired({ root: tree.root, cwd: tree.root, ...defaults, ...options });
  const files = state.extensions.flatMap(({ name, files }) =>
    files.map((file) => [`${name}/${file.path}`, file.sha256]),
  );
  return Object.fromEntries(files);
}

/** Notes every file of folder `a` with a wrong sum, so that a sum tells whether a file was read. */
function noteLies(tree: Tree, paths: readonly string[], tool = 'test'): void {
  const index = loadIndex(tree.root, tool);
  const folder = index.folder('a');
  for (const path of paths)
    folder.note(path, statSync(tree.path(`a/${path}`)), { ...content, sha256: lie }, later());
  index.save();
}

describe('a warm index', () => {
  it('saves reading a file whose stats are the same', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js', 'lib/b.js']);
    expect(await readSums(tree)).toMatchObject({ 'a/a.js': lie, 'a/lib/b.js': lie });
  });

  it('is neither read nor written with the index off', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js']);
    const before = readFileSync(tree.path(indexPath), 'utf8');
    expect((await readSums(tree, { index: 'off' }))['a/a.js']).not.toBe(lie);
    expect(readFileSync(tree.path(indexPath), 'utf8')).toBe(before);
    rmSync(tree.path('.qlik-sync'), { recursive: true });
    await readSums(tree, { index: 'off' });
    expect(existsSync(tree.path('.qlik-sync'))).toBe(false);
  });

  const changes: readonly [string, (tree: Tree) => void][] = [
    ['another size', (tree) => writeFileSync(tree.path('a/a.js'), 'longer')],
    ['the same size', (tree) => writeFileSync(tree.path('a/a.js'), 'eno')],
    [
      'the same size and a modification time set back',
      (tree) => {
        const { atimeMs, mtimeMs } = statSync(tree.path('a/a.js'));
        writeFileSync(tree.path('a/a.js'), 'eno');
        utimesSync(tree.path('a/a.js'), atimeMs / 1_000, mtimeMs / 1_000);
      },
    ],
    [
      'another file put in its place, times and all',
      (tree) => {
        writeFileSync(tree.path('a/new.tmp'), 'eno');
        execFileSync('touch', ['-r', tree.path('a/a.js'), tree.path('a/new.tmp')]);
        execFileSync('mv', [tree.path('a/new.tmp'), tree.path('a/a.js')]);
      },
    ],
    [
      'another file of the same size that is older, as Nx (24.0.6) restores what a build once wrote',
      (tree) => {
        rmSync(tree.path('a/a.js'));
        writeFileSync(tree.path('a/a.js'), 'eno');
        tree.age('a/a.js');
      },
    ],
    [
      'a link in its place',
      (tree) => {
        rmSync(tree.path('a/a.js'));
        symlinkSync('lib/b.js', tree.path('a/a.js'));
      },
    ],
  ];
  it.each(changes)('notices %s', async (_, change) => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js', 'lib/b.js']);
    change(tree);
    const sums = await readSums(tree);
    expect(sums['a/a.js']).not.toBe(lie);
    expect(sums['a/lib/b.js']).toBe(lie);
  });

  it('keeps folders that a selection leaves out, and drops folders that are gone', async () => {
    const tree = plant({ 'a/a.qext': qext(), 'b/b.qext': qext(), 'c/c.qext': qext() });
    const index = loadIndex(tree.root, 'test');
    for (const name of ['a', 'b', 'c']) {
      index.folder(name).note(`${name}.qext`, statSync(tree.path(`${name}/${name}.qext`)), content, later());
    }
    index.save();
    rmSync(tree.path('c'), { recursive: true });
    writeFileSync(tree.path('a/a.qext'), qext({ name: 'new' }));
    vi.useFakeTimers({ toFake: ['Date'], now: later() });
    onTestFinished(() => void vi.useRealTimers());
    await readSums(tree, { selection: (name) => name === 'a' });
    expect(Object.keys(JSON.parse(readFileSync(tree.path(indexPath), 'utf8')).folders).sort()).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('staleness', () => {
  it('never vouches for a file that was just written: 300 rewrites of one size are all seen', async () => {
    const tree = plant({ 'a/a.qext': qext() });
    for (let turn = 100; turn < 400; turn++) {
      writeFileSync(tree.path('a/a.js'), String(turn));
      const sum = createHash('sha256').update(String(turn)).digest('hex');
      expect((await readSums(tree))['a/a.js']).toBe(sum);
    }
  });

  it('notes only what is clearly older than its reading', () => {
    const tree = plant(minimal);
    const stats = { size: 1, mtimeMs: 1_000_000, ctimeMs: 1_000_000, ino: 1 };
    const notes: readonly [string, typeof stats, number][] = [
      ['old', stats, 1_003_000],
      ['fresh', stats, 1_002_000],
      ['changed-since', { ...stats, ctimeMs: 1_002_000 }, 1_003_000],
      ['from-the-future', { ...stats, mtimeMs: 2_000_000 }, 1_003_000],
    ];
    const index = loadIndex(tree.root, 'test');
    const folder = index.folder('a');
    for (const [path, each, readAt] of notes) folder.note(path, each, content, readAt);
    index.save();
    const again = loadIndex(tree.root, 'test').folder('a');
    expect(notes.filter(([path, each]) => again.find(path, each)).map(([path]) => path)).toEqual(['old']);
  });

  it('finds content with its facts again, in any order', () => {
    const tree = plant(minimal);
    const stats = { size: 1, mtimeMs: 1.25, ctimeMs: 2.5, ino: 3 };
    const facts = {
      riskyType: 'application/zip',
      origins: [{ origin: 'https://a.example', line: 1, column: 2, needs: ['img-src' as const] }],
    };
    const index = loadIndex(tree.root, 'test');
    const folder = index.folder('a');
    folder.note('b.js', stats, { ...content, facts }, later());
    folder.note('a.js', stats, content, later());
    index.save();
    const again = loadIndex(tree.root, 'test').folder('a');
    for (const path of ['b.js', 'a.js', 'b.js']) {
      expect(again.find(path, stats)).toEqual(path === 'b.js' ? { ...content, facts } : content);
    }
    expect(again.find('c.js', stats)).toBeUndefined();
    for (const other of [{ size: 2 }, { mtimeMs: 1 }, { ctimeMs: 2 }, { ino: 4 }]) {
      expect(again.find('a.js', { ...stats, ...other })).toBeUndefined();
    }
  });
});

describe('the file', () => {
  it('is for the owner alone, and git does not see it', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js']);
    expect(statSync(tree.path(indexPath)).mode & 0o777).toBe(0o600);
    expect(readFileSync(tree.path('.qlik-sync/.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is written only when something changed', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js', 'a.qext', 'lib/b.js']);
    const { ino } = statSync(tree.path(indexPath));
    const folder = loadIndex(tree.root, 'test');
    const files = folder.folder('a');
    for (const path of ['a.js', 'a.qext', 'lib/b.js']) files.find(path, statSync(tree.path(`a/${path}`)));
    folder.save();
    expect(statSync(tree.path(indexPath)).ino).toBe(ino);
  });

  it('is not written for a file that was just written', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js', 'a.qext', 'lib/b.js']);
    const { ino } = statSync(tree.path(indexPath));
    tree.write({ 'a/a.js': 'another' });
    await readSums(tree);
    expect(statSync(tree.path(indexPath)).ino).toBe(ino);
  });

  it('is read again if another process has replaced it', async () => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js']);
    expect((await readSums(tree))['a/a.js']).toBe(lie);
    const text = readFileSync(tree.path(indexPath), 'utf8');
    rmSync(tree.path(indexPath));
    tree.write({ [indexPath]: text.replaceAll(lie, 'e'.repeat(64)) });
    expect((await readSums(tree))['a/a.js']).toBe('e'.repeat(64));
  });

  const header = `"format":1,"ruleVersion":${ruleVersion},"tool":"test"`;
  const useless: readonly [string, string][] = [
    ['an empty file', ''],
    ['half a file', `{${header},"folders":{"a":{"pa`],
    ['no object', '[]'],
    ['no folders', `{${header}}`],
    [
      'folders of another shape',
      `{${header},"folders":{"a":{"paths":["a.js"],"stats":[1],"sha256":"","facts":{}}}}`,
    ],
    ['columns that are missing', `{${header},"folders":{"a":{"paths":["a.js"]},"b":null}}`],
  ];
  it.each(useless)('is as good as none when it is %s', async (_, text) => {
    const tree = plant(minimal);
    const expected = await readSums(tree, { index: 'off' });
    tree.write({ [indexPath]: text });
    expect(await readSums(tree)).toEqual(expected);
  });

  it.each(['format', 'ruleVersion', 'tool'])('is as good as none when it is of another %s', async (key) => {
    const tree = plant(minimal);
    noteLies(tree, ['a.js']);
    const data = JSON.parse(readFileSync(tree.path(indexPath), 'utf8'));
    tree.write({ [indexPath]: JSON.stringify({ ...data, [key]: 'other' }) });
    expect((await readSums(tree))['a/a.js']).not.toBe(lie);
  });

  it('may be missing if nothing can be written', async () => {
    const tree = plant(minimal);
    tree.write({ '.qlik-sync': 'a file where the folder should be' });
    const sums = await readSums(tree);
    expect(Object.keys(sums)).toEqual(['a/a.js', 'a/a.qext', 'a/lib/b.js']);
    noteLies(tree, ['a.js']);
    expect(readFileSync(tree.path('.qlik-sync'), 'utf8')).toBe('a file where the folder should be');
  });
});
