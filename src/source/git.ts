/** Which commit the folders are at: recorded in documents, never used to decide. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

export interface GitState {
  /** 40 (or 64) hex digits. */
  readonly commit?: string;
  /** Whether tracked or untracked files below the folder differ from the commit. */
  readonly dirty?: boolean;
}

/** Empty outside a repository, without a commit, or without git. Costs two processes, so only documents ask. */
export async function readGitState(folder: string): Promise<GitState> {
  try {
    const [commit, status] = await Promise.all([
      git(folder, ['rev-parse', '--verify', 'HEAD']),
      git(folder, ['status', '--porcelain', '--', '.']),
    ]);
    return { commit: commit.trim(), dirty: status !== '' };
  } catch {
    return {};
  }
}

async function git(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await runFile('git', ['-C', folder, '--no-optional-locks', ...args], {
    timeout: 10_000,
  });
  return stdout;
}
