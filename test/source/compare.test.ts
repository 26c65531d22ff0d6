import { createHash } from 'node:crypto';
import { applyPatch } from 'diff';
import { describe, expect, it } from 'vitest';
import type { ExtensionComparison, FileChange } from '../../src/core/comparison.js';
import { compare } from '../../src/source/archive/compare.js';
import { openPatchRoom } from '../../src/source/archive/compare-patch.js';
import { type Contents, zipOf } from '../acceptance/support/zips.js';
import { fc } from '../replay.js';
import { plant, qext, readOne, type Tree } from './tree.js';

function folderOf(files: Contents): Tree {
  return plant(Object.fromEntries(Object.entries(files).map(([path, content]) => [`a/${path}`, content])));
}

async function comparing(before: Contents, after: Contents, room = 1e6): Promise<ExtensionComparison> {
  const [archive, desired] = await Promise.all([
    zipOf({ 'a.qext': qext(), ...before }),
    readOne(folderOf({ 'a.qext': qext(), ...after })),
  ]);
  return compare({ name: 'a', archive, desired, room: openPatchRoom(room) });
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

describe('comparing an archive with a folder', () => {
  it('lists what is added, changed and removed, with sizes and digests, in the order of the paths', async () => {
    const { files, manifest } = await comparing(
      { 'a.js': 'one\n', 'gone.css': 'g', 'same.js': 's', LICENSE: 'dropped by Qlik' },
      { 'a.js': 'two\n', 'lib/new.js': 'n', 'same.js': 's', LICENSE: 'another' },
    );
    expect(files).toEqual([
      {
        path: 'a.js',
        kind: 'changed',
        before: { bytes: 4, sha256: sha256('one\n') },
        after: { bytes: 4, sha256: sha256('two\n') },
        patch: '@@ -1,1 +1,1 @@\n-one\n+two\n',
      },
      { path: 'gone.css', kind: 'removed', before: { bytes: 1, sha256: sha256('g') } },
      { path: 'lib/new.js', kind: 'added', after: { bytes: 1, sha256: sha256('n') } },
    ]);
    expect(manifest).toEqual([]);
  });

  it('does not see the wrapping folder', async () => {
    const files = { 'a.qext': qext(), 'a.js': '1' };
    const wrapped = Object.fromEntries(Object.entries(files).map(([path, text]) => [`w/${path}`, text]));
    const desired = await readOne(folderOf(files));
    const compared = await compare({
      name: 'a',
      archive: await zipOf(wrapped),
      desired,
      room: openPatchRoom(1),
    });
    expect(compared.files).toEqual([]);
  });

  const withoutPatch: readonly [string, string, string | Buffer, string | Buffer, FileChange['noPatch']][] = [
    ['a picture', 'a.png', Buffer.from([1, 0, 2]), Buffer.from([1, 0, 3]), 'binary'],
    ['no UTF-8', 'a.txt', Buffer.from([0xff, 0x41]), Buffer.from([0xff, 0x42]), 'binary'],
    ['a minified name', 'd3.min.js', 'a\n', 'b\n', 'minified'],
    ['a source map', 'a.js.map', '{}\n', '{ }\n', 'minified'],
    ['a long line', 'bundle.js', `x\n${'y'.repeat(2000)}`, 'x\n', 'minified'],
    ['a large file', 'a.csv', '1,2,3\n'.repeat(100_000), '1,2,4\n'.repeat(100_000), 'large'],
    ['a large minified file', 'a.min.js', 'a'.repeat(600_000), 'b', 'minified'],
    ['nothing in common over thousands of lines', 'a.js', numbers(0, 5000), numbers(5000, 10_000), 'large'],
  ];
  it.each(withoutPatch)('shows sizes and digests for %s', async (_, path, before, after, noPatch) => {
    const { files } = await comparing({ [path]: before }, { [path]: after });
    expect(files.map((file) => [file.path, file.noPatch, file.patch])).toEqual([[path, noPatch, undefined]]);
  });

  it('keeps patches within their limit, by whole hunks', async () => {
    const before = numbers(0, 3000);
    const after = before.replaceAll(/^(\d*00)$/gm, 'changed $1');
    const { files } = await comparing(
      { 'a.js': before, 'b.js': before },
      { 'a.js': after, 'b.js': after },
      500,
    );
    const [a, b] = files;
    expect(a?.patch?.length).toBeLessThan(600);
    expect(a?.patch).toMatch(/\n\\ cut here: \d+ more\n$/);
    expect([b?.patch, b?.noPatch]).toEqual([undefined, 'large']);
  });

  it('makes patches that lead from one side to the other', async () => {
    const line = fc.constantFrom('a', 'b', '', '  c', 'd\t', '\\ e', '+f', 'ä');
    const text = fc.tuple(fc.array(line, { maxLength: 30 }), fc.boolean()).map(([lines, ends]) => {
      return lines.join('\n') + (ends ? '\n' : '');
    });
    await fc.assert(
      fc.asyncProperty(text, text, async (before, after) => {
        const { files } = await comparing({ 'a.js': before }, { 'a.js': after });
        if (before === after) expect(files).toEqual([]);
        else expect(applyPatch(before, `--- a\n+++ a\n${files[0]?.patch}`)).toBe(after);
      }),
      { numRuns: 60 },
    );
  });

  const manifests: readonly [string, string, string, readonly object[]][] = [
    [
      'a version',
      '{"name":"A","type":"visualization","version":"1.0.0"}',
      '{"name":"A","type":"visualization","version":"1.1.0"}',
      [{ field: 'version', before: '"1.0.0"', after: '"1.1.0"' }],
    ],
    [
      'the spelling of a number',
      '{"name":"A","type":"visualization","version":1.1}',
      '{"name":"A","type":"visualization","version":1.10}',
      [{ field: 'version', before: '1.1', after: '1.10' }],
    ],
    [
      'fields within fields, lists as one value, keys with dots',
      '{"name":"A","type":"visualization","dependencies":{"qlik-sense":">=3"},"keywords":["a"],"x.y":{"z":1}}',
      '{"name":"A","type":"visualization","dependencies":{"qlik-sense":">=5","d":{}},"keywords":["a","b"]}',
      [
        { field: '["x.y"].z', before: '1' },
        { field: 'dependencies.d', after: '{}' },
        { field: 'dependencies.qlik-sense', before: '">=3"', after: '">=5"' },
        { field: 'keywords', before: '["a"]', after: '["a","b"]' },
      ],
    ],
    [
      'only formatting',
      '{"name":"A","type":"visualization"}',
      '{ "type": "visualization",\n "name": "A" }',
      [],
    ],
    [
      'what was no JSON',
      '{"name":"A",,}',
      '{"name":"A","type":"visualization"}',
      [
        { field: 'name', after: '"A"' },
        { field: 'type', after: '"visualization"' },
      ],
    ],
  ];
  it.each(manifests)('tells a manifest field by field: %s', async (_, before, after, fields) => {
    const compared = await comparing({ 'a.qext': before }, { 'a.qext': after });
    expect(compared.manifest).toEqual(fields);
    expect(compared.files.map(({ path, kind }) => [path, kind])).toEqual([['a.qext', 'changed']]);
  });

  it('lists the files of what is only on one side', async () => {
    const files = { 'a.qext': qext(), 'a.js': '1' };
    const room = openPatchRoom(1e6);
    const created = await compare({ name: 'a', desired: await readOne(folderOf(files)), room });
    expect(created.files.map(({ kind }) => kind)).toEqual(['added', 'added']);
    const deleted = await compare({ name: 'a', archive: await zipOf(files), room });
    expect(deleted.files.map(({ kind }) => kind)).toEqual(['removed', 'removed']);
    expect([...created.manifest, ...deleted.manifest]).toEqual([]);
  });

  it('says if the content of an archive is not certain', async () => {
    const desired = await readOne(folderOf({ 'a.qext': qext() }));
    const compared = await compare({
      name: 'a',
      archive: Buffer.from('PK no zip'),
      desired,
      room: openPatchRoom(1),
    });
    expect(compared).toEqual({
      name: 'a',
      files: [],
      manifest: [],
      unavailable: 'the archive on the tenant could not be read: it is not a zip archive',
    });
  });

  it('does not show a file that changed after it was read', async () => {
    const tree = folderOf({ 'a.qext': qext(), 'a.js': 'one' });
    const desired = await readOne(tree);
    tree.write({ 'a/a.js': 'two' });
    const archive = await zipOf({ 'a.qext': qext(), 'a.js': 'zero' });
    await expect(compare({ name: 'a', archive, desired, room: openPatchRoom(1e6) })).rejects.toThrow(
      'the file changed after it was read',
    );
  });
});

function numbers(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => `${from + index}\n`).join('');
}
