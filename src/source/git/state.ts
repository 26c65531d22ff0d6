/** Which commit the folders are at, for documents and journals, never for a decision. */

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { withoutUndefined } from '../../core/json.js';
import type { SourceState } from '../../core/past-run.js';
import { placeIn, readGitIndex } from './changes.js';
import { explainGitFailure, type GitFailure, type GitPlace, isInRepository, listGit } from './git.js';
import { findRepository } from './repository.js';

/** The part of it that git knows; the CI run's address comes from the environment. */
type GitState = Omit<SourceState, 'ci'>;

/** Files that are uploaded, or that decide what is. */
export interface SourceFiles {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the folder, with `/`, as the disk spells them. */
  readonly paths: readonly string[];
  /** Whether a file that does not exist would be among them. */
  readonly wants: (path: string) => boolean;
  /** Distinguishes the patterns that `wants` uses from others; absent if it uses none. */
  readonly patterns?: string | undefined;
}

const keys = new WeakMap<readonly SourceFiles[], string>();

/**
 * Equal for the same files, existing and wanted. Environments that share what they read share this too, so it is computed
 * once.
 */
export function keyOfSources(sources: readonly SourceFiles[]): string {
  const known = keys.get(sources);
  if (known !== undefined) return known;
  const text = JSON.stringify(sources.map(({ folder, paths, patterns }) => [folder, paths, patterns]));
  const key = createHash('sha256').update(text).digest('hex');
  keys.set(sources, key);
  return key;
}

/**
 * Empty outside a repository, without a commit, or without git. In a repository it takes two processes, so call it only for
 * what is recorded.
 *
 * @param sources what has to be as in the commit
 * @param onUnknown called with the reason, for people, if there is a repository but its commit is unknown
 */
export async function readGitState(
  place: GitPlace,
  sources: readonly SourceFiles[],
  onUnknown?: (reason: string) => void,
): Promise<GitState> {
  try {
    if (!isInRepository(realpathSync(place.folder))) return {};
    return await readSources(place, sources);
  } catch (error) {
    const failure = explainGitFailure(place, error);
    if (failure !== undefined) onUnknown?.(whyUnknown(failure));
    return {};
  }
}

function whyUnknown({ reason, remedy }: GitFailure): string {
  return `The commit is not recorded: ${reason}. ${remedy}`;
}

/** Overrides the repository's own settings. */
const status = ['status', '--porcelain=v2', '--branch', '--no-renames', '--ignore-submodules=none'];

async function readSources(place: GitPlace, sources: readonly SourceFiles[]): Promise<GitState> {
  const folder = realpathSync(place.folder);
  const top = findRepository(folder)?.top ?? folder;
  const places = sources.map((each) => ({ ...each, at: placeIn(top, each.folder) }));
  // Sources beside the root are searched from the top of the repository.
  const root = placeIn(top, folder);
  const isBelow = places.every(({ at }) => root === '' || at === root || at.startsWith(`${root}/`));
  const where = { ...place, folder: isBelow ? folder : top };
  const [entries, index] = await Promise.all([
    listGit(where, [...status, '-z', '--untracked-files=no', '--', '.']),
    readGitIndex(where, 'from-top'),
  ]);
  const known = asComposed(index.tracked);
  const differing = asComposed([...entries.flatMap(changedPath), ...index.hidden]);
  return toState(entries.filter((entry) => entry.startsWith('# ')).join('\n'), () =>
    places.some((each) => differs(each, known, differing)),
  );
}

/** git puts its own words in brackets, with which no commit or branch begins: `(initial)`, `(detached)`. */
function toState(output: string, isDirty: () => boolean): GitState {
  const header = (name: string): string | undefined =>
    new RegExp(`^# branch\\.${name} ([^(].*)$`, 'm').exec(output)?.[1];
  const commit = header('oid');
  if (commit === undefined) return {};
  return { commit, dirty: isDirty(), ...withoutUndefined({ branch: header('head') }) };
}

/** `1 .M N... 100644 100644 100644 <hash> <hash> <path>`, and `u` with three modes and three hashes for a conflict. */
function changedPath(entry: string): readonly string[] {
  const fields = entry.startsWith('1 ') ? 8 : entry.startsWith('u ') ? 10 : undefined;
  return fields === undefined ? [] : [entry.split(' ').slice(fields).join(' ')];
}

function differs(
  { at, paths, wants }: SourceFiles & { readonly at: string },
  known: ReadonlySet<string>,
  differing: ReadonlySet<string>,
): boolean {
  const below = at === '' ? '' : `${at}/`;
  const whole = (path: string): string => (below + path).normalize('NFC');
  const isUnlike = (path: string): boolean => {
    const way = wayTo(whole(path));
    return !way.some((each) => known.has(each)) || way.some((each) => differing.has(each));
  };
  const isMissed = (path: string): boolean => path.startsWith(below) && wants(path.slice(below.length));
  return paths.some(isUnlike) || [...differing].some(isMissed);
}

/** `a/b/c` → `a`, `a/b`, `a/b/c`: git knows a submodule only by its folder. */
function wayTo(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function asComposed(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.map((path) => path.normalize('NFC')));
}
