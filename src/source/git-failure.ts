/** Why git told nothing, for people. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface GitFailure {
  /** The end of a sentence. */
  readonly reason: string;
  /** A command that helps. */
  readonly remedy?: string;
}

/** `undefined` where the folder lies in no repository, so that there was nothing to tell. @param folder absolute */
export function explainGitFailure(folder: string, error: unknown): GitFailure | undefined {
  if (!isInRepository(folder)) return undefined;
  const { code, killed, stderr = '', message } = error as GitError;
  if (code === 'ENOENT') return { reason: 'git is not installed' };
  if (killed === true) return { reason: 'git took too long' };
  // Its words come in many languages, the command among them does not.
  const remedy = /^\s*(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1];
  if (remedy !== undefined)
    return { reason: 'the repository belongs to another user, which git calls dubious ownership', remedy };
  const [said = ''] = stderr.trim().split('\n');
  return { reason: said === '' ? message : said.replace(/^fatal: /, '') };
}

type GitError = Error & {
  readonly code?: string | number;
  readonly killed?: boolean;
  readonly stderr?: string;
};

function isInRepository(folder: string): boolean {
  return existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInRepository(dirname(folder)));
}
