/** Which files differ from a commit, whatever the settings of the repository and its user say. */

import { listGit } from './run-git.js';

/** A file that was moved is told under both names: at the old one, something else may stand now. */
const everyDifference = ['--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=none'];

/** Those below the folder that git knows, relative to it. @param folder absolute @param commit its hash, or `HEAD` */
export function listDifferences(folder: string, commit: string): Promise<readonly string[]> {
  return listGit(folder, ['diff', ...everyDifference, '--relative', '-z', commit, '--', '.']);
}
