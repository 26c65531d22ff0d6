/** What differs from a commit: which folders (`--changed-since`), and which files git could not restore. */

import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, parse, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/errors.js';
import { findLink } from '../own-folder.js';
import { type GitPlace, listGit, needsGit, runGit } from './git.js';

export interface GitChanges {
  /** `head` and `ahead`: HEAD has no commit that the ref lacks, so that only what is not committed can differ. */
  readonly ref: 'head' | 'ahead' | 'behind-or-beside';
  /**
   * Whether the file, anything below the folder, or a link on the way there differs from the commit, or may differ, as do
   * files that are hidden from git (`--skip-worktree`). The path is absolute and need not exist.
   */
  readonly touches: (path: string) => boolean;
  /** Whether anything differs that is in none of the folders. */
  readonly touchesOutside: (folders: readonly string[]) => boolean;
  /**
   * Whether git tracks each of the files; `paths` are relative to the folder, with `/`. What git does not track (build
   * output, a submodule's content) may have changed at any time.
   */
  readonly tracks: (folder: string, paths: readonly string[]) => boolean;
}

/**
 * Compares the working tree with the commit where HEAD's history branched off that of `ref`, so that on a branch only its
 * own changes count.
 *
 * @throws UserError if this is not a repository, it lacks the commit (a shallow clone), or git gives no answer
 */
export async function readGitChanges(place: GitPlace, ref: string): Promise<GitChanges> {
  try {
    return await compareWith(place, ref);
  } catch (error) {
    throw error instanceof UserError ? error : needsGit('--changed-since', place, error);
  }
}

async function compareWith(place: GitPlace, ref: string): Promise<GitChanges> {
  const top = realpathSync((await runGit(place, ['rev-parse', '--show-toplevel'])).trim());
  const { tip, base } = await findBase(place, ref);
  const whole = { ...place, folder: top };
  const [head, changed, untracked, { tracked, hidden }] = await Promise.all([
    runGit(place, ['rev-parse', 'HEAD']),
    listDifferences(whole, base),
    listGit(whole, ['ls-files', '--others', '--exclude-standard', '-z']),
    readGitIndex(whole),
  ]);
  const differing = [...changed, ...untracked, ...hidden];
  const known = new Set(tracked);
  return {
    ref: sideOf({ tip, base, head: head.trim() }),
    touches: (path) => placesOf(top, path).some((each) => differing.some(concerns(each))),
    touchesOutside: (folders) => {
      const places = folders.flatMap((folder) => placesOf(top, folder));
      return differing.some((path) => !places.some((each) => concerns(each)(path)));
    },
    tracks: (folder, paths) => {
      const at = placeIn(top, folder);
      return paths.every((path) => known.has(at === '' ? path : `${at}/${path}`));
    },
  };
}

function sideOf({ tip, base, head }: Readonly<Record<'tip' | 'base' | 'head', string>>): GitChanges['ref'] {
  if (base !== head) return 'behind-or-beside';
  return tip === head ? 'head' : 'ahead';
}

/** The commit of the ref, and where HEAD's history branched off it. */
async function findBase(
  place: GitPlace,
  ref: string,
): Promise<{ readonly tip: string; readonly base: string }> {
  // `--end-of-options` keeps git from reading a ref that begins with a dash as an option.
  const commit = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  try {
    const tip = (await runGit(place, commit)).trim();
    return { tip, base: (await runGit(place, ['merge-base', tip, 'HEAD'])).trim() };
  } catch (error) {
    // Both commands exit with 1 if there is none, and with 128 if they cannot tell.
    if ((error as { readonly code?: unknown }).code !== 1) throw error;
    throw await explainMissing(place, ref);
  }
}

async function explainMissing(place: GitPlace, ref: string): Promise<UserError> {
  const shallow = await runGit(place, ['rev-parse', '--is-shallow-repository']).catch(() => '');
  if (shallow.trim() === 'true') {
    return new UserError(
      `--changed-since ${ref}: this is a shallow clone, which lacks that commit or the history up to it.`,
      {
        hint: 'Fetch the whole history (git fetch --unshallow; actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0).',
      },
    );
  }
  return new UserError(
    `--changed-since ${ref}: git knows no such commit, or it shares no history with HEAD.`,
    {
      hint: 'Name a branch, tag or commit that is fetched here, such as origin/main.',
    },
  );
}

/** Every link on the way, then the path itself, as git spells them: relative to the top, with `/`, empty for the top. */
function placesOf(top: string, path: string): readonly string[] {
  return followPath(path).map((each) => relative(top, each).split(sep).join('/'));
}

/** Where the path leads, as git spells it. @param path absolute */
export function placeIn(top: string, path: string): string {
  return placesOf(top, path).at(-1) ?? '';
}

/** Whether a path is at, below or above the place: git knows nothing below a link or a submodule. */
function concerns(place: string): (path: string) => boolean {
  return (path) =>
    place === '' || path === place || path.startsWith(`${place}/`) || place.startsWith(`${path}/`);
}

/** Overrides the settings of the repository and the user. A moved file is listed under both names. */
const everyDifference = ['--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=none'];

/** The tracked files below the folder that differ, relative to it. @param commit hash or `HEAD` */
function listDifferences(place: GitPlace, commit: string): Promise<readonly string[]> {
  return listGit(place, ['diff', ...everyDifference, '--relative', '-z', commit, '--', '.']);
}

/** Paths with `/`. */
interface GitIndex {
  readonly tracked: readonly string[];
  /** `--assume-unchanged` or `--skip-worktree`: git does not check whether they changed. */
  readonly hidden: readonly string[];
}

/** All tracked files below the folder; their paths are relative to it, or to the top of the repository. */
export async function readGitIndex(
  place: GitPlace,
  paths: 'from-folder' | 'from-top' = 'from-folder',
): Promise<GitIndex> {
  const names = paths === 'from-top' ? ['--full-name'] : [];
  const entries = (await listGit(place, ['ls-files', '-v', '-z', ...names, '--', '.'])).map((entry) => ({
    tag: entry.slice(0, 1),
    path: entry.slice(2),
  }));
  const hidden = entries.filter(({ tag }) => tag === 'S' || tag !== tag.toUpperCase());
  return { tracked: entries.map(({ path }) => path), hidden: hidden.map(({ path }) => path) };
}

/** As many as Linux follows (path_resolution, `MAXSYMLINKS`). */
const mostLinks = 40;

/**
 * The path itself, then what it becomes with each symbolic link on the way resolved. What no longer exists counts as not a
 * link.
 *
 * @param path absolute
 */
function followPath(path: string): readonly string[] {
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

/**
 * Those of `paths` that git could not restore if they were overwritten: they differ from the last commit, are not in
 * it, or are hidden from git. Outside a repository, or without git: all of them.
 *
 * @param paths relative to the folder, with `/`
 */
export async function findUnsaved(place: GitPlace, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  try {
    const [committed, changed, index] = await Promise.all([
      listGit(place, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', '.']),
      listDifferences(place, 'HEAD'),
      readGitIndex(place),
    ]);
    const known = composed(committed);
    const unsure = composed([...changed, ...index.hidden]);
    return paths.filter((path) => !known.has(path.normalize('NFC')) || unsure.has(path.normalize('NFC')));
  } catch {
    return paths;
  }
}

function composed(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((path) => path.normalize('NFC')));
}
