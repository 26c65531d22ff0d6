import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import type { IgnoreRules } from '../../src/source/ignore-rules.js';
import { whyUnfit } from '../../src/source/pull/portable-name.js';
import { type Unpacked, unpack } from '../../src/source/pull/unpack.js';
import {
  createStagingFolderWithin,
  exchangeFiles,
  removeStagingFolder,
} from '../../src/source/put-in-place.js';
import { type Contents, zipOf } from '../acceptance/support/zips.js';
import { createTree, qext, type Tree } from './tree.js';

let tree: Tree;
beforeEach(() => {
  tree = createTree();
});
afterEach(() => tree.remove());

const silent: IgnoreRules = () => 'silent';
const keepAll: IgnoreRules = () => 'kept';

function targetOf(rules = silent, name = 'a'): Parameters<typeof unpack>[1] {
  return { name, folder: tree.path('new'), rules, ignoreLine: (path) => `/extensions/a/${path}` };
}

async function unpacking(contents: Contents, rules = silent, name = 'a'): Promise<Unpacked> {
  return unpack(await zipOf({ 'a.qext': qext(), ...contents }), targetOf(rules, name));
}

function list(folder: string): readonly string[] {
  return (readdirSync(tree.path(folder), { recursive: true }) as string[]).sort();
}

describe('unpacking', () => {
  it('writes files unchanged, and returns the digest of the content', async () => {
    const first = await unpacking({ 'lib/a.js': 'x\r\n', LICENSE: 'MIT', 'Thumbs.db': 't' });
    expect(list('new')).toEqual(['LICENSE', 'a.qext', 'lib', 'lib/a.js']);
    expect(readFileSync(tree.path('new/lib/a.js'), 'utf8')).toBe('x\r\n');
    expect(first.leftOut).toEqual([{ path: 'Thumbs.db', why: 'default' }]);
    tree.remove();
    tree = createTree();
    expect((await unpacking({ 'lib/a.js': 'x\r\n' })).digest).toBe(first.digest);
  });

  it('leaves out what the project ignores, folders as a whole', async () => {
    const rules: IgnoreRules = (path) => (path === 'lib/' || path.endsWith('.map') ? 'ignored' : 'silent');
    const { leftOut } = await unpacking({ 'lib/deep/a.js': 'x', 'a.js.map': '{}', 'a.js': '1' }, rules);
    expect(list('new')).toEqual(['a.js', 'a.qext']);
    expect(leftOut).toEqual([
      { path: 'a.js.map', why: 'ignored' },
      { path: 'lib/deep/a.js', why: 'ignored' },
    ]);
  });

  const refused: readonly [string, Contents, RegExp][] = [
    ['two spellings of a file', { 'b.js': '1', 'B.js': '2' }, /differs only in case from/],
    ['two spellings of a folder', { 'lib/a.js': '1', 'Lib/b.js': '2' }, /differs only in case from/],
    ['a file that is a folder too', { 'b.x': '1', 'b.x/c.js': '2' }, /a file and a folder at once/],
    ['a device', { 'lib/aux.js': '1' }, /name of a device/],
    ['a stream of NTFS', { 'a.js:evil.js': '1' }, /Windows cannot store/],
    ['a trailing dot', { 'lib./a.js': '1' }, /ends with a dot/],
    ['a control character', { 'a\u001b[2K.js': '1' }, /control character/],
    ['a name beyond what disks take', { [`${'x'.repeat(250)}.js`]: '1' }, /longer than/],
    ['a path beyond what disks take', { [`${'x/'.repeat(450)}a.js`]: '1' }, /longer than/],
    [
      'a repository',
      { HEAD: '', config: '', 'objects/x': '', 'refs/x': '' },
      /makes its folder a git repository/,
    ],
    [
      'one with its objects elsewhere',
      { 'lib/head': '', 'lib/commondir': '' },
      /"lib\/head", which makes its folder a git/,
    ],
    ['a second .qext', { 'b.qext': qext() }, /contains a\.qext, b\.qext instead of only a\.qext/],
  ];
  it.each(refused)('refuses %s before it writes anything', async (_, contents, words) => {
    const failure = await unpacking(contents).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RefusedError);
    expect(String(failure)).toMatch(words);
    expect(list('.')).toEqual([]);
  });

  it('refuses .git even if the project keeps it', async () => {
    for (const name of ['.git/config', '.GIT/config', 'git~1/config', '.g\u200cit/config']) {
      await expect(unpacking({ [name]: 'x' }, keepAll)).rejects.toThrow(/is reserved for git or qlik-sync/);
    }
    expect(list('.')).toEqual([]);
  });

  it('refuses links and special files by their modes in the archive', async () => {
    for (const type of [0o120000, 0o010000, 0o060000]) {
      const zip = await zipOf({ 'a.qext': qext(), 'lib.js': '/etc/passwd' });
      const entry = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
      zip.writeUInt16LE(type | 0o777, entry + 40);
      await expect(unpack(zip, targetOf())).rejects.toThrow('is a link or a special file');
    }
    expect(list('.')).toEqual([]);
  });

  it('refuses an archive of another name', async () => {
    await expect(unpacking({}, silent, 'A')).rejects.toThrow('contains a.qext instead of only A.qext');
  });

  it('refuses what is damaged in the middle', async () => {
    const zip = await zipOf({ 'a.qext': qext(), 'b.js': 'b' });
    const entry = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip.writeUInt32LE(1, entry + 16);
    await expect(unpack(zip, targetOf())).rejects.toThrow('which is damaged');
  });
});

describe('names that fit every disk', () => {
  it.each([
    'kpi-card',
    'größe',
    'a b',
    'com',
    'console',
    'auxiliary.js',
    '.eslintrc.json',
    '-dash',
    'a.b.c',
    '日本',
  ])('%j fits', (name) => {
    expect(whyUnfit(name)).toBeUndefined();
  });
  it.each([
    '',
    '.',
    '..',
    'a/b',
    'a\\b',
    'a"b',
    'a:b',
    'nul',
    'NUL.txt',
    'com1',
    'LPT9.js',
    'con .js',
    'COM¹',
    'a.',
    'a ',
    '\ud800',
  ])('%j does not', (name) => {
    expect(whyUnfit(name)).toBeTypeOf('string');
  });
});

describe('putting files in place', () => {
  it('moves all or, if one cannot be moved, none', () => {
    tree.write({ 'a/one.js': '1', 'a/two.js': '2', 'a/blocked.js/inner.txt': 'mine' });
    const staging = createStagingFolderWithin(tree.path('a'));
    tree.write({ 'fresh/one.js': 'new', 'fresh/blocked.js': 'new' });
    const exchange = {
      folder: tree.path('a'),
      fresh: tree.path('fresh'),
      old: `${staging}/old`,
      take: ['one.js', 'two.js'],
      put: ['one.js', 'blocked.js'],
    };
    expect(() => exchangeFiles(exchange)).toThrow();
    removeStagingFolder(staging);
    expect(list('a')).toEqual(['blocked.js', 'blocked.js/inner.txt', 'one.js', 'two.js']);
    expect(readFileSync(tree.path('a/one.js'), 'utf8')).toBe('1');
  });

  it('never lacks a file that it replaces: the old one is copied, and the new one takes its place', () => {
    tree.write({ 'a/a.qext': '1', 'fresh/a.qext': '2' });
    const { ino } = statSync(tree.path('a/a.qext'));
    const places = { folder: tree.path('a'), fresh: tree.path('fresh'), old: tree.path('old') };
    exchangeFiles({ ...places, take: ['a.qext'], put: ['a.qext'] });
    expect(readFileSync(tree.path('a/a.qext'), 'utf8')).toBe('2');
    expect(readFileSync(tree.path('old/a.qext'), 'utf8')).toBe('1');
    expect(statSync(tree.path('old/a.qext')).ino).not.toBe(ino);
  });

  it('writes through no link', () => {
    tree.write({ 'outside/x.js': 'theirs', 'fresh/lib/x.js': 'evil' });
    mkdirSync(tree.path('a'));
    symlinkSync(tree.path('outside'), tree.path('a/lib'));
    expect(() =>
      exchangeFiles({
        folder: tree.path('a'),
        fresh: tree.path('fresh'),
        old: tree.path('old'),
        take: [],
        put: ['lib/x.js'],
      }),
    ).toThrow(/lib is a link/);
    expect(readFileSync(tree.path('outside/x.js'), 'utf8')).toBe('theirs');
  });

  it('removes folders that become empty', () => {
    tree.write({ 'a/lib/deep/x.js': '1', 'a/lib2/x.js': '1', 'a/lib2/y.js': '2' });
    exchangeFiles({
      folder: tree.path('a'),
      fresh: tree.path('fresh'),
      old: tree.path('old'),
      take: ['lib/deep/x.js', 'lib2/x.js'],
      put: [],
    });
    expect(list('a')).toEqual(['lib2', 'lib2/y.js']);
  });
});
