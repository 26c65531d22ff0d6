import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.js';
import { type DesiredReading, type ReadOptions, readDesired } from '../../src/source/read/read.js';
import { type Files, plant, qext, summarise, type Tree } from './tree.js';

function read(tree: Tree, options: Partial<ReadOptions> = {}): Promise<DesiredReading> {
  const defaults = { extensions: ['*'], ignore: [], index: 'off' } as const;
  return readDesired({ root: tree.root, cwd: tree.root, ...defaults, ...options });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const minimal = { 'a/a.qext': qext(), 'a/a.js': 'x' };

async function readFindings(tree: Tree, options: Partial<ReadOptions> = {}): Promise<readonly string[]> {
  return summarise((await read(tree, options)).findings);
}

/** Paths of the one extension: kept, then left out with the reason. */
async function readPaths(tree: Tree, options: Partial<ReadOptions> = {}): Promise<readonly string[]> {
  const { state, findings } = await read(tree, options);
  const [extension] = state.extensions;
  const leftOut = extension?.leftOut.map(({ path, why }) => `${why} ${path}`) ?? [];
  return [...(extension?.files.map((file) => file.path) ?? []), ...leftOut, ...summarise(findings)];
}

describe('a clone on the way of a pattern', () => {
  it.each(['clones/*/*', 'clones/a/*', 'clones/*/ext/*', 'clones/**', 'clones/*/ext/b'])(
    'that git is changing is not read by %s, though nothing of it is there yet',
    async (pattern) => {
      const tree = plant({ 'clones/a/.git/HEAD': 'ref: refs/heads/main\n', 'clones/a/notes.txt': '' });
      const options = { extensions: [pattern], patienceMs: 1 };
      const { sources } = await read(tree, options);
      expect(sources.map(({ folder }) => folder)).toContain(tree.path('clones/a'));
      writeFileSync(tree.path('clones/a/.git/index.lock'), '');
      await expect(read(tree, options)).rejects.toThrow(
        'clones/a/.git/index.lock: git is changing the files',
      );
      await read(tree, { ...options, extensions: [pattern, '!clones/a'] });
    },
  );
});

describe('readDesired', () => {
  it('reads an extension completely', async () => {
    const tree = plant({ 'a/a.qext': qext(), 'a/a.js': 'xx', 'a/lib/deep/b.css': '', 'a/README': 'r' });
    const { state, findings } = await read(tree);
    const files = [
      { path: 'a.js', diskPath: 'a.js', bytes: 2, sha256: sha256('xx'), facts: {} },
      { path: 'a.qext', diskPath: 'a.qext', bytes: qext().length, sha256: sha256(qext()), facts: {} },
      { path: 'lib/deep/b.css', diskPath: 'lib/deep/b.css', bytes: 0, sha256: sha256(''), facts: {} },
    ];
    expect(findings).toEqual([]);
    expect(state).toEqual({
      extensions: [
        {
          name: 'a',
          folder: tree.path('a'),
          displayFolder: 'a',
          manifest: expect.objectContaining({ displayName: 'A', version: '1.0.0' }),
          files,
          leftOut: [{ path: 'README', why: 'dropped-by-qlik' }],
          digest: digestOf(files),
          bytes: 2 + qext().length,
        },
      ],
      skipped: [],
      notSelected: [],
    });
  });

  it('sorts extensions by name, whatever their folders', async () => {
    const tree = plant({ '1/b.qext': qext(), '2/a.qext': qext(), '3/B2.qext': qext() });
    expect((await read(tree)).state.extensions.map((each) => each.name)).toEqual(['B2', 'a', 'b']);
  });

  it('reads only what is selected, and reports nothing about the rest', async () => {
    const tree = plant({ ...minimal, 'b/b.qext': '{', 'c/x.txt': '' });
    const { state, findings } = await read(tree, { selection: (name) => name === 'a' });
    expect([state.extensions.map((each) => each.name), state.notSelected, findings]).toEqual([
      ['a'],
      ['b'],
      [],
    ]);
  });

  it('reports what is wrong with the folders when the selection finds nothing', async () => {
    const tree = plant({ ...minimal, 'c/x.txt': '' });
    const { findings } = await read(tree, { selection: (name) => name === 'nobody' });
    expect(findings.map((each) => each.rule)).toEqual(['no-manifest']);
  });

  it.each([
    ['mashup', 'the .qext is a mashup, which Qlik Cloud does not host'],
    ['widget-library', 'the .qext has the type "widget-library", not "visualization"'],
  ])('skips a %s', async (type, reason) => {
    const { state } = await read(plant({ 'a/a.qext': qext({ type }) }));
    expect(state).toEqual({
      extensions: [],
      skipped: [{ name: 'a', displayFolder: 'a', reason }],
      notSelected: [],
    });
  });

  it('distinguishes a theme from an extension of the same stem', async () => {
    const theme = { 't/a.qext': qext({ type: 'theme' }), 't/theme.json': '{}' };
    const { state, findings } = await read(plant({ ...minimal, ...theme }));
    expect(state.extensions.map(({ name, displayFolder }) => [name, displayFolder])).toEqual([
      ['a', 'a'],
      ['theme:a', 't'],
    ]);
    expect(findings).toEqual([]);
  });

  it.each([
    ['whatever its letters are spelled like', '{"name":"a","type":"th\\u0065me"}', 'theme:a'],
    ['that is not whole', '{"name":"a","type": "theme"', 'theme:a'],
    ['that only mentions one', '{"name":"theme","type":"visualization"}', 'a'],
  ])('knows a theme by its .qext, %s', async (_what, manifest, name) => {
    const { state } = await read(plant({ 'a/a.qext': manifest, 'a/theme.json': '{}', 'a/a.js': '' }));
    expect([...state.extensions.map((each) => each.name), ...state.notSelected]).toEqual([name]);
  });

  it('does not take a script for a theme', async () => {
    const { state, findings } = await read(plant({ 'a/a.qext': qext({ type: 'theme' }), 'a/a.js': '' }));
    expect(state).toMatchObject({ extensions: [], notSelected: ['a'] });
    expect(findings.map(({ rule }) => rule)).toEqual(['manifest-field']);
  });

  it('reads files larger than its buffer, and than Qlik’s limit', async () => {
    const large = Buffer.alloc(3 * 2 ** 20, 'ab');
    const huge = Buffer.alloc(33 * 2 ** 20, 'cd');
    const { state } = await read(plant({ ...minimal, 'a/large.js': large, 'a/huge.js': huge }));
    const sums = state.extensions[0]?.files.map((file) => [file.path, file.bytes, file.sha256]);
    expect(sums).toContainEqual(['large.js', large.length, createHash('sha256').update(large).digest('hex')]);
    expect(sums).toContainEqual(['huge.js', huge.length, createHash('sha256').update(huge).digest('hex')]);
  });

  it('notes what the content says, at the right file', async () => {
    const { state } = await read(
      plant({
        ...minimal,
        'a/a.js': 'code',
        'a/tool.bin': Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0', 'latin1'),
      }),
    );
    const facts = state.extensions[0]?.files.map((file) => [file.path, file.facts.riskyType !== undefined]);
    expect(facts).toEqual([
      ['a.js', false],
      ['a.qext', false],
      ['tool.bin', true],
    ]);
  });
});

describe('artifacts', () => {
  const cases: readonly [string, Files, readonly string[], readonly string[]][] = [
    [
      'leaves out the defaults',
      {
        'a/.git/config.js': '',
        'a/.DS_Store': '',
        'a/.eslintrc.json': '',
        'a/node_modules/x/x.js': '',
        'a/lib/bower_components/x.js': '',
        'a/__MACOSX/x.js': '',
        'a/.qlik-sync/index.json': '',
        'a/Thumbs.db': '',
        'a/wbfolder.wbl': '',
        'a/~$notes.docx': '',
        'a/old.zip': '',
        'a/SETUP.EXE': '',
        'a/lib/data.qvd': '',
        'a/build.sh': '',
        'a/Desktop.ini': '',
        'a/lib/a.js~': '',
        'a/LICENSE~': '',
        'a/npm-debug.log': '',
        'a/npm-debug.log.2174658093': '',
        'a/yarn-error.log': '',
        'a/ehthumbs.db': '',
      },
      [],
      [
        'a.js',
        'a.qext',
        'default .DS_Store',
        'default .eslintrc.json',
        'default .git/',
        'default .qlik-sync/',
        'default Desktop.ini',
        'default LICENSE~',
        'default SETUP.EXE',
        'default Thumbs.db',
        'default __MACOSX/',
        'default build.sh',
        'default ehthumbs.db',
        'default lib/a.js~',
        'default lib/bower_components/',
        'default lib/data.qvd',
        'default node_modules/',
        'default npm-debug.log',
        'default npm-debug.log.2174658093',
        'default old.zip',
        'default wbfolder.wbl',
        'default yarn-error.log',
        'default ~$notes.docx',
      ],
    ],
    [
      'keeps what only looks like it',
      { 'a/desktop.ini.js': '', 'a/my-desktop.ini': '', 'a/~a.js': '', 'a/debug.log': '', 'a/a~.js': '' },
      [],
      ['a.js', 'a.qext', 'a~.js', 'debug.log', 'desktop.ini.js', 'my-desktop.ini', '~a.js'],
    ],
    [
      'leaves out what Qlik drops',
      { 'a/LICENSE': '', 'a/lib/Makefile': '', 'a/trailing.': '', 'a/v1.2/data.json': '', 'a/v1.2/none': '' },
      [],
      [
        'a.js',
        'a.qext',
        'v1.2/data.json',
        'dropped-by-qlik LICENSE',
        'dropped-by-qlik lib/Makefile',
        'dropped-by-qlik trailing.',
        'dropped-by-qlik v1.2/none',
      ],
    ],
    [
      'leaves out what the config ignores',
      { 'a/a.js.map': '', 'a/test/x.js': '', 'a/lib/test/y.js': '' },
      ['**/*.map', 'test/'],
      ['a.js', 'a.qext', 'ignored a.js.map', 'ignored lib/test/', 'ignored test/'],
    ],
    [
      'anchors the config’s patterns at the root',
      { 'a/x/one.js': '', 'a/lib/x/two.js': '' },
      ['/a/x'],
      ['a.js', 'a.qext', 'lib/x/two.js', 'ignored x/'],
    ],
    [
      'does not ignore a folder that was chosen',
      { 'a/a/x.js': '' },
      ['a/'],
      ['a.js', 'a.qext', 'ignored a/'],
    ],
    [
      'reads both ignore files, the nearer one last',
      {
        '.qliksyncignore': '\ufeff# notes\n*.md\r\n*.txt\n',
        'a/.qliksyncignore': '!keep.txt\n/lib/b.js\nmore/\n',
        'a/x.md': '',
        'a/keep.txt': '',
        'a/lib/drop.txt': '',
        'a/lib/b.js': '',
        'a/deep/lib/b.js': '',
        'a/lib/more/c.js': '',
      },
      [],
      [
        'a.js',
        'a.qext',
        'deep/lib/b.js',
        'keep.txt',
        'default .qliksyncignore',
        'ignored lib/b.js',
        'ignored lib/drop.txt',
        'ignored lib/more/',
        'ignored x.md',
      ],
    ],
    [
      'takes back a default on request',
      { 'a/data.qvd': '', 'a/node_modules/m/m.js': '', 'a/.config.json': '', 'a/.htaccess': '' },
      ['!data.qvd', '!node_modules/', '!.*'],
      ['.config.json', 'a.js', 'a.qext', 'data.qvd', 'node_modules/m/m.js', 'dropped-by-qlik .htaccess'],
    ],
    [
      'never takes back its own folder',
      { 'a/.qlik-sync/x.json': '' },
      ['!.*', '!.qlik-sync/'],
      ['a.js', 'a.qext', 'default .qlik-sync/'],
    ],
    ['tells cases apart in patterns', { 'a/Lib/x.js': '' }, ['lib/'], ['Lib/x.js', 'a.js', 'a.qext']],
    [
      'keeps secrets in sight until they are named',
      { 'a/.env': '', 'a/server.pem': '', 'a/other.key': '' },
      ['other.key'],
      ['a.js', 'a.qext', 'server.pem', 'default .env', 'ignored other.key'],
    ],
  ];
  it.each(cases)('%s', async (_, files, ignore, expected) => {
    expect(await readPaths(plant({ ...minimal, ...files }), { extensions: ['a'], ignore })).toEqual(expected);
  });

  it.each<[string, Files, readonly string[]]>([
    [
      'a file that rule version 1 uploaded',
      { 'a/desktop.ini': '[x]', 'a/lib/x.js~': '1' },
      ['desktop.ini', 'lib/x.js~'],
    ],
    ['only what Qlik drops or version 1 left out, too', { 'a/LICENSE~': '', 'a/.npmrc~': '' }, []],
    ['nothing of the kind', {}, []],
  ])('knows the digest of rule version 1: %s', async (_, files, uploaded) => {
    const { state } = await read(plant({ ...minimal, ...files }));
    const [extension] = state.extensions;
    const before = uploaded.map((path) => ({ path, sha256: sha256(String(files[`a/${path}`])) }));
    expect(extension?.digest).toBe(digestOf(extension?.files ?? []));
    expect(extension?.olderDigest).toBe(
      before.length === 0 ? undefined : digestOf([...(extension?.files ?? []), ...before]),
    );
  });

  it('spells paths in NFC and remembers how the disk spells them', async () => {
    const disk = 'lib/größe.js'.normalize('NFD');
    const { state } = await read(plant({ ...minimal, [`a/${disk}`]: 'x' }));
    const file = state.extensions[0]?.files.find((each) => each.path.startsWith('lib/'));
    expect([file?.path, file?.diskPath]).toEqual(['lib/größe.js'.normalize('NFC'), disk]);
  });

  it('follows links that stay in the folder', async () => {
    const tree = plant({ ...minimal, 'a/real/x.js': 'content' });
    symlinkSync('real/x.js', tree.path('a/link.js'));
    symlinkSync('real', tree.path('a/linked'));
    const { state, findings } = await read(tree);
    const sums = state.extensions[0]?.files.filter((file) => file.sha256 === sha256('content'));
    expect([sums?.map((file) => file.path), findings]).toEqual([['link.js', 'linked/x.js', 'real/x.js'], []]);
  });
});

describe('what cannot be read', () => {
  const plants: readonly [string, (tree: Tree) => void, (tree: Tree) => readonly string[]][] = [
    [
      'a link out of the folder',
      (tree) => symlinkSync('../outside.js', tree.path('a/b.js')),
      (tree) => [
        `error symlink-outside a/b.js The link leads out of the folder, to ${tree.path('outside.js')}.`,
      ],
    ],
    [
      'a link to a folder outside',
      (tree) => symlinkSync('../', tree.path('a/up')),
      (tree) => [`error symlink-outside a/up The link leads out of the folder, to ${tree.root}.`],
    ],
    [
      'a link to the folder itself',
      (tree) => symlinkSync('.', tree.path('a/self')),
      () => ['error symlink-outside a/self The link leads to a folder that contains it.'],
    ],
    [
      'links in a circle',
      (tree) => {
        mkdirSync(tree.path('a/one'));
        mkdirSync(tree.path('a/two'));
        symlinkSync('../two', tree.path('a/one/to'));
        symlinkSync('../one', tree.path('a/two/to'));
      },
      () => [
        'error symlink-outside a/one/to/to The link leads to a folder that contains it.',
        'error symlink-outside a/two/to/to The link leads to a folder that contains it.',
      ],
    ],
    [
      'a link to nothing',
      (tree) => symlinkSync('gone.js', tree.path('a/b.js')),
      () => ['error unreadable a/b.js The link leads to gone.js: it does not exist.'],
    ],
    [
      'a link to itself',
      (tree) => symlinkSync('b.js', tree.path('a/b.js')),
      () => ['error unreadable a/b.js The link leads to b.js: its links form a loop.'],
    ],
    [
      'a pipe',
      (tree) => execFileSync('mkfifo', [tree.path('a/pipe')]),
      () => ['error special-file a/pipe This is neither a file nor a folder, but a pipe, socket or device.'],
    ],
    [
      'a backslash in a name',
      (tree) => tree.write({ 'a/b\\c.js': '' }),
      () => [
        'error bad-path a/b\\c.js The name "b\\\\c.js" contains a character that an archive cannot store safely.',
      ],
    ],
    [
      'a line break in the name of a folder',
      (tree) => tree.write({ 'a/b\nc/d.js': '' }),
      () => [
        'error bad-path a/b\nc The name "b\\nc" contains a character that an archive cannot store safely.',
      ],
    ],
    [
      'one name in two Unicode forms',
      (tree) => tree.write({ [`a/${'ö.js'.normalize('NFC')}`]: '', [`a/${'ö.js'.normalize('NFD')}`]: '' }),
      () => ['error bad-path a/ö.js Two files are named ö.js, in different Unicode forms.'],
    ],
    [
      'a .qext that is no JSON',
      (tree) => tree.write({ 'a/a.qext': '{"name": "A",}' }),
      () => [
        'error manifest-syntax a/a.qext:1:13 A comma after the last entry is not JSON; Qlik may refuse the upload.',
      ],
    ],
    [
      'a .qext without a name',
      (tree) => tree.write({ 'a/a.qext': '{"type": "visualization"}' }),
      () => ['error manifest-field a/a.qext:1:1 "name" is missing.'],
    ],
  ];
  it.each(plants)('%s', async (_, harm, expected) => {
    const tree = plant({ ...minimal, 'outside.js': '' });
    harm(tree);
    const { state, findings } = await read(tree, { extensions: ['a'] });
    expect(summarise(findings)).toEqual(expected(tree));
    expect([state.extensions, state.skipped, state.notSelected]).toEqual([[], [], ['a']]);
  });

  it('accepts everything that is ignored', async () => {
    const tree = plant({ ...minimal, 'outside.js': '', 'a/b\\c.js': '' });
    symlinkSync('../outside.js', tree.path('a/b.js'));
    symlinkSync('gone', tree.path('a/gone'));
    execFileSync('mkfifo', [tree.path('a/pipe')]);
    expect(await readPaths(tree, { extensions: ['a'], ignore: ['b*', 'gone', 'pipe'] })).toEqual([
      'a.js',
      'a.qext',
      'ignored b.js',
      'ignored b\\c.js',
      'ignored gone',
      'ignored pipe',
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    const tree = plant(minimal);
    chmodSync(tree.path('a/a.js'), 0);
    expect(await readFindings(tree)).toEqual([
      'error unreadable a/a.js The file cannot be read: permission denied.',
    ]);
  });

  it('says that twins differ only in case, and reads them', async () => {
    const tree = plant({ ...minimal, 'a/lib/B.js': '', 'a/lib/b.js': '' });
    const { state, findings } = await read(tree);
    expect(summarise(findings)).toEqual([
      'error case-twins a/lib/b.js lib/B.js and lib/b.js differ only in case.',
    ]);
    expect(state.extensions[0]?.files.length).toBe(4);
  });

  it('refuses a second .qext below the first, unless it is ignored', async () => {
    const tree = plant({ ...minimal, 'a/dist/a.qext': qext() });
    expect(await readFindings(tree)).toEqual([
      'error several-manifests a/dist/a.qext The extension a contains a second .qext.',
    ]);
    expect(await readFindings(tree, { ignore: ['dist/'] })).toEqual([]);
  });

  it('refuses to ignore the .qext itself', async () => {
    expect(await readFindings(plant(minimal), { ignore: ['*.qext'] })).toEqual([
      'error no-manifest a/a.qext The .qext file itself is not among the files to upload.',
    ]);
  });

  it('counts ambiguous names as known', async () => {
    const tree = plant({ '1/a.qext': qext(), '2/a.qext': qext(), '3/b.qext': qext(), '3/c.qext': qext() });
    expect((await read(tree)).state.notSelected).toEqual(['a', 'b', 'c']);
  });

  it('gives up on a folder that is not an extension', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`a/${n}.txt`, '']));
    const [first] = await readFindings(plant({ ...minimal, ...many }));
    expect(first).toBe(
      'error unreadable a The folder contains 10000 or more files and folders; Qlik accepts 500 files.',
    );
  });
});
