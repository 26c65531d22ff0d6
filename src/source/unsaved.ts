/** What would be lost if files were overwritten: everything that git could not give back. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

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
  const options = { timeout: 30_000, maxBuffer: 2 ** 26 };
  const { stdout } = await runFile('git', ['-C', folder, '--no-optional-locks', ...args], options);
  return new Set(stdout.split('\0').map((path) => path.normalize('NFC')));
}
