import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DesiredExtension } from '../../src/core/model.js';
import { pack } from '../../src/source/archive/pack.js';
import { createRepacker } from '../../src/source/archive/repack.js';
import { createRandom } from '../tenant/virtual-time.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qlik-sync-repack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function extension(files: Readonly<Record<string, string>>): DesiredExtension {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const kept = Object.entries(files).map(([path, content]) => ({
    path,
    diskPath: path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    facts: {},
  }));
  const manifest = { displayName: 'k', type: 'visualization', supernova: false, fields: {}, text: '{}' };
  return { name: 'k', folder, displayFolder: 'k', manifest, files: kept, leftOut: [], digest: '', bytes: 0 };
}

const text = randomBytes(20_000).toString('hex');
const before = { 'a.js': text, 'größe/b.css': 'b', 'k.qext': '{}' };

describe('repacking', () => {
  it.each([
    ['nothing changed', before],
    ['one file changed', { ...before, 'a.js': `${text}!` }],
    ['every file changed', { 'a.js': '1', 'größe/b.css': '2', 'k.qext': '3' }],
    ['a file added', { ...before, 'z.js': 'new' }],
    ['a file removed', { 'a.js': text, 'k.qext': '{}' }],
  ])('gives the bytes of a fresh pack: %s', async (_row, after) => {
    const repack = createRepacker();
    await repack(extension(before));
    for (let round = 0; round < 2; round += 1) {
      const changed = extension(after);
      expect((await repack(changed)).md5).toBe((await pack(changed)).md5);
    }
  });

  it('gives them whichever files change, again and again', async () => {
    const random = createRandom(5);
    const paths = ['.a', 'a.js', 'größe/b.css', 'k.qext', 'leer.txt', '漢字/é.js'];
    const files: Record<string, string> = Object.fromEntries(paths.map((path) => [path, '']));
    const repack = createRepacker();
    for (let round = 0; round < 40; round += 1) {
      for (const path of paths) {
        if (random() < 0.4) files[path] = random() < 0.2 ? '' : `${round} ${text.slice(0, random() * 9_000)}`;
      }
      const changed = extension(files);
      expect((await repack(changed)).bytes.equals((await pack(changed)).bytes)).toBe(true);
    }
  });

  it('still notices a file that changed after it was read', async () => {
    const repack = createRepacker();
    await repack(extension(before));
    const changed = extension({ ...before, 'a.js': 'new' });
    writeFileSync(join(folder, 'a.js'), 'newer');
    await expect(repack(changed)).rejects.toThrow('changed after it was read');
  });

  it('forgets rather than grows', async () => {
    const repack = createRepacker(1);
    const same = extension(before);
    expect((await repack(same)).md5).toBe((await repack(same)).md5);
  });
});
