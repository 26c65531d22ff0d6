import { createHash } from 'node:crypto';
import JSZip from 'jszip';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.js';
import { UnreadableArchiveError } from '../../src/core/zip/unreadable.js';
import { digestArchive } from '../../src/source/archive/archive.js';
import { fc } from '../replay.js';
import { qext } from './tree.js';

type Contents = Readonly<Record<string, string>>;

function zipOf(contents: Contents, compression: 'STORE' | 'DEFLATE' = 'DEFLATE'): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, content] of Object.entries(contents)) zip.file(path, content);
  return zip.generateAsync({ type: 'nodebuffer', compression });
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const digestOfContents = (contents: Contents): string =>
  digestOf(Object.entries(contents).map(([path, content]) => ({ path, sha256: sha256(content) })));

const plain = { 'a.qext': qext(), 'a.js': 'x', 'lib/b.css': 'y' };

describe('digestArchive', () => {
  const same: readonly [string, Contents, Contents][] = [
    ['files at the root', plain, plain],
    ['files in one folder', { 'w/a.qext': qext(), 'w/a.js': 'x', 'w/lib/b.css': 'y' }, plain],
    ['what Qlik drops', { ...plain, LICENSE: 'l', '.gitignore': 'g', 'lib/Makefile': 'm' }, plain],
    [
      'what only we would leave out',
      { ...plain, 'x.zip': 'z', '.eslintrc.json': 'e' },
      { ...plain, 'x.zip': 'z', '.eslintrc.json': 'e' },
    ],
    [
      'both Unicode forms',
      { ...plain, ['ö.js'.normalize('NFD')]: 'o' },
      { ...plain, ['ö.js'.normalize('NFC')]: 'o' },
    ],
    [
      'what lies beside the wrapping folder',
      { 'w/a.qext': qext(), 'w/a.js': 'x', '__MACOSX/w/._a.js': 'm', 'a.js': 'y', 'README.md': 'r' },
      { 'a.qext': qext(), 'a.js': 'x' },
    ],
    ['an empty file', { ...plain, 'e.js': '' }, { ...plain, 'e.js': '' }],
  ];
  it.each(same)('tells %s', async (_, archived, contents) => {
    for (const compression of ['DEFLATE', 'STORE'] as const) {
      const digested = await digestArchive(await zipOf(archived, compression));
      expect(digested?.digest).toBe(digestOfContents(contents));
    }
  });

  const unclear: readonly [string, Contents][] = [
    ['no .qext', { 'a.js': 'x' }],
    ['a .qext two folders deep', { 'v/w/a.qext': qext() }],
    ['two folders with a .qext each', { 'v/a.qext': qext(), 'w/b.qext': qext() }],
  ];
  it.each(unclear)('does not guess about %s', async (_, contents) => {
    await expect(digestArchive(await zipOf(contents))).rejects.toThrow(UnreadableArchiveError);
  });

  const hostile: readonly [string, (zip: Buffer) => Buffer][] = [
    ['nothing', () => Buffer.alloc(0)],
    ['no zip', () => Buffer.from('<html>not a zip, but long enough to hold one</html>')],
    ['a zip cut short', (zip) => zip.subarray(0, zip.length - 30)],
    ['a name that climbs out', (zip) => rename(zip, 'lib/b.css', '../bb.css')],
    ['an absolute name', (zip) => rename(zip, 'lib/b.css', '/ib/b.css')],
    ['a drive', (zip) => rename(zip, 'lib/b.css', 'C:b/b.css')],
    ['a backslash that climbs', (zip) => rename(zip, 'lib/b.css', '..\\bb.css')],
    ['one name twice', (zip) => rename(zip, 'lib/b.css', 'lib/a.css')],
    [
      'bytes that do not fit their checksum',
      (zip) => patch(zip, (entry) => zip.writeUInt32LE(1, entry + 16)),
    ],
    ['an encrypted entry', (zip) => patch(zip, (entry) => zip.writeUInt16LE(1, entry + 8))],
    ['an unknown method', (zip) => patch(zip, (entry) => zip.writeUInt16LE(12, entry + 10))],
    ['a size that is a lie', (zip) => patch(zip, (entry) => zip.writeUInt32LE(1, entry + 24))],
    ['a size beyond reason', (zip) => patch(zip, (entry) => zip.writeUInt32LE(0xfffffffe, entry + 24))],
    ['an offset beyond the end', (zip) => patch(zip, (entry) => zip.writeUInt32LE(zip.length, entry + 42))],
  ];
  it.each(hostile)('survives %s', async (_, harm) => {
    const zip = await zipOf({ ...plain, 'lib/a.css': 'twin' });
    expect(await digestArchive(zip)).toBeDefined();
    await expect(digestArchive(harm(zip))).rejects.toThrow(UnreadableArchiveError);
  });

  it('does not unpack a bomb', async () => {
    const bomb = await zipOf({ 'a.qext': qext(), 'a.js': '0'.repeat(24 * 2 ** 20) });
    patch(bomb, (entry) => bomb.writeUInt32LE(10, entry + 24));
    const before = process.memoryUsage().arrayBuffers;
    await expect(digestArchive(bomb)).rejects.toThrow(UnreadableArchiveError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 2 ** 20);
  });

  it('says of damaged archives that they cannot be read, and throws nothing else', async () => {
    const zip = await zipOf(plain);
    const damage = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = Buffer.from(zip);
        for (const [at, byte] of changes) damaged[at] = byte;
        await digestArchive(damaged).catch((error: unknown) => {
          if (!(error instanceof UnreadableArchiveError)) throw error;
        });
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Replaces a name of the same length, in the entry's header and in the table of contents. */
function rename(zip: Buffer, from: string, to: string): Buffer {
  for (let at = zip.indexOf(from); at !== -1; at = zip.indexOf(from, at + 1)) zip.write(to, at, 'latin1');
  return zip;
}

/** Changes the last entry of the table of contents. */
function patch(zip: Buffer, change: (entry: number) => void): Buffer {
  change(zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')));
  return zip;
}
