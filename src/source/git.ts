/** Which commit the folders are at: recorded in documents and journals, never used to decide. */

import type { SourceState } from '../core/past-run.js';
import { withoutUndefined } from '../core/present.js';
import { explainGitFailure, type GitFailure } from './git-failure.js';
import { runGit } from './run-git.js';

/** What git tells of it; the CI run's address comes from the environment. */
export type GitState = Omit<SourceState, 'ci'>;

/**
 * Empty outside a repository, without a commit, or without git. Costs a process, so only what is recorded asks.
 *
 * @param onGap told, for people, why a repository is there and its commit is not known
 */
export async function readGitState(folder: string, onGap?: (gap: string) => void): Promise<GitState> {
  try {
    return parseStatus(await runGit(folder, [...wholeStatus, '--', '.']));
  } catch (error) {
    const failure = explainGitFailure(folder, error);
    if (failure !== undefined) onGap?.(describeGap(failure));
    return {};
  }
}

/** Whatever the repository's own settings say. */
const wholeStatus = [
  ...['status', '--porcelain=v2', '--branch'],
  ...['--untracked-files=normal', '--ignore-submodules=none'],
];

function describeGap({ reason, remedy }: GitFailure): string {
  const help = remedy === undefined ? '' : ` Trust it: ${remedy}`;
  return `The commit is not recorded: ${reason}.${help}`;
}

/** git's own words stand in brackets, which no commit or branch has: `(initial)`, `(detached)`. */
function parseStatus(output: string): GitState {
  const header = (name: string): string | undefined =>
    new RegExp(`^# branch\\.${name} ([^(].*)$`, 'm').exec(output)?.[1];
  const commit = header('oid');
  if (commit === undefined) return {};
  return { commit, dirty: /^[^#]/m.test(output), ...withoutUndefined({ branch: header('head') }) };
}
