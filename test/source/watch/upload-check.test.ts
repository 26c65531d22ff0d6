/** What was read is confirmed only where it is what the watch had reported; all else is woken for again. */

import { renameSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { DesiredExtension } from '../../../src/core/model.js';
import { readDesired } from '../../../src/source/read/read.js';
import { type FolderWatch, type Wake, watchFolders } from '../../../src/source/watch/watch.js';
import { createTree, qext, type Tree } from '../tree.js';

interface Watched extends Tree {
  readonly watch: FolderWatch;
  readonly read: () => Promise<DesiredExtension>;
  /** The names that the reader was woken for since the last call. */
  readonly takeWoken: () => readonly string[];
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function plant(): Promise<Watched> {
  const tree = createTree({ 'x/a/a.qext': qext(), 'x/a/a.js': 'one', 'x/a/lib/b.js': 'b', ...other });
  cleanups.push(tree.remove);
  const woken: string[] = [];
  const onWake = ({ names }: Wake): void => void woken.push(...(names === 'all' ? ['all'] : names));
  const folders = { root: tree.root, cwd: tree.root, extensions: ['x/*'], ignore: [] };
  const watch = watchFolders({ ...folders, quietMs: 30, sweepMs: 50, onWake });
  cleanups.push(watch.close);
  await watch.ready;
  const read = async (): Promise<DesiredExtension> => {
    const { state } = await readDesired({ ...folders, index: 'off' });
    return state.extensions.find(({ name }) => name === 'a')!;
  };
  const planted = { ...tree, watch, read, takeWoken: () => woken.splice(0) };
  await untilConfirmed(planted);
  planted.takeWoken();
  return planted;
}

const other = { 'x/z/z.qext': qext(), 'x/z/z.js': 'z' };

/** Files that were written just now may be reported twice. */
async function untilConfirmed({ watch, read }: Watched): Promise<void> {
  const look = async (): Promise<boolean> => {
    const check = watch.createUploadCheck();
    return check.confirms(await read());
  };
  await expect.poll(look, { interval: 20 }).toBe(true);
}

type Step = (tree: Tree) => void;

const rows: readonly (readonly [string, Step, Step])[] = [
  [
    'a file that was written before it was read',
    ({ root }) => writeFileSync(`${root}/x/a/a.js`, 'half'),
    () => undefined,
  ],
  [
    'a file that was written after it was read',
    () => undefined,
    ({ root }) => writeFileSync(`${root}/x/a/a.js`, 'two'),
  ],
  [
    'a temporary file that was read',
    ({ root }) => writeFileSync(`${root}/x/a/a.js.tmp`, 'half'),
    ({ root }) => renameSync(`${root}/x/a/a.js.tmp`, `${root}/x/a/c.js`),
  ],
  [
    'a folder that was away while the rest was read',
    ({ root }) => renameSync(`${root}/x/a/lib`, `${root}/lib`),
    ({ root }) => renameSync(`${root}/lib`, `${root}/x/a/lib`),
  ],
];

describe('a check', () => {
  it('confirms what was read as it was reported', async () => {
    const { watch, read } = await plant();
    const check = watch.createUploadCheck();
    expect(check.confirms(await read())).toBe(true);
  });

  it.each(rows)('does not confirm %s, and lets the reader be woken', async (_row, before, after) => {
    const planted = await plant();
    const check = planted.watch.createUploadCheck();
    before(planted);
    const read = await planted.read();
    after(planted);
    expect(check.confirms(read)).toBe(false);
    await expect.poll(planted.takeWoken).toContain('a');
    await untilConfirmed(planted);
  });

  it('lets the reader be woken for a folder that was away only while it was read', async () => {
    const planted = await plant();
    const check = planted.watch.createUploadCheck();
    renameSync(`${planted.root}/x/a`, `${planted.root}/a`);
    const read = await planted.read();
    renameSync(`${planted.root}/a`, `${planted.root}/x/a`);
    expect(read).toBeUndefined();
    check.review(new Set(['a']), []);
    await expect.poll(planted.takeWoken).toContain('a');
  });

  it('wakes nobody again for what stays as it is, even if it could not be read', async () => {
    const planted = await plant();
    const check = planted.watch.createUploadCheck();
    check.review(undefined, [await planted.read()]);
    check.review(new Set(['a']), []);
    writeFileSync(`${planted.root}/x/z/z.js`, 'later, and reported after whatever came before');
    const woken: string[] = [];
    await expect.poll(() => woken.push(...planted.takeWoken()) && woken).toContain('z');
    expect(woken).not.toContain('a');
  });
});
