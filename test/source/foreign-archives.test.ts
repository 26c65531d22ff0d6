/** Archives as other programs make them hold what their folder holds, and what is not read is named. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestArchive, openArchive } from '../../src/source/archive/archive.js';
import { compare } from '../../src/source/archive/compare.js';
import { openPatchRoom } from '../../src/source/archive/compare-patch.js';
import { unpack } from '../../src/source/pull/unpack.js';
import { foreignArchives, foreignFiles, unreadableArchives } from '../fixtures/foreign-archives.js';
import { plant, readOne } from './tree.js';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'qlik-sync-foreign-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const target = () => ({
  name: 'kpi',
  folder: join(place, 'kpi'),
  rules: () => 'silent' as const,
  ignoreLine: (path: string) => `/extensions/kpi/${path}`,
});

const folderOf = () =>
  readOne(plant(Object.fromEntries(Object.entries(foreignFiles).map(([path, text]) => [`a/${path}`, text]))));

function unpacked(): Record<string, string> {
  const paths = readdirSync(target().folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(target().folder.length + 1));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(target().folder, path), 'utf8')]));
}

describe('archives of other programs', () => {
  it.each(foreignArchives)('$title: the same content', async ({ bytes }) => {
    const desired = await folderOf();
    expect((await digestArchive(bytes)).digest).toBe(desired.digest);
    const compared = await compare({ name: 'kpi', archive: bytes, desired, room: openPatchRoom(1e6) });
    expect(compared).toEqual({ name: 'kpi', files: [], manifest: [] });
    const { digest } = await unpack(bytes, target());
    expect(digest).toBe(desired.digest);
    const { LICENSE: _, ...files } = unpacked();
    expect(files).toEqual(foreignFiles);
  });

  it.each(unreadableArchives)('$title: said why, and nothing written', async ({ bytes, why }) => {
    const failure = await digestArchive(bytes).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UnreadableArchiveError', why: expect.stringMatching(why) });
    const desired = await folderOf();
    const compared = await compare({ name: 'kpi', archive: bytes, desired, room: openPatchRoom(1e6) });
    expect(compared.unavailable).toMatch(/^the archive on the tenant could not be read: it /);
    await expect(unpack(bytes, target())).rejects.toMatchObject({
      message: expect.stringMatching(/^The archive of kpi was not unpacked: it /),
      hint: expect.stringContaining('qlik-sync apply --adopt kpi'),
    });
  });
});

describe('what pull says of an archive', () => {
  const archiveOf = (title: string): Buffer => {
    const found = foreignArchives.find((archive) => archive.title === title);
    if (found === undefined) throw new Error(`no archive ${title}`);
    return found.bytes;
  };

  const remarks: readonly (readonly [title: string, note: string])[] = [
    ['code page 437', 'the archive does not say how names are encoded; read as code page 437: größe.css'],
    [
      'README.md and package.json beside the folder',
      'not written, because outside the folder of the .qext: README.md, package.json',
    ],
  ];
  it.each(remarks)('%s', async (title, note) => {
    expect((await unpack(archiveOf(title), target())).notes).toEqual([note]);
  });

  it.each([
    'code page 437 with the Unicode path beside it',
    "macOS' companions of a folder",
    'a folder entry twice',
    'paths that begin with ./',
  ])('nothing of %s', async (title) => {
    expect((await unpack(archiveOf(title), target())).notes).toEqual([]);
  });

  it('lists what it opened once, sorted', () => {
    const { files } = openArchive(archiveOf('backslashes behind the wrapping folder'));
    expect(files.map(({ path }) => path)).toEqual(['css/a.css', 'größe.css', 'kpi.js', 'kpi.qext'].sort());
  });
});
