/** What git's index has and the disk lacks because it was never checked out: sparse checkouts, submodules, hidden files. */

import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type GitPlace, listGit, needsGit } from './git.js';
import type { Repository } from './repository.js';

interface NotCheckedOut {
  /** Absolute paths of files. */
  readonly files: readonly string[];
  /** Missing folders whose content is unknown. */
  readonly folders: readonly EmptyFolder[];
}

interface EmptyFolder {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'submodule' | 'sparse';
}

/**
 * A file that was merely deleted counts as gone. Starts one process for each repository. If git gives no answer and
 * nothing suggests that a part was left out, nothing was.
 *
 * @throws UserError if git gives no answer, and the checkout may be partial
 */
export async function readNotCheckedOut(
  repositories: readonly Repository[],
  env: GitPlace['env'],
): Promise<NotCheckedOut> {
  const found = await Promise.all(repositories.map((repository) => readOne(repository, env)));
  return { files: found.flatMap(({ files }) => files), folders: found.flatMap(({ folders }) => folders) };
}

async function readOne(repository: Repository, env: GitPlace['env']): Promise<NotCheckedOut> {
  const { top } = repository;
  const entries = await readIndex(repository, { folder: top, env });
  const absent = entries.filter(({ isHidden, mode }) => isHidden || mode === submoduleMode);
  const placed = absent.map(({ mode, path }) => ({ mode, path: join(top, path) }));
  return {
    files: placed
      .filter(
        ({ mode, path }) =>
          !folderModes.has(mode) && lstatSync(path, { throwIfNoEntry: false }) === undefined,
      )
      .map(({ path }) => path),
    folders: placed
      .filter(({ mode, path }) => folderModes.has(mode) && isEmpty(path))
      .map(({ mode, path }) => ({
        path,
        kind: mode === submoduleMode ? ('submodule' as const) : ('sparse' as const),
      })),
  };
}

const submoduleMode = '160000';

/** Modes of a submodule and of a folder in a sparse index. */
const folderModes: ReadonlySet<string> = new Set([submoduleMode, '040000']);

interface Entry {
  readonly mode: string;
  /** `--skip-worktree` or `--assume-unchanged`: git does not expect the disk to match the index. */
  readonly isHidden: boolean;
  /** Relative to the top, with `/`. */
  readonly path: string;
}

async function readIndex(repository: Repository, place: GitPlace): Promise<readonly Entry[]> {
  const ask = ['ls-files', '-v', '--stage', '-z'];
  try {
    // Without the trees of a sparse index, git names only its folders.
    const listed = await listGit(place, ask).catch(() => listGit(place, [...ask, '--sparse']));
    return listed.map(parseEntry);
  } catch (error) {
    if (mayBePartial(repository)) throw needsGit('A checkout that may leave out files', place, error);
    return [];
  }
}

/** `S 100644 <hash> 0\t<path>` */
function parseEntry(entry: string): Entry {
  const tag = entry.slice(0, 1);
  const isHidden = tag === 'S' || tag !== tag.toUpperCase();
  return { mode: entry.slice(2, 8), isHidden, path: entry.slice(entry.indexOf('\t') + 1) };
}

function mayBePartial({ top, gitDir }: Repository): boolean {
  return existsSync(join(gitDir, 'info/sparse-checkout')) || existsSync(join(top, '.gitmodules'));
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return !existsSync(folder);
  }
}
