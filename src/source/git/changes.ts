/** Which folders differ from a commit: for `--changed-since`, in a repository of any layout. */

import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, parse, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/errors.js';
import { findLink } from '../own-folder.js';
import { explainGitFailure, listGit, runGit } from './git.js';

export interface GitChanges {
  /**
   * Whether the file, anything below the folder, or a link on the way there differs from the commit, or may: of what is
   * hidden from git (`--skip-worktree`) nobody knows. Absolute path; it may be gone.
   */
  readonly touches: (path: string) => boolean;
  /** Whether anything differs that lies in none of the folders. */
  readonly touchesBeside: (folders: readonly string[]) => boolean;
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
  const explain = async (error: unknown): Promise<UserError> => explainSilence(root, error);
  const top = realpathSync((await ask(root, ['rev-parse', '--show-toplevel'], explain)).trim());
  const base = await findBase(root, ref);
  const [changed, untracked, { tracked, unlooked }] = await Promise.all([
    listDifferences(top, base),
    listGit(top, ['ls-files', '--others', '--exclude-standard', '-z']),
    readGitIndex(top),
  ]);
  const differing = [...changed, ...untracked, ...unlooked];
  const known = new Set(tracked);
  return {
    touches: (path) => placesOf(top, path).some((place) => differing.some(concerns(place))),
    touchesBeside: (folders) => {
      const places = folders.flatMap((folder) => placesOf(top, folder));
      return differing.some((path) => !places.some((place) => concerns(place)(path)));
    },
    tracks: (folder, paths) => {
      const place = placesOf(top, folder).at(-1) ?? '';
      return paths.every((path) => known.has(place === '' ? path : `${place}/${path}`));
    },
  };
}

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

function explainSilence(root: string, error: unknown): UserError {
  const failure = explainGitFailure(root, error);
  if (failure === undefined) {
    return new UserError('--changed-since needs a git repository, and git itself.', {
      hint: 'Name the extensions instead, or leave the option out.',
    });
  }
  const { reason, remedy } = failure;
  return new UserError(`--changed-since needs git's word, and there is none: ${reason}.`, {
    hint: remedy === undefined ? 'git status in that folder says more.' : `Trust it: ${remedy}`,
  });
}

async function ask(
  folder: string,
  args: readonly string[],
  explain: (error: unknown) => Promise<UserError>,
): Promise<string> {
  try {
    return await runGit(folder, args);
  } catch (error) {
    throw await explain(error);
  }
}

/** As git spells them, relative to the top, with `/`, empty for the top itself: every link on the way, then the place. */
function placesOf(top: string, path: string): readonly string[] {
  return followPath(path).map((each) => relative(top, each).split(sep).join('/'));
}

/** What is at, below, or above: a link or a submodule has nothing below it that git knows. */
function concerns(place: string): (path: string) => boolean {
  return (path) =>
    place === '' || path === place || path.startsWith(`${place}/`) || place.startsWith(`${path}/`);
}

// Which files differ from a commit, whatever the settings of the repository and its user say.

/** A file that was moved is told under both names: at the old one, something else may stand now. */
const everyDifference = ['--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=none'];

/** Those below the folder that git knows, relative to it. @param folder absolute @param commit its hash, or `HEAD` */
export function listDifferences(folder: string, commit: string): Promise<readonly string[]> {
  return listGit(folder, ['diff', ...everyDifference, '--relative', '-z', commit, '--', '.']);
}

// What git's index holds, and of which files git believes it rather than look.

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

// The way that a path takes through links.

/** As many as Linux follows (path_resolution, `MAXSYMLINKS`). */
const mostLinks = 40;

/**
 * The path itself, then what it becomes at each symbolic link on its way; the last has none. What is gone was no link.
 *
 * @param path absolute
 */
export function followPath(path: string): readonly string[] {
  const way = [path];
  let place = path;
  const { root } = parse(path);
  const nextLink = (): string | undefined => findLink(root, place);
  for (let link = nextLink(); link !== undefined && way.length <= mostLinks; link = nextLink()) {
    place = resolve(dirname(link), readlinkSync(link), relative(link, place));
    way.push(place);
  }
  return way;
}

// What would be lost if files were overwritten: everything that git could not give back.

/**
 * Those of `paths` that differ from the last commit, are not in it, or are hidden from git, so that they may differ: all
 * of them outside a repository, or without git.
 *
 * @param folder absolute
 * @param paths relative to it, with `/`
 */
export async function findUnsaved(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [committed, changed, index] = await Promise.all([
      listGit(folder, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', '.']),
      listDifferences(folder, 'HEAD'),
      readGitIndex(folder),
    ]);
    const known = composed(committed);
    const unsure = composed([...changed, ...index.unlooked]);
    return paths.filter((path) => !known.has(path.normalize('NFC')) || unsure.has(path.normalize('NFC')));
  } catch {
    return paths;
  }
}

function composed(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((path) => path.normalize('NFC')));
}
