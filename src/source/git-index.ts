/** What git's index holds, and of which files git believes it rather than look. */

import { listGit } from './run-git.js';

export interface GitIndex {
  /** Relative to the folder, with `/`, as are the others. */
  readonly tracked: readonly string[];
  /** `--assume-unchanged` or `--skip-worktree`: no status and no diff tells what they hold. */
  readonly unlooked: readonly string[];
}

/** Of all files below the folder. @param folder absolute */
export async function readGitIndex(folder: string): Promise<GitIndex> {
  const entries = (await listGit(folder, ['ls-files', '-v', '-z', '--', '.'])).map((entry) => ({
    tag: entry.slice(0, 1),
    path: entry.slice(2),
  }));
  const unlooked = entries.filter(({ tag }) => tag === 'S' || tag !== tag.toUpperCase());
  return { tracked: entries.map(({ path }) => path), unlooked: unlooked.map(({ path }) => path) };
}
