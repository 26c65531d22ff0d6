/** What would be lost if files were overwritten: everything that git could not give back. */

import { listGit } from './run-git.js';

/**
 * Those of `paths` that differ from the last commit or are not in it: all of them outside a repository, or without git.
 *
 * @param folder absolute
 * @param paths relative to it, with `/`
 */
export async function findUnsaved(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [committed, changed] = await Promise.all([
      list(folder, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', '.']),
      list(folder, ['diff', '--name-only', '--relative', '--no-ext-diff', '-z', 'HEAD', '--', '.']),
    ]);
    return paths.filter(
      (path) => !committed.has(path.normalize('NFC')) || changed.has(path.normalize('NFC')),
    );
  } catch {
    return paths;
  }
}

async function list(folder: string, args: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set((await listGit(folder, args)).map((path) => path.normalize('NFC')));
}
