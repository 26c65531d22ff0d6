/** Pictures of previews as files: their names, and what an earlier run left. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePictures } from '../../../src/commands/preview/write-pictures.js';
import { readFixture } from '../../../src/preview/read-version.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'qlik-sync-pictures-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const png = Buffer.from('picture');
const write = (name: string, pictures: Parameters<typeof writePictures>[1]) =>
  writePictures(name, pictures, { out: cwd, cwd });

describe('writePictures', () => {
  it('leaves no picture of an earlier run that this one has not', async () => {
    await write('ring', { old: png, new: png, difference: png });
    await write('other', { new: png });
    expect(await write('ring', { new: Buffer.from('later') })).toEqual({
      new: { shown: 'ring.new.png', base64: Buffer.from('later').toString('base64') },
    });
    expect(readdirSync(cwd).sort()).toEqual(['other.new.png', 'ring.new.png']);
    expect(readFileSync(join(cwd, 'ring.new.png'), 'utf8')).toBe('later');
  });

  it.each([
    ['200 bytes', 'x'.repeat(200), 'x'.repeat(200)],
    ['250 letters', 'y'.repeat(250), `${'y'.repeat(45)}-`],
    ['letters of two bytes', 'ö'.repeat(125), `${'ö'.repeat(45)}-`],
    ['letters of four bytes, which a text counts as two', `a${'📊'.repeat(62)}`, `a${'📊'.repeat(44)}-`],
  ])('shortens a name too long for its files: %s', async (_what, name, beginning) => {
    await write(name, { old: png, new: png, difference: png });
    const neighbour = `${name.slice(0, -2)}_`;
    const { old } = await write(neighbour, { old: png });
    const files = readdirSync(cwd);
    expect(files).toHaveLength(4);
    for (const file of files.filter((each) => each !== old?.shown)) expect(file).toContain(beginning);
    expect(files).toContain(old?.shown);
    expect(readFixture(join(cwd, 'folder'), name)).toBeUndefined();
  });
});
