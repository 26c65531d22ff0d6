/** What would be lost if files were overwritten: everything that git could not give back. */

import { listDifferences } from './git-difference.js';
import { readGitIndex } from './git-index.js';
import { listGit } from './run-git.js';

/**
 * Those of `paths` that differ from the last commit, are not in it, or are hidden from git, so that they may differ: all
 * of them outside a repository, or without git.
 *
 * @param folder absolute
 * @param paths relative to it, with `/`
 */
export async function findUnsaved(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [committed, changed, index] = await Promise.all([
      listGit(folder, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', '.']),
      listDifferences(folder, 'HEAD'),
      readGitIndex(folder),
    ]);
    const known = composed(committed);
    const unsure = composed([...changed, ...index.unlooked]);
    return paths.filter((path) => !known.has(path.normalize('NFC')) || unsure.has(path.normalize('NFC')));
  } catch {
    return paths;
  }
}

function composed(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((path) => path.normalize('NFC')));
}
