/** A repository of twelve extensions that its branches hold or lack, and what people and builds do to its folders. */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Dice } from './storm-plan.js';
import { extensionFiles } from './workspace.js';

const runFile = promisify(execFile);

/** Eight that a build writes, and four that are written by hand. */
export const allNames: readonly string[] = [
  ...Array.from({ length: 8 }, (_, index) => `built-${index + 1}`),
  ...Array.from({ length: 4 }, (_, index) => `plain-${index + 1}`),
];

/** Only on branches: `main`, and so the final commit, lacks them. */
export const strangers: readonly string[] = ['built-8', 'plain-4'];

export const finalNames: readonly string[] = allNames.filter((name) => !strangers.includes(name));

const branches = ['one', 'two', 'three', 'four'] as const;

export interface SoakRepository {
  /** One thing that somebody does and finishes, on whatever branch. */
  readonly act: () => Promise<void>;
  /** A build that was cut off. The answer finishes it. */
  readonly halfBuild: () => () => void;
  /** A rebase, a merge or a cherry-pick that stops at a conflict. The answer ends it, one way or the other. */
  readonly conflict: () => Promise<() => Promise<void>>;
  /** The final commit, and nothing else. */
  readonly goHome: () => Promise<void>;
  /** Some extensions have other content from now on. */
  readonly commitFinal: () => Promise<void>;
}

interface Tree {
  readonly root: string;
  readonly dice: Dice;
  readonly git: (...args: readonly string[]) => Promise<void>;
}

export async function createSoakRepository(root: string, dice: Dice): Promise<SoakRepository> {
  const tree: Tree = { root, dice, git: gitIn(root) };
  await commitBranches(tree);
  return {
    act: () => dice.pick(acts)(tree),
    halfBuild: () => halfBuild(tree),
    conflict: () => conflict(tree),
    goHome: () => goTo(tree, 'main'),
    commitFinal: async () => {
      await goTo(tree, 'main');
      for (const name of ['built-1', 'built-2', 'plain-1']) write(tree, name, 'final');
      await commit(tree, 'final');
    },
  };
}

function gitIn(root: string): Tree['git'] {
  const settings = ['user.name=a', 'user.email=a@example.org', 'gc.auto=0', 'core.editor=true'];
  const options = ['-C', root, ...settings.flatMap((each) => ['-c', each])];
  return async (...args) => {
    try {
      await runFile('git', [...options, ...args]);
    } catch (error) {
      // A conflict ends with 1, and some acts are about conflicts.
      if ((error as { readonly code?: number }).code !== 1) throw error;
    }
  };
}

export function folderOf(name: string): string {
  return name.startsWith('plain') ? `extensions/${name}` : `packages/${name}/dist`;
}

function write({ root }: Tree, name: string, code = 'one'): void {
  for (const [path, content] of Object.entries(extensionFiles(name, { folder: folderOf(name), code }))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** With its package, where a build would write it. */
function remove({ root }: Tree, name: string): void {
  rmSync(join(root, name.startsWith('plain') ? folderOf(name) : `packages/${name}`), {
    recursive: true,
    force: true,
  });
}

async function commit({ root, git }: Tree, notes: string): Promise<void> {
  writeFileSync(join(root, 'notes.txt'), notes);
  await git('add', '-A');
  await git('commit', '-qm', notes);
}

/** One in so many; the first and the last always stay. */
function removeSome(tree: Tree, oneIn: number): void {
  for (const name of finalNames.slice(1, -1)) if (tree.dice.below(oneIn) === 0) remove(tree, name);
}

/** Each branch lacks some extensions, has the strangers or not, and is in conflict with `main` over the notes. */
async function commitBranches(tree: Tree): Promise<void> {
  const { git, root } = tree;
  writeFileSync(join(root, '.gitignore'), '.qlik-sync\npackages/look-*\n');
  await git('init', '-q', '-b', 'main');
  for (const name of finalNames) write(tree, name);
  await commit(tree, 'first');
  for (const branch of branches) {
    await git('checkout', '-q', '-b', branch, 'main');
    for (const name of strangers) if (tree.dice.below(2) === 0) write(tree, name);
    removeSome(tree, 3);
    await commit(tree, `${branch}, begun`);
    removeSome(tree, 6);
    await commit(tree, branch);
  }
  await git('checkout', '-q', 'main');
  await commit(tree, 'second');
}

/** What git does not know is left alone by a checkout, and would stay for ever. */
async function goTo({ git }: Tree, branch: string): Promise<void> {
  await git('checkout', '-qf', branch);
  await git('clean', '-fdq');
}

function isThere({ root }: Tree, name: string): boolean {
  return existsSync(join(root, folderOf(name)));
}

/** Cleans first, as builds do. */
async function build(tree: Tree): Promise<void> {
  const built = allNames.filter((name) => name.startsWith('built') && isThere(tree, name));
  const some = built.filter(() => tree.dice.below(2) === 0);
  for (const name of some) {
    rmSync(join(tree.root, folderOf(name)), { recursive: true, force: true });
    await setImmediate();
  }
  for (const name of some) {
    write(tree, name);
    await setImmediate();
  }
}

async function stash(tree: Tree): Promise<void> {
  const { git, dice } = tree;
  const there = allNames.filter((name) => isThere(tree, name));
  for (const name of there.slice(1)) if (dice.below(3) === 0) remove(tree, name);
  await git('stash', 'push', '-q', '-u');
  await git('stash', 'pop', '-q');
  await git('reset', '-q', '--hard');
}

async function rebase(tree: Tree): Promise<void> {
  const { git, dice } = tree;
  await goTo(tree, dice.pick(branches));
  await git('rebase', '-q', 'main');
  await git('rebase', '--abort');
}

async function resetBack(tree: Tree): Promise<void> {
  const { git, dice } = tree;
  const branch = dice.pick(branches);
  await goTo(tree, branch);
  await git('reset', '-q', '--hard', 'HEAD~1');
  await git('reset', '-q', '--hard', 'ORIG_HEAD');
}

const change = (tree: Tree): Promise<void> => goTo(tree, tree.dice.pick(['main', ...branches]));

const acts = [build, build, build, change, change, change, stash, rebase, resetBack];

const halves: readonly ((tree: Tree, name: string) => void)[] = [
  ({ root }, name) => rmSync(join(root, folderOf(name)), { recursive: true }),
  ({ root }, name) => rmSync(join(root, folderOf(name), `${name}.qext`)),
  ({ root }, name) => {
    rmSync(join(root, folderOf(name)), { recursive: true });
    mkdirSync(join(root, folderOf(name)));
  },
];

function halfBuild(tree: Tree): () => void {
  const built = allNames.filter((name) => name.startsWith('built') && isThere(tree, name));
  const some = [tree.dice.pick(built), ...built.filter(() => tree.dice.below(3) === 0)];
  const different = [...new Set(some)];
  for (const name of different) tree.dice.pick(halves)(tree, name);
  return () => {
    for (const name of different) write(tree, name);
  };
}

async function conflict(tree: Tree): Promise<() => Promise<void>> {
  const { git, dice } = tree;
  const [command, other] = dice.pick([
    ['rebase', 'main'],
    ['merge', 'main'],
    ['cherry-pick', 'main'],
  ] as const);
  await goTo(tree, dice.pick(branches));
  await git(command, other);
  return () => git(command, '--abort');
}
