/** What git is in the middle of, by real repositories. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGitMoment } from '../../../src/source/git/operation.js';
import { git } from '../../git.js';

let base: string;
let root: string;

function inRepository(...args: readonly string[]): void {
  try {
    git(root, ...args);
  } catch (error) {
    // A conflict ends with 1, and is what these tests are about.
    if ((error as { readonly status?: number }).status !== 1) throw error;
  }
}

function commit(path: string, content: string): void {
  writeFileSync(join(root, path), content);
  inRepository('add', '-A');
  inRepository('commit', '-qm', content);
}

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'qlik-sync-git-')));
  root = join(base, 'work');
  mkdirSync(root);
  inRepository('init', '-q', '-b', 'main');
  commit('a.txt', 'base');
  inRepository('checkout', '-q', '-b', 'other');
  commit('a.txt', 'other');
  inRepository('checkout', '-q', 'main');
  commit('a.txt', 'main');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const operation = (folder = root): string | undefined => readGitMoment([folder]).operation;

describe('an operation', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['a rebase', ['rebase', 'other'], ['rebase', '--abort']],
    ['a rebase', ['rebase', '--apply', 'other'], ['rebase', '--abort']],
    ['a merge', ['merge', 'other'], ['merge', '--abort']],
    ['a cherry-pick', ['cherry-pick', 'other'], ['cherry-pick', '--abort']],
    ['a revert', ['revert', '--no-edit', 'HEAD~1'], ['revert', '--abort']],
    ['a bisect', ['bisect', 'start', 'HEAD', 'HEAD~1'], ['bisect', 'reset']],
  ])('is %s from %j to %j', (name, begin, end) => {
    expect(operation()).toBeUndefined();
    inRepository(...begin);
    expect(operation()).toBe(name);
    inRepository(...end);
    expect(operation()).toBeUndefined();
  });

  it('is a change of the files while the index is locked, seen from any folder', () => {
    mkdirSync(join(root, 'packages/a'), { recursive: true });
    writeFileSync(join(root, '.git/index.lock'), '');
    expect(operation(join(root, 'packages/a'))).toBe('a change of the files');
  });

  it('is the one of a worktree, not of its repository', () => {
    inRepository('worktree', 'add', '-q', join(base, 'tree'), 'other');
    const [main, tree] = [root, join(base, 'tree')];
    root = tree;
    inRepository('rebase', 'main');
    expect([operation(tree), operation(main)]).toEqual(['a rebase', undefined]);
  });

  it('may be one of a submodule', () => {
    inRepository('submodule', 'add', '-q', root, 'packages/sub');
    writeFileSync(join(root, '.git/modules/packages/sub/index.lock'), '');
    expect(operation()).toBe('a change of the files');
  });

  it('does not exist outside a repository, or in a missing folder', () => {
    expect(readGitMoment([base])).toEqual({ head: '' });
    expect(readGitMoment([join(base, 'gone')])).toEqual({ head: '' });
  });
});

describe('HEAD', () => {
  const head = (): string => readGitMoment([root]).head;

  it.each<readonly [string, () => void]>([
    ['a commit', () => commit('b.txt', 'b')],
    ['another branch', () => inRepository('checkout', '-q', 'other')],
    ['a branch that is reset', () => inRepository('reset', '-q', '--hard', 'HEAD~1')],
    ['a detached commit', () => inRepository('checkout', '-q', '--detach', 'HEAD')],
  ])('moves by %s', (_row, move) => {
    const before = head();
    move();
    expect(head()).not.toBe(before);
  });

  it('stays where only files and the index change', () => {
    const before = head();
    writeFileSync(join(root, 'c.txt'), 'c');
    inRepository('add', '-A');
    inRepository('status');
    expect(head()).toBe(before);
  });
});
