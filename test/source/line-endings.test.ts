import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DesiredExtension } from '../../src/core/model.js';
import { countOtherEndings } from '../../src/source/archive/other-endings.js';
import { pack } from '../../src/source/archive/pack.js';
import { type ReadOptions, readDesired } from '../../src/source/read/read.js';
import { type Files, plant, type Tree } from './tree.js';

const texts = {
  'a.qext': '{\n  "name": "a",\n  "type": "visualization"\n}\n',
  'a.js': 'define([], () => {\n  return {};\n});',
  'img/a.svg': '<svg>\n</svg>\n',
  'lib/data.json': '[\n1]',
  'style.css': 'a {\n}\n\n',
};

const others = { 'lone.txt': 'a\r\nb\rc', 'late.txt': `a\r\n${'b'.repeat(9_000)}\0`, 'empty.css': '' };

function filesWith(ending: string, more: Files = others): Files {
  const all = Object.entries(texts).map(([path, text]) => [`a/${path}`, text.replaceAll('\n', ending)]);
  const kept = Object.entries(more).map(([path, content]) => [`a/${path}`, content]);
  return Object.fromEntries([...all, ...kept]) as Files;
}

async function readAs(
  lineEndings: 'as-is' | 'lf',
  tree: Tree,
  index: ReadOptions['index'] = 'off',
): Promise<DesiredExtension> {
  const { state, findings } = await readDesired({
    ...{ root: tree.root, cwd: tree.root, extensions: ['a'], ignore: [], tool: 'test', index, lineEndings },
  });
  const [extension] = state.extensions;
  if (extension === undefined) throw new Error(JSON.stringify(findings));
  return extension;
}

describe('lineEndings: lf', () => {
  it('makes a checkout with CRLF what one with LF is: digest, sizes, archive', async () => {
    const lf = await readAs('lf', plant(filesWith('\n')));
    const crlf = await readAs('lf', plant(filesWith('\r\n')));
    expect(crlf).toMatchObject({ digest: lf.digest, bytes: lf.bytes });
    expect(crlf.files).toEqual(lf.files);
    expect((await pack(crlf)).md5).toBe((await pack(lf)).md5);
  });

  it('changes nothing for a checkout with LF', async () => {
    const tree = plant(filesWith('\n'));
    expect((await readAs('lf', tree)).digest).toBe((await readAs('as-is', tree)).digest);
    expect((await readAs('as-is', plant(filesWith('\r\n')))).digest).not.toBe(
      (await readAs('lf', tree)).digest,
    );
  });

  it('reads the same with a warm index, and trusts none of the other mode', async () => {
    // What was written just now is not kept in the index.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const tree = plant(filesWith('\r\n'));
    for (const lineEndings of ['lf', 'lf', 'as-is', 'as-is', 'lf'] as const) {
      const warm = await readAs(lineEndings, tree, 'on');
      const cold = await readAs(lineEndings, tree);
      expect(warm.files).toEqual(cold.files);
      expect(warm.bytes).toBe(cold.bytes);
      const index = readFileSync(tree.path('.qlik-sync/index.json'), 'utf8');
      expect(JSON.parse(index)).toMatchObject({ lineEndings, folders: { a: { paths: expect.any(Array) } } });
    }
    expect((await readAs('lf', tree)).bytes).toBeLessThan((await readAs('as-is', tree)).bytes);
  });

  it('treats a file whose line endings alone have changed as unchanged, and no other', async () => {
    const tree = plant(filesWith('\r\n'));
    const extension = await readAs('lf', tree);
    const before = (await pack(extension)).md5;
    tree.write({ 'a/a.js': texts['a.js'] });
    expect((await pack(extension)).md5).toBe(before);
    tree.write({ 'a/a.js': `${texts['a.js']}\n` });
    await expect(pack(extension)).rejects.toThrow('changed after it was read');
  });

  it('holds for files that are read in pieces, whatever is split between two pieces', async () => {
    const lines = 2 ** 22;
    const [lf, crlf] = ['\n', '\r\n'].map((ending) => Buffer.from(`seven b${ending}`.repeat(lines))) as [
      Buffer,
      Buffer,
    ];
    expect(crlf.length).toBeGreaterThan(32 * 2 ** 20);
    const [short, long] = [
      plant(filesWith('\n', { 'big.csv': lf })),
      plant(filesWith('\r\n', { 'big.csv': crlf })),
    ];
    const [one, other] = [await readAs('lf', short), await readAs('lf', long)];
    expect(other.files.map(({ facts: _, ...file }) => file)).toEqual(
      one.files.map(({ facts: _, ...file }) => file),
    );
    const binary = await readAs(
      'lf',
      plant(filesWith('\r\n', { 'big.csv': Buffer.concat([crlf, Buffer.alloc(1)]) })),
    );
    expect(binary.files.find(({ path }) => path === 'big.csv')?.bytes).toBe(crlf.length + 1);
  });
});

describe('countOtherEndings', () => {
  const digestOf = async (files: Files): Promise<string> => (await readAs('as-is', plant(files))).digest;
  const mixed = { 'mixed.js': 'a\r\nb\n' };
  const rows: readonly (readonly [string, Files, Files, number | undefined])[] = [
    ['CRLF here, LF there', filesWith('\r\n'), filesWith('\n'), 5],
    ['LF here, CRLF there', filesWith('\n'), filesWith('\r\n'), 5],
    ['mixed endings that git leaves alone', filesWith('\n', mixed), filesWith('\r\n', mixed), 5],
    ['the same from the other side', filesWith('\r\n', mixed), filesWith('\n', mixed), 5],
    ['mixed endings that became LF', filesWith('\r\n', mixed), filesWith('\n', { 'mixed.js': 'a\nb\n' }), 6],
    [
      'mixed endings that became CRLF',
      filesWith('\r\n', mixed),
      filesWith('\r\n', { 'mixed.js': 'a\r\nb\r\n' }),
      1,
    ],
    [
      'some that are stored with CRLF',
      filesWith('\r\n'),
      { ...filesWith('\n'), 'a/style.css': 'a {\r\n}\r\n\r\n' },
      4,
    ],
    ['another word', filesWith('\r\n'), { ...filesWith('\n'), 'a/style.css': 'b {\n}\n\n' }, undefined],
    [
      'a further final newline',
      filesWith('\r\n'),
      { ...filesWith('\n'), 'a/a.js': `${texts['a.js']}\n` },
      undefined,
    ],
    ['a file more', filesWith('\r\n'), filesWith('\n', { ...others, 'more.css': 'a\n' }), undefined],
    ['another lone CR', filesWith('\n'), filesWith('\n', { ...others, 'lone.txt': 'a\nb\nc' }), undefined],
  ];
  it.each(rows)('%s', async (_, here, there, files) => {
    const digest = await digestOf(there);
    const folder = await readAs('as-is', plant(here));
    expect(countOtherEndings(folder, (other) => other === digest)).toBe(files);
  });
});
