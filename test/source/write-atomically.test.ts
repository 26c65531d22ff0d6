import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finalNameOf, temporaryNameOf, writeAtomically } from '../../src/source/write-atomically.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qlik-sync-aside-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a file written aside', () => {
  it.each([
    { name: 'for all', options: {}, mode: 0o666 },
    { name: 'for its owner', options: { mode: 0o600 }, mode: 0o600 },
    { name: 'to stay', options: { mode: 0o600, durability: 'durable' }, mode: 0o600 },
  ] as const)('takes the place of another one: $name', async ({ name, options, mode }) => {
    const place = await mkdtemp(join(folder, 'place-'));
    const file = join(place, name);
    await writeFile(file, 'a longer text that was there before');
    await writeAtomically(file, 'new', options);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).mode & 0o777).toBe(mode & ~process.umask());
    expect(await readdir(place)).toEqual([name]);
  });

  it('changes nothing if it fails', async () => {
    const place = await mkdtemp(join(folder, 'place-'));
    await mkdir(join(place, 'in the way'));
    await expect(writeAtomically(join(place, 'in the way'), 'new')).rejects.toMatchObject({
      syscall: 'rename',
    });
    await expect(writeAtomically(join(place, 'not', 'there'), 'new')).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(await readdir(place)).toEqual(['in the way']);
  });
});

describe('the name of what somebody left behind', () => {
  it('says which file it was going to be', () => {
    expect(finalNameOf(basename(temporaryNameOf('/place/a.zip')))).toBe('a.zip');
  });

  it.each(['a.zip', 'a.0123456789ab.zip', '.0123456789ab', 'a.0123456789AB', 'a.0123456789abc'])(
    'is no other: %s',
    (name) => {
      expect(finalNameOf(name)).toBeUndefined();
    },
  );
});
