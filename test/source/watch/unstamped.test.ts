/** Folders on a disk that does not stamp them when files are added or removed, such as FAT below Windows. */

import type * as FileSystem from 'node:fs';
import { unlinkSync } from 'node:fs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchFolders } from '../../../src/source/watch/watch.js';
import { plant, qext } from '../tree.js';

vi.mock('node:fs', async (load: () => Promise<typeof FileSystem>) => {
  const fs = await load();
  const statSync = (...asked: Parameters<typeof fs.statSync>) => {
    const stats = fs.statSync(...asked);
    const long = { mtimeMs: 1_600_000_000_123, ctimeMs: 1_600_000_000_123, size: 0 };
    return stats?.isDirectory() === true ? Object.assign(stats, long) : stats;
  };
  return { ...fs, default: { ...fs, statSync }, statSync };
});

it('a file that is added or removed there is in the listing of the reader that is woken for it', async () => {
  const tree = plant({ 'x/a/a.qext': qext(), 'x/a/a.js': '' });
  let tell = (): void => undefined;
  const watch = watchFolders({
    ...{ root: tree.root, cwd: tree.root, extensions: ['x/*'], ignore: [] },
    onWake: () => tell(),
  });
  onTestFinished(watch.close);
  await watch.ready;
  const look = (): readonly string[] =>
    watch
      .list(tree.path('x/a'))
      .map(({ name }) => name)
      .sort();
  const afterWake = (change: () => void): Promise<readonly string[]> =>
    new Promise((resolve) => {
      tell = () => resolve(look());
      change();
    });
  expect(look()).toEqual(['a.js', 'a.qext']);
  expect(await afterWake(() => tree.write({ 'x/a/b.js': '' }))).toEqual(['a.js', 'a.qext', 'b.js']);
  expect(await afterWake(() => unlinkSync(tree.path('x/a/b.js')))).toEqual(['a.js', 'a.qext']);
});
