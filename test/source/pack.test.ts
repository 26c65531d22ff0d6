import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/core/errors.js';
import { digestArchive } from '../../src/source/archive/archive.js';
import { type Archive, createKeepingPacker, type Packer, pack } from '../../src/source/archive/pack.js';
import { requireTool } from '../require-tool.js';
import { type Files, plant, qext, readOne, type Tree } from './tree.js';

const hasUnzip = requireTool('unzip');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const files: Files = {
  'a/a.qext': qext(),
  'a/a.js': 'define([], function () { return {}; });\n'.repeat(50),
  'a/lib/größe.json': '{}',
  'a/lib/data.bin': Buffer.from(Array.from({ length: 40_000 }, (_, n) => (n * n * 31 + (n >> 3)) & 0xff)),
  'a/lib/empty.css': '',
  'a/.hidden': 'left out',
};

/** Changes only with a new rule version: every owned archive would be uploaded again. */
const golden = '26d317e3a533340c5871fcf2614b71fd756be4738ebca398494df65835f3abbf';

describe('pack', () => {
  it('gives the golden bytes', async () => {
    const archive = await pack(await readOne(plant(files)));
    expect(sha256(archive.bytes)).toBe(golden);
    expect([archive.size, archive.md5]).toEqual([
      archive.bytes.length,
      createHash('md5').update(archive.bytes).digest('hex'),
    ]);
  });

  const places: readonly [zone: string, minutes: number, mask: number, turn: number][] = [
    ['UTC', 0, 0o022, 0],
    ['Pacific/Kiritimati', -840, 0o077, 1],
    ['America/Los_Angeles', 480, 0o000, 2],
  ];
  it.each(places)(
    'gives the same bytes in %s (%i), with umask %i and the files made in order %i',
    async (zone, minutes, mask, turn) => {
      const tree = plant({});
      const [before, zoneBefore] = [process.umask(mask), process.env['TZ']];
      process.env['TZ'] = zone;
      try {
        expect(new Date(Date.UTC(2020, 0)).getTimezoneOffset()).toBe(minutes);
        const names = Object.keys(files);
        for (const name of [...names.slice(turn), ...names.slice(0, turn)])
          tree.write({ [name]: files[name] ?? '' });
        chmodSync(tree.path('a/a.js'), 0o755);
        if (turn > 0) tree.age('a/a.js');
        expect(sha256((await pack(await readOne(tree))).bytes)).toBe(golden);
      } finally {
        process.umask(before);
        if (zoneBefore === undefined) delete process.env['TZ'];
        else process.env['TZ'] = zoneBefore;
      }
    },
  );

  it.runIf(hasUnzip)('passes unzip -t and unpacks to exactly the kept files', async () => {
    const tree = plant(files);
    const extension = await readOne(tree);
    writeFileSync(tree.path('a.zip'), (await pack(extension)).bytes);
    expect(execFileSync('unzip', ['-t', tree.path('a.zip')], { encoding: 'utf8' })).toContain(
      'No errors detected',
    );
    mkdirSync(tree.path('out'));
    execFileSync('unzip', ['-q', tree.path('a.zip'), '-d', tree.path('out')], { env: { LC_ALL: 'C.UTF-8' } });
    const listed = execFileSync('find', ['.', '-type', 'f'], { cwd: tree.path('out'), encoding: 'utf8' });
    expect(listed.trim().split('\n').sort()).toEqual(extension.files.map(({ path }) => `./${path}`).sort());
    for (const { path, sha256: sum } of extension.files)
      expect(sha256(readFileSync(tree.path(`out/${path}`)))).toBe(sum);
  });

  it('holds what its digest says', async () => {
    const extension = await readOne(plant(files));
    const { bytes } = await pack(extension);
    const files_ = extension.files.map(({ path, bytes: size, sha256: sum }) => ({
      path,
      bytes: size,
      sha256: sum,
    }));
    expect(await digestArchive(bytes)).toEqual({ digest: extension.digest, files: files_ });
  });

  const changes: readonly [string, (tree: Tree) => void, string][] = [
    [
      'a changed file',
      (tree) => tree.write({ 'a/a.js': 'other' }),
      'a/a.js: the file changed after it was read',
    ],
    [
      'a file that is gone',
      (tree) => unlinkSync(tree.path('a/a.js')),
      'a/a.js: the file can no longer be read',
    ],
    [
      'a folder that is gone',
      (tree) => rmSync(tree.path('a'), { recursive: true }),
      'a/a.js: the file can no longer be read',
    ],
  ];
  it.each(changes)('refuses %s', async (_, change, message) => {
    const tree = plant({ 'a/a.qext': qext(), 'a/a.js': 'one' });
    const extension = await readOne(tree);
    change(tree);
    const packing: Promise<Archive> = pack(extension);
    await expect(packing).rejects.toThrow(SourceError);
    await expect(packing).rejects.toThrow(message);
  });
});

describe('a packer for many tenants', () => {
  /** What it packed, by the content's first file. */
  function counting(mostBytes: number): { readonly packer: Packer; readonly packed: string[] } {
    const packed: string[] = [];
    const packer = createKeepingPacker(mostBytes, (extension) => {
      packed.push(extension.name);
      return pack(extension);
    });
    return { packer, packed };
  }

  it('packs each content once, whoever asks and however the folder has changed', async () => {
    const tree = plant(files);
    const extension = await readOne(tree);
    const { packer, packed } = counting(10_000_000);
    const [one, two] = await Promise.all([packer(extension), packer({ ...extension, lacking: [] })]);
    expect(two.bytes).toBe(one.bytes);
    rmSync(extension.folder, { recursive: true });
    expect((await packer(extension)).md5).toBe(one.md5);
    expect(packed).toEqual(['a']);
  });

  it('packs again what there was no room for, or what failed', async () => {
    const extension = await readOne(plant(files));
    const { packer, packed } = counting(100);
    const [one, two] = [await packer(extension), await packer(extension)];
    expect(two.md5).toBe(one.md5);
    rmSync(extension.folder, { recursive: true });
    for (const _ of [1, 2]) await expect(packer(extension)).rejects.toThrow(SourceError);
    expect(packed).toHaveLength(4);
  });

  it('distinguishes two contents with one name', async () => {
    const { packer } = counting(10_000_000);
    const [one, other] = await Promise.all(
      ['1', '2'].map(async (text) => packer(await readOne(plant({ ...files, 'a/a.js': text })))),
    );
    expect(one?.md5).not.toBe(other?.md5);
  });
});
