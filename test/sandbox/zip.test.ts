import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEntries, readEntry } from '../../src/sandbox/extensions/zip.js';
import { fc } from '../replay.js';
import { requireTool } from '../require-tool.js';
import { extensionZip, temporaryFolder, zipOf } from './support.js';

const hasZip = requireTool('zip');

function unpack(zip: Buffer): Record<string, string> {
  return Object.fromEntries(
    [...readEntries(zip)].map(([path, entry]) => [path, readEntry(zip, entry).toString()]),
  );
}

describe('readEntries', () => {
  it('reads what jszip packs', async () => {
    const files = { 'a.qext': '{}', 'a.js': 'a'.repeat(1000), 'größe/b.css': '', 'c.txt': 'short' };
    expect(unpack(await zipOf(files))).toEqual(files);
  });

  it.runIf(hasZip).each(['-9', '-0', '-fd'])('reads what Info-ZIP packs with %s', async (option) => {
    const dir = await temporaryFolder();
    await mkdir(join(dir, 'css'));
    await writeFile(join(dir, 'a.js'), 'a'.repeat(1000));
    await writeFile(join(dir, 'a.qext'), '{}');
    await writeFile(join(dir, 'css', 'b.css'), 'b{}');
    execFileSync('zip', ['-q', '-r', option, '-z', 'out.zip', '.', '-x', 'out.zip'], {
      cwd: dir,
      input: 'a comment',
    });
    const zip = await readFile(join(dir, 'out.zip'));
    expect(unpack(zip)).toEqual({ 'a.qext': '{}', 'a.js': 'a'.repeat(1000), 'css/b.css': 'b{}' });
  });

  const damages: readonly (readonly [string, (zip: Buffer) => Buffer])[] = [
    ['no zip', () => Buffer.from('not a zip')],
    ['nothing', () => Buffer.alloc(0)],
    ['the first half', (zip) => zip.subarray(0, zip.length / 2)],
    ['a missing start', (zip) => zip.subarray(10)],
    ['a flipped bit in the content', (zip) => flip(zip, zip.indexOf('hello.qext') + 20)],
    ['a wrong local header', (zip) => flip(zip, 0)],
    ['a wrong central header', (zip) => flip(zip, zip.indexOf('PK\x01\x02'))],
    ['a size that is too small', (zip) => addTo(zip, zip.indexOf('PK\x01\x02') + 24, -1)],
    ['a size that is too large', (zip) => addTo(zip, zip.indexOf('PK\x01\x02') + 24, 1)],
    ['a wrong CRC', (zip) => addTo(zip, zip.indexOf('PK\x01\x02') + 16, 1)],
    ['encryption', (zip) => addTo(zip, zip.indexOf('PK\x01\x02') + 8, 1)],
    ['an unknown method', (zip) => addTo(zip, zip.indexOf('PK\x01\x02') + 10, 4)],
  ];

  it.each(damages)('refuses %s', async (_, damage) => {
    const zip = damage(Buffer.from(await extensionZip()));
    expect(() => unpack(zip)).toThrow(/not a valid zip archive/);
  });

  it('never fails in another way, whatever the bytes', async () => {
    const zip = await extensionZip();
    const edits = fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(edits, (changes) => {
        const damaged = Buffer.from(zip);
        for (const [at, value] of changes) damaged[at] = value;
        try {
          unpack(damaged);
        } catch (error) {
          expect(error).toMatchObject({ status: 422 });
        }
      }),
      { numRuns: 500 },
    );
  });
});

function flip(zip: Buffer, at: number): Buffer {
  zip[at] = (zip[at] ?? 0) ^ 1;
  return zip;
}

function addTo(zip: Buffer, at: number, amount: number): Buffer {
  zip[at] = (zip[at] ?? 0) + amount;
  return zip;
}
