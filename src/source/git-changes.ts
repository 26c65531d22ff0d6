/** Which folders differ from a commit: for `--changed-since`, in a repository of any layout. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { UserError } from '../core/errors.js';
import { listGit, runGit } from './run-git.js';

export interface GitChanges {
  /** Whether the file, or anything below the folder, differs from the commit. Absolute path; it may be gone. */
  readonly touches: (path: string) => boolean;
  /**
   * Whether git knows each of the files, `paths` relative to the folder with `/`; what it does not know (build output,
   * a submodule's own) may always have changed.
   */
  readonly tracks: (folder: string, paths: readonly string[]) => boolean;
}

/**
 * Compares the working tree with the commit where HEAD's history left that of `ref`, so that on a branch only the
 * branch's own changes count.
 *
 * @throws UserError where this is no repository, or it lacks the commit (a shallow clone)
 */
export async function readGitChanges(root: string, ref: string): Promise<GitChanges> {
  const top = realpathSync((await ask(root, ['rev-parse', '--show-toplevel'], notARepository)).trim());
  const base = await findBase(root, ref);
  const [changed, untracked, tracked] = await Promise.all([
    listGit(top, ['diff', ...everyDifference, '-z', base, '--']),
    listGit(top, ['ls-files', '--others', '--exclude-standard', '-z']),
    listGit(top, ['ls-files', '-z']),
  ]);
  const differing = [...changed, ...untracked];
  const known = new Set(tracked);
  return {
    touches: (path) => differing.some(isAtOrBelow(pathInside(top, path))),
    tracks: (folder, paths) => {
      const place = pathInside(top, folder);
      return paths.every((path) => known.has(place === '' ? path : `${place}/${path}`));
    },
  };
}

/** Whatever the repository's own settings say. */
const everyDifference = ['--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=none'];

async function findBase(root: string, ref: string): Promise<string> {
  // `--end-of-options`: a ref that begins with a dash is no option of git.
  const commit = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const tip = (await ask(root, commit, () => explainMissing(root, ref))).trim();
  return (await ask(root, ['merge-base', tip, 'HEAD'], () => explainMissing(root, ref))).trim();
}

async function explainMissing(root: string, ref: string): Promise<UserError> {
  const shallow = await runGit(root, ['rev-parse', '--is-shallow-repository']).catch(() => '');
  if (shallow.trim() === 'true') {
    return new UserError(
      `--changed-since ${ref}: this is a shallow clone, which lacks that commit or what leads to it.`,
      {
        hint: 'Fetch the whole history (git fetch --unshallow; actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0).',
      },
    );
  }
  return new UserError(
    `--changed-since ${ref}: git knows no such commit, or none that HEAD shares with it.`,
    {
      hint: 'Name a branch, tag or commit that is fetched here, such as origin/main.',
    },
  );
}

async function notARepository(): Promise<UserError> {
  return new UserError('--changed-since needs a git repository, and git itself.', {
    hint: 'Name the extensions instead, or leave the option out.',
  });
}

async function ask(
  folder: string,
  args: readonly string[],
  explain: () => Promise<UserError>,
): Promise<string> {
  try {
    return await runGit(folder, args);
  } catch {
    throw await explain();
  }
}

/** As git spells it: relative to the top, with `/`; empty for the top itself. What is gone was no link. */
function pathInside(top: string, path: string): string {
  const real = existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
  return relative(top, real).split(sep).join('/');
}

function isAtOrBelow(place: string): (path: string) => boolean {
  return (path) => place === '' || path === place || path.startsWith(`${place}/`);
}
