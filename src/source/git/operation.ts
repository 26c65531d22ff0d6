/** Whether git is in the middle of something that moves its HEAD: what the working tree lacks meanwhile is not gone. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findRepositories } from './repository.js';

export interface GitMoment {
  /** What is under way, for people: `a rebase`. */
  readonly operation?: string;
  /** Different whenever HEAD has moved. */
  readonly head: string;
}

/** What git leaves in its folder until the operation is finished (gitrepository-layout; git's `wt-status.c`). */
const signs = [
  ['index.lock', 'a change of the files'],
  ['HEAD.lock', 'a change of HEAD'],
  ['rebase-merge', 'a rebase'],
  ['rebase-apply', 'a rebase'],
  ['MERGE_HEAD', 'a merge'],
  ['CHERRY_PICK_HEAD', 'a cherry-pick'],
  ['REVERT_HEAD', 'a revert'],
  ['sequencer', 'a series of commits'],
  ['BISECT_LOG', 'a bisect'],
] as const;

/** Reads a few files and starts no process. Outside a repository nothing is ever under way. @param folders absolute */
export function readGitMoment(folders: readonly string[]): GitMoment {
  const repositories = findRepositories(folders);
  const operation = repositories
    .map(({ gitDir }) => findOperation(gitDir))
    .find((found) => found !== undefined);
  return {
    ...(operation !== undefined && { operation }),
    head: repositories.map(({ gitDir }) => headOf(gitDir)).join('\n'),
  };
}

function findOperation(gitDir: string): string | undefined {
  return signs.find(([name]) => existsSync(join(gitDir, name)))?.[1];
}

/** A branch that moves does not change HEAD's own text, but adds a line to its log. */
function headOf(gitDir: string): string {
  try {
    const log = statSync(join(gitDir, 'logs', 'HEAD'), { throwIfNoEntry: false });
    return `${readFileSync(join(gitDir, 'HEAD'), 'utf8')} ${log?.size} ${log?.mtimeMs}`;
  } catch {
    return '';
  }
}
