import { mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Discovery, discover } from '../../../src/source/discover/discover.js';
import { type ListFolder, listAnew } from '../../../src/source/discover/expand-folders.js';
import { rememberListings } from '../../../src/source/watch/stamp.js';
import { createRandom } from '../../tenant/virtual-time.js';
import { plant, qext, type Tree } from '../tree.js';

const patterns = ['ext/*', 'deep/**', 'named', 'packages/*/dist', '!ext/left'];

const folders = [
  'ext',
  'ext/a',
  'ext/b',
  'ext/left',
  'deep/x/y',
  'named',
  'packages/p/dist',
  'packages/q',
  'ext/.h',
];
const names = ['a.qext', 'b.qext', 'a.js', 'theme.json', 'package.json', 'sub', '.git', 'notes.txt'];

/** What discovery says, with the names and kinds of all entries. */
async function say(tree: Tree, list: ListFolder): Promise<unknown> {
  const said: Discovery = await discover(tree.root, tree.root, patterns, list);
  const candidates = said.candidates.map(({ entries, ...candidate }) => ({
    ...candidate,
    entries: entries.map((entry) => [
      entry.name,
      entry.isDirectory(),
      entry.isFile(),
      entry.isSymbolicLink(),
    ]),
  }));
  return { ...said, candidates };
}

/** Until the clock of files has gone on, so that what changes from now on has another time. */
async function untilTick(tree: Tree): Promise<void> {
  const write = (): number => {
    tree.write({ tick: '' });
    return statSync(tree.path('tick')).mtimeMs;
  };
  const first = write();
  await expect.poll(write, { interval: 1 }).toBeGreaterThan(first);
}

const steps: readonly ((tree: Tree, pick: (from: readonly string[]) => string) => void)[] = [
  (tree, pick) => writeFileSync(tree.path(`${pick(folders)}/${pick(names)}`), qext()),
  (tree, pick) => writeFileSync(tree.path(`${pick(folders)}/${pick(names)}`), qext({ type: 'theme' })),
  (tree, pick) => mkdirSync(tree.path(`${pick(folders)}/${pick(names)}`), { recursive: true }),
  (tree, pick) => rmSync(tree.path(`${pick(folders)}/${pick(names)}`), { recursive: true }),
  (tree, pick) => rmSync(tree.path(pick(folders)), { recursive: true }),
  (tree, pick) => renameSync(tree.path(pick(folders)), tree.path(pick(folders))),
  (tree, pick) => symlinkSync(tree.path(pick(folders)), tree.path(`${pick(folders)}/${pick(names)}`)),
  (tree, pick) => mkdirSync(tree.path(pick(folders)), { recursive: true }),
];

/** @param settle called before each look at a world */
async function compareWorlds(
  worlds: number,
  seed: number,
  settle: (tree: Tree) => Promise<void>,
): Promise<void> {
  const random = createRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? '';
  const tree = plant({ 'ext/a/a.qext': qext(), 'named/n.qext': qext(), 'deep/x/y/y.qext': qext() });
  const { list } = rememberListings();
  for (let world = 0; world < worlds; world += 1) {
    for (const step of steps) {
      if (random() < 0.7) continue;
      try {
        step(tree, pick);
      } catch {
        // Nothing was there to do it to.
      }
    }
    await settle(tree);
    expect(await say(tree, list), `world ${world}`).toEqual(await say(tree, listAnew));
  }
}

describe('remembered listings', () => {
  it('equal fresh listings in 300 worlds, however soon a change follows a look', async () => {
    await compareWorlds(300, 7, async () => undefined);
  });

  it('equal them in 300 more, remembering everything that they can', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await compareWorlds(300, 8, async (tree) => {
      // Every change is long ago, and a later one has another time.
      vi.setSystemTime(Date.now() + 10_000);
      await untilTick(tree);
    });
  });

  it('are not read again while nothing changes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.setSystemTime(Date.now() + 10_000);
    const tree = plant({ 'ext/a/a.qext': qext() });
    const { list, forget } = rememberListings();
    const folder = tree.path('ext/a');
    const before = list(folder);
    expect(list(folder)).toBe(before);
    await untilTick(tree);
    tree.write({ 'ext/a/a.js': '' });
    const after = list(folder);
    expect(after.map(({ name }) => name).sort()).toEqual(['a.js', 'a.qext']);
    expect(list(folder)).toBe(after);
    forget();
    expect(list(folder)).not.toBe(after);
  });

  it('fail if the folder is gone', () => {
    const tree = plant({ 'ext/a/a.qext': qext() });
    const { list } = rememberListings();
    list(tree.path('ext/a'));
    rmSync(dirname(tree.path('ext/a')), { recursive: true });
    expect(() => list(tree.path('ext/a'))).toThrow('ENOENT');
  });
});
