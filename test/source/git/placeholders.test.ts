/** What real git and git-lfs leave in the place of files, and what is said of it. */

import { copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkExtension } from '../../../src/core/rules.js';
import { readDesired } from '../../../src/source/read/read.js';
import { git } from '../../git.js';
import { requireTool } from '../../require-tool.js';
import { type Files, plant, qext, type Tree } from '../tree.js';

const hasLfs = requireTool('git', ['lfs', 'version']);

const extension = { 'ext/kpi/kpi.qext': qext(), 'ext/kpi/kpi.js': 'define({})\n' };

function plantRepository(files: Files): Tree {
  const tree = plant(files);
  git(tree.root, 'init', '-q', '-b', 'main');
  return tree;
}

function commit({ root }: Tree): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'all');
}

/** One line an error or warning. */
async function look({
  root,
}: Tree): Promise<{ readonly said: readonly string[]; readonly notSelected: readonly string[] }> {
  const { state, findings } = await readDesired({
    ...{ root, cwd: root, extensions: ['ext/*'], ignore: [], index: 'off', env: process.env },
  });
  const all = [...findings, ...state.extensions.flatMap((each) => checkExtension(each))];
  const said = all
    .filter(({ severity }) => severity === 'error')
    .map(({ rule, file, line }) => [rule, file, line].filter(Boolean).join(' '));
  return { said, notSelected: state.notSelected };
}

describe('Git LFS', () => {
  it.runIf(hasLfs)(
    'a checkout without it is refused, whatever the file, and one with it is not',
    async () => {
      const tree = plantRepository({
        ...extension,
        'ext/kpi/icon.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]),
        'ext/kpi/fonts/a.woff2': Buffer.from('wOF2....'),
        'ext/gauge/gauge.qext': qext(),
        'ext/gauge/gauge.js': 'define({})\n',
        '.gitattributes':
          '*.png filter=lfs -text\n*.woff2 filter=lfs -text\nkpi.js filter=lfs -text\ngauge.qext filter=lfs -text\n',
      });
      git(tree.root, 'lfs', 'install', '--local');
      commit(tree);
      expect((await look(tree)).said).toEqual([]);
      git(
        tree.root,
        '-c',
        'filter.lfs.process=',
        '-c',
        'filter.lfs.smudge=',
        '-c',
        'filter.lfs.required=false',
        'rm',
        '-q',
        '-r',
        '--cached',
        '.',
      );
      rmSync(tree.path('ext'), { recursive: true });
      git(
        tree.root,
        '-c',
        'filter.lfs.process=',
        '-c',
        'filter.lfs.smudge=',
        '-c',
        'filter.lfs.required=false',
        'reset',
        '-q',
        '--hard',
      );
      expect(await look(tree)).toEqual({
        said: [
          'lfs-pointer ext/gauge/gauge.qext',
          'lfs-pointer ext/kpi/fonts/a.woff2',
          'lfs-pointer ext/kpi/icon.png',
          'lfs-pointer ext/kpi/kpi.js',
        ],
        notSelected: ['gauge'],
      });
      git(tree.root, 'lfs', 'checkout');
      expect((await look(tree)).said).toEqual([]);
    },
  );
});

describe('a merge that is not finished', () => {
  it('is refused if a file that is run contains both sides', async () => {
    const tree = plantRepository({ ...extension, 'ext/kpi/kpi.css': 'a{}\n', 'ext/kpi/notes.md': 'one\n' });
    commit(tree);
    const sides: Files = {
      'ext/kpi/kpi.js': 'define({a:1})\n',
      'ext/kpi/kpi.css': 'a{color:red}\n',
      'ext/kpi/notes.md': 'two\n',
    };
    git(tree.root, 'switch', '-q', '-c', 'other');
    tree.write(sides);
    commit(tree);
    git(tree.root, 'switch', '-q', 'main');
    tree.write(
      Object.fromEntries(
        Object.entries(sides).map(([path, text]) => [path, `${String(text).trim()} /**/\n`]),
      ),
    );
    commit(tree);
    expect(() => git(tree.root, 'merge', '-q', 'other')).toThrow();
    expect((await look(tree)).said.filter((line) => line.startsWith('merge'))).toEqual([
      'merge-conflict ext/kpi/kpi.css 1',
      'merge-conflict ext/kpi/kpi.js 1',
    ]);
  });

  it('in a .qext is not reported as a syntax error', async () => {
    const tree = plant({
      ...extension,
      'ext/kpi/kpi.qext': '{\n<<<<<<< HEAD\n"name":"a"\n=======\n"name":"b"\n>>>>>>> x\n}\n',
    });
    const { findings } = await readDesired({
      root: tree.root,
      cwd: tree.root,
      extensions: ['ext/*'],
      ignore: [],
      index: 'off',
    });
    expect(findings).toMatchObject([
      {
        rule: 'manifest-syntax',
        severity: 'error',
        line: 2,
        message: 'The file holds both sides of a merge conflict.',
      },
    ]);
  });
});

describe('a link that was checked out as a text', () => {
  /** Links of an extension to a file and a folder beside it. */
  function plantLinks(): Tree {
    const tree = plantRepository({ ...extension, 'shared/lib.js': '1;\n', 'shared/assets/a.css': 'a{}\n' });
    symlinkSync('../../shared/lib.js', tree.path('ext/kpi/lib.js'));
    symlinkSync('../../shared/assets', tree.path('ext/kpi/assets'));
    symlinkSync('gone.js', tree.path('ext/kpi/dangling.js'));
    commit(tree);
    return tree;
  }

  function checkOutAsText({ root, path }: Tree): void {
    git(root, 'config', 'core.symlinks', 'false');
    rmSync(path('ext'), { recursive: true });
    git(root, 'reset', '-q', '--hard');
  }

  const all = [
    'link-as-text ext/kpi/assets',
    'link-as-text ext/kpi/dangling.js',
    'link-as-text ext/kpi/lib.js',
  ];

  it('is refused, since git knows what it is', async () => {
    const tree = plantLinks();
    checkOutAsText(tree);
    expect([...(await look(tree)).said].sort()).toEqual(all);
  });

  it('is refused without git if it leads somewhere', async () => {
    const tree = plantLinks();
    checkOutAsText(tree);
    rmSync(tree.path('.git'), { recursive: true });
    expect([...(await look(tree)).said].sort()).toEqual([
      'link-as-text ext/kpi/assets',
      'link-as-text ext/kpi/lib.js',
    ]);
  });

  it('is what git says it is: a file may contain a path on purpose', async () => {
    const tree = plantRepository({
      ...extension,
      'ext/kpi/main.json': 'kpi.js',
      'ext/kpi/entry.txt': 'kpi.js',
      'ext/kpi/CNAME': 'kpi.js',
    });
    commit(tree);
    expect((await look(tree)).said).toEqual([]);
  });

  it('raises no alarm outside git for prose, or if it leads nowhere', async () => {
    const tree = plant({
      ...extension,
      'ext/kpi/entry.txt': 'kpi.js',
      'ext/kpi/notes.md': '../kpi',
      'ext/kpi/a.css': 'nothing.css',
    });
    expect((await look(tree)).said).toEqual([]);
  });

  it('as a .qext, or as the folder of an extension', async () => {
    const tree = plantRepository({
      'dist/gauge/gauge.qext': qext(),
      'dist/gauge/gauge.js': 'define({})\n',
      ...extension,
      'meta/kpi.qext': qext(),
    });
    rmSync(tree.path('ext/kpi/kpi.qext'));
    symlinkSync('../../meta/kpi.qext', tree.path('ext/kpi/kpi.qext'));
    symlinkSync('../dist/gauge', tree.path('ext/gauge'));
    commit(tree);
    checkOutAsText(tree);
    expect(await look(tree)).toEqual({
      said: ['link-as-text ext/gauge', 'link-as-text ext/kpi/kpi.qext'],
      notSelected: ['kpi'],
    });
    expect(existsSync(tree.path('ext/gauge'))).toBe(true);
    const named = await readDesired({
      root: tree.root,
      cwd: tree.root,
      extensions: ['ext/gauge'],
      ignore: [],
      index: 'off',
    });
    expect(named.findings.map(({ rule }) => rule)).toEqual(['link-as-text']);
  });

  it('stays a link in the index of an earlier run, until it is a file again', async () => {
    const tree = plantLinks();
    checkOutAsText(tree);
    for (const name of ['lib.js', 'dangling.js', 'assets']) tree.age(`ext/kpi/${name}`);
    const read = () =>
      readDesired({
        root: tree.root,
        cwd: tree.root,
        extensions: ['ext/*'],
        ignore: [],
        index: 'on',
        env: process.env,
      });
    await read();
    const { state } = await read();
    expect(
      state.extensions.flatMap((each) => checkExtension(each)).filter(({ rule }) => rule === 'link-as-text'),
    ).toHaveLength(3);
    copyFileSync(tree.path('shared/lib.js'), tree.path('ext/kpi/lib.js'));
    writeFileSync(tree.path('ext/kpi/dangling.js'), '1;\n');
    rmSync(tree.path('ext/kpi/assets'));
    const mended = await read();
    expect(
      mended.state.extensions
        .flatMap((each) => checkExtension(each))
        .filter(({ severity }) => severity === 'error'),
    ).toEqual([]);
  });
});
