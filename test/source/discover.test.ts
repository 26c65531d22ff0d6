import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { discover } from '../../src/source/discover/discover.js';
import { type Files, plant, qext, summarise, type Tree } from './tree.js';

function extensions(...folders: readonly string[]): Files {
  return Object.fromEntries(
    folders.map((folder) => [
      `${folder}/${(folder.split('/').at(-1) ?? '').replace(/^\./, '')}.qext`,
      qext(),
    ]),
  );
}

async function found(tree: Tree, patterns: readonly string[]): Promise<readonly string[]> {
  const { candidates, remarks } = await discover(tree.root, tree.root, patterns);
  return [...candidates.map((each) => each.displayFolder), ...summarise(remarks.map((each) => each.finding))];
}

describe('patterns', () => {
  const world = extensions(
    'ext/a',
    'ext/b-ext',
    'ext/old',
    'ext/.hidden',
    'ext/node_modules',
    'packages/x/dist',
    'packages/y/build',
    'node_modules/@nebula.js/sn-a',
  );
  const cases: readonly [readonly string[], readonly string[]][] = [
    [['ext/*'], ['ext/a', 'ext/b-ext', 'ext/old']],
    [['./ext//*/'], ['ext/a', 'ext/b-ext', 'ext/old']],
    [['ext/a'], ['ext/a']],
    [
      ['ext/a', 'ext/*'],
      ['ext/a', 'ext/b-ext', 'ext/old'],
    ],
    [['ext/*-ext'], ['ext/b-ext']],
    [['ext/{a,old}'], ['ext/a', 'ext/old']],
    [['{ext/a,packages/x/dist}'], ['ext/a', 'packages/x/dist']],
    [['ext/[ab]*'], ['ext/a', 'ext/b-ext']],
    [['ext/?'], ['ext/a']],
    [['packages/*/{dist,build}'], ['packages/x/dist', 'packages/y/build']],
    [['packages/**'], ['packages/x/dist', 'packages/y/build']],
    [['**/build'], ['packages/y/build']],
    [['**'], ['ext/a', 'ext/b-ext', 'ext/old', 'packages/x/dist', 'packages/y/build']],
    [
      ['ext/*', '!ext/old'],
      ['ext/a', 'ext/b-ext'],
    ],
    [
      ['!ext/old', 'ext/*'],
      ['ext/a', 'ext/b-ext'],
    ],
    [
      ['**', '!ext'],
      ['packages/x/dist', 'packages/y/build'],
    ],
    [
      ['**', '!packages/**'],
      ['ext/a', 'ext/b-ext', 'ext/old'],
    ],
    [
      ['**', '!**/{dist,old}'],
      ['ext/a', 'ext/b-ext', 'packages/y/build'],
    ],
    [['ext/.hidden'], ['ext/.hidden']],
    [['node_modules/@nebula.js/sn-*'], ['node_modules/@nebula.js/sn-a']],
  ];
  it.each(cases)('%j finds %j', async (patterns, expected) => {
    expect(await found(plant(world), patterns)).toEqual(expected);
  });

  it('takes the root itself, and folders beside it', async () => {
    const tree = plant({ 'own/own.qext': qext(), 'beside/beside.qext': qext() });
    const { candidates } = await discover(tree.path('own'), tree.path('own'), ['.', '../beside']);
    expect(candidates.map((each) => [each.name, each.folder, each.displayFolder])).toEqual([
      ['beside', tree.path('beside'), '../beside'],
      ['own', tree.path('own'), '.'],
    ]);
  });

  it('shows folders relative to the working directory', async () => {
    const tree = plant(extensions('ext/a'));
    const { candidates } = await discover(tree.root, tree.path('ext'), ['ext/*']);
    expect(candidates.map((each) => each.displayFolder)).toEqual(['a']);
  });

  it('names an extension by the stem of its .qext, in NFC, not by its folder', async () => {
    const tree = plant({ ['ext/folder/größe.chart.qext'.normalize('NFD')]: qext() });
    const { candidates } = await discover(tree.root, tree.root, ['ext/*']);
    expect(candidates.map((each) => each.name)).toEqual(['größe.chart'.normalize('NFC')]);
  });
});

describe('what is wrong with folders', () => {
  const cases: readonly [string, Files, readonly string[], readonly string[]][] = [
    ['a missing folder', {}, ['ext/a'], ['error folder-missing ext/a "ext/a" does not exist.']],
    ['a file', extensions('a'), ['a/a.qext'], ['error folder-missing a/a.qext "a/a.qext" is a file.']],
    ['a pattern without a match', {}, ['ext/*'], ['warning no-match  "ext/*" matches no folder.']],
    [
      'one pattern of two without a match',
      extensions('ext/a'),
      ['ext/*', 'more/*'],
      ['ext/a', 'warning no-match  "more/*" matches no folder.'],
    ],
    [
      'a named folder without a .qext',
      { 'ext/a/a.js': '' },
      ['ext/a'],
      ['error no-manifest ext/a The folder contains no .qext file.'],
    ],
    [
      'a matched folder without a .qext',
      { 'ext/a/a.js': '' },
      ['ext/*'],
      ['warning no-manifest ext/a The folder contains no .qext file.'],
    ],
    [
      'a matched folder that nobody built',
      { 'ext/a/package.json': '{}' },
      ['ext/*'],
      ['error no-manifest ext/a The folder contains no .qext file.'],
    ],
    [
      'several .qext files',
      { 'ext/a/a.qext': qext(), 'ext/a/b.qext': qext() },
      ['ext/*'],
      ['error several-manifests ext/a The folder contains 2 .qext files: a.qext, b.qext.'],
    ],
    [
      'one name twice',
      { 'p/src/a.qext': qext(), 'p/a-ext/a.qext': qext(), 'p/build/a.qext': qext() },
      ['p/*'],
      ['error duplicate-name p/a-ext/a.qext 3 folders contain the extension a: p/a-ext, p/build, p/src.'],
    ],
    [
      'names that differ only in case',
      { 'ext/1/Gauge.qext': qext(), 'ext/2/gauge.qext': qext(), 'ext/3/c.qext': qext() },
      ['ext/*'],
      [
        'ext/3',
        'error case-twins ext/1/Gauge.qext The names Gauge and gauge differ only in case, in ext/1 and ext/2.',
      ],
    ],
    [
      'no manifest among look-alikes',
      { 'a/.qext': '', 'a/._a.qext': '', 'a/~$a.qext': '', 'a/a.qext': qext() },
      ['a'],
      ['a'],
    ],
  ];
  it.each(cases)('%s', async (_, files, patterns, expected) => {
    expect(await found(plant(files), patterns)).toEqual(expected);
  });

  const hints: readonly [string, Files, string][] = [
    [
      'a nebula build',
      { 'a/src/a.js': '', 'a/a-ext/a.qext': qext() },
      'There is a/a-ext/a.qext: name the folder a/a-ext in "extensions".',
    ],
    [
      'a build two levels down',
      { 'a/out/dist/a.qext': qext() },
      'There is a/out/dist/a.qext: name the folder a/out/dist in "extensions".',
    ],
    [
      'the built one of two',
      { 'a/src/a.qext': qext(), 'a/dist/a.qext': qext() },
      'There is a/dist/a.qext: name the folder a/dist in "extensions".',
    ],
    ['a suffix in upper case', { 'a/A.QEXT': qext() }, 'Rename A.QEXT: the suffix is .qext, in lower case.'],
    ['sources', { 'a/package.json': '{}' }, 'Build the extension first.'],
  ];
  it.each(hints)('points to %s', async (_, files, hint) => {
    const { root } = plant(files);
    const { remarks } = await discover(root, '/', ['a']);
    expect(remarks.map((each) => each.finding.hint?.replaceAll(`${root.slice(1)}/`, ''))).toEqual([hint]);
  });

  it('prefers the built folder in the hint for a name that occurs twice', async () => {
    const tree = plant({ 'p/src/a.qext': qext(), 'p/dist/a.qext': qext() });
    const { remarks, unclear } = await discover(tree.root, tree.root, ['p/*']);
    expect(remarks[0]?.finding.hint).toMatch(/^Keep one, such as p\/dist:/);
    expect(unclear).toEqual(['a']);
  });

  it('refuses a link that leads out of the root, and follows one that stays within', async () => {
    const tree = plant({ ...extensions('root/real/a'), ...extensions('outside/b') });
    mkdirSync(tree.path('root/ext'));
    symlinkSync(tree.path('outside/b'), tree.path('root/ext/b'));
    symlinkSync(tree.path('root/real/a'), tree.path('root/ext/a'));
    const { candidates, remarks } = await discover(tree.path('root'), tree.path('root'), ['ext/*']);
    expect(candidates.map((each) => each.displayFolder)).toEqual(['ext/a']);
    expect(summarise(remarks.map((each) => each.finding))).toEqual([
      `error symlink-outside ext/b The folder is a link that leads out of the project, to ${tree.path('outside/b')}.`,
    ]);
  });

  it('refuses a folder below a link that leads out of the root', async () => {
    const tree = plant({ ...extensions('outside/b'), 'root/x.txt': '' });
    symlinkSync(tree.path('outside'), tree.path('root/ext'));
    const { candidates, remarks } = await discover(tree.path('root'), tree.path('root'), ['ext/*']);
    expect([candidates, remarks.map((each) => each.finding.rule)]).toEqual([[], ['symlink-outside']]);
  });
});

describe('folders that may contain an extension that cannot be read', () => {
  const unread = async (
    files: Files,
    patterns: readonly string[],
    prepare = (_tree: Tree): void => undefined,
  ) => {
    const tree = plant(files);
    prepare(tree);
    const found = (await discover(tree.root, tree.root, patterns)).unread;
    return found.map(({ displayFolder, lacks, names = ['*'] }) => [displayFolder, lacks, ...names]);
  };

  const built = { 'p/a/dist/a.qext': '{}', 'p/a/dist/a.js': '' };

  it.each<readonly [string, Files, readonly string[], string[][]]>([
    [
      'of its own name and those of its files, where it holds other things',
      { 'ext/a/a.js': '', 'ext/a/b.min.js': '', 'ext/a/img/c.js': '' },
      ['ext/*'],
      [['ext/a', 'manifest', 'a', 'b.min']],
    ],
    ['of any name, where it is named', { 'ext/a/a.js': '' }, ['ext/a'], [['ext/a', 'manifest', '*']]],
    [
      'of any name, where nobody built it',
      { 'ext/a/package.json': '{}' },
      ['ext/*'],
      [['ext/a', 'manifest', '*']],
    ],
    [
      'of any name, where it is as good as empty',
      { 'ext/a/.gitkeep': '' },
      ['ext/*'],
      [['ext/a', 'manifest', '*']],
    ],
    [
      'of any name, where the pattern names the folder',
      { ...built, 'p/b/dist/chunk.js': '' },
      ['p/*/dist'],
      [['p/b/dist', 'manifest', '*']],
    ],
    [
      'of any name, where the pattern says how folders of builds are called',
      { ...extensions('p/a-ext'), 'p/b-ext/main.js': '' },
      ['p/*-ext'],
      [['p/b-ext', 'manifest', '*']],
    ],
    [
      'of any name, where the folder that the pattern names is not there',
      { ...built, 'p/b/src/b.js': '', 'p/c/build/x/c.js': '', 'p/d/dist': 'a file' },
      ['p/*/dist'],
      [
        ['p/b/dist', 'folder', '*'],
        ['p/c/dist', 'folder', '*'],
        ['p/d/dist', 'folder', '*'],
      ],
    ],
    [
      'of any name, where it is missing further down',
      { ...built, 'p/a/dist/qlik/a.qext': '{}', 'p/b/dist/b.js': '' },
      ['p/*/dist/qlik'],
      [['p/b/dist/qlik', 'folder', '*']],
    ],
    [
      'of any name, where a project holds nothing that matches',
      { 'p/a/a-ext/a.qext': '{}', 'p/b/package.json': '{}', 'p/docs/index.md': '' },
      ['p/*/*-ext'],
      [['p/b', 'manifest', '*']],
    ],
    [
      'of any name, where a project holds nothing that matches a deep pattern',
      { ...built, 'p/b/package.json': '{}', 'p/docs/index.md': '' },
      ['p/**/dist'],
      [['p/b', 'manifest', '*']],
    ],
    [
      'of any name, where a project holds nothing but its sources',
      { ...extensions('p/a/dist'), 'p/a/package.json': '{}', 'p/b/package.json': '{}', 'p/b/src/i.js': '' },
      ['p/*/*'],
      [
        ['p/b', 'manifest', '*'],
        ['p/b/src', 'manifest', 'src', 'i'],
      ],
    ],
    [
      'none where a project has one beside its sources',
      { ...extensions('p/a/dist'), 'p/a/package.json': '{}' },
      ['p/*/*', 'p/*/*/*'],
      [],
    ],
    [
      'none where another pattern finds what is built there',
      { ...built, 'p/b/build/b.qext': '{}' },
      ['p/*/{dist,build}'],
      [],
    ],
    ['none where it is left out', { ...built, 'p/b/b.md': '' }, ['p/*/dist', '!p/b'], []],
    ['none where its end is left out', { ...built, 'p/b/b.md': '' }, ['p/*/dist', '!p/b/dist'], []],
    [
      'of the name of its script, below a deep pattern',
      { 'ext/a/a.js': '', 'ext/a/lib/b.css': '' },
      ['ext/**'],
      [['ext/a', 'manifest', 'a']],
    ],
    ['none within an extension', { ...extensions('ext/a'), 'ext/a/lib/b.js': '' }, ['ext/**'], []],
    ['none where there is one', extensions('ext/a'), ['ext/*'], []],
  ])('%s', async (_row, files, patterns, expected) => {
    expect(await unread(files, patterns)).toEqual(expected);
  });

  it('links that lead nowhere, unless they are left out', async () => {
    const link = (tree: Tree): void => symlinkSync('../built', tree.path('ext/gone'));
    expect(await unread(extensions('ext/a'), ['ext/*'], link)).toEqual([['ext/gone', 'folder', '*']]);
    expect(await unread(extensions('ext/a'), ['ext/*', '!ext/gone'], link)).toEqual([]);
  });

  it('patterns that match nothing are named as they are written', async () => {
    const { unmatched } = await discover(plant(extensions('ext/a')).root, '/', ['ext/*', 'maps/*']);
    expect(unmatched).toEqual(['maps/*']);
  });
});
