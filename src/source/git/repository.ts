/** Where a folder's repository is, found without git. */

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

export interface Repository {
  /** Absolute: the top of the working tree. */
  readonly top: string;
  /** Absolute: where its HEAD and index are; for a worktree or a submodule that is elsewhere. */
  readonly gitDir: string;
}

/** `undefined` outside a repository. @param folder absolute, without links on the way */
export function findRepository(folder: string): Repository | undefined {
  const gitDir = gitDirOf(folder);
  if (gitDir !== undefined) return { top: folder, gitDir };
  const parent = dirname(folder);
  return parent === folder ? undefined : findRepository(parent);
}

/** The repository whose working tree begins at this very folder. */
function gitDirOf(folder: string): string | undefined {
  const path = join(folder, '.git');
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) return path;
  const target = /^gitdir: (.+?)\r?\n?$/.exec(readFileSync(path, 'utf8'))?.[1];
  return target === undefined ? undefined : resolve(folder, target);
}

/** Those of these folders, with their submodules, each once. @param bases absolute; they need not exist */
export function findRepositories(bases: readonly string[]): readonly Repository[] {
  const found = new Map<string, Repository>();
  for (const base of bases) {
    const repository = existsSync(base) ? findRepository(realpathSync(base)) : undefined;
    if (repository === undefined || found.has(repository.gitDir)) continue;
    for (const each of [repository, ...findSubmodules(repository.top)]) found.set(each.gitDir, each);
  }
  return [...found.values()];
}

/**
 * Where other working trees begin, at these folders or on the way down to them: clones within a repository, or below a
 * folder that is in none. Takes one file access for each folder.
 *
 * @param bases absolute, not among the result
 */
export function findNestedTops(bases: readonly string[], folders: readonly string[]): readonly string[] {
  const seen = new Set(bases);
  const tops: string[] = [];
  for (const folder of folders) {
    if (!bases.some((base) => isBelow(base, folder))) continue;
    for (let place = folder; !seen.has(place) && place !== dirname(place); place = dirname(place)) {
      seen.add(place);
      if (existsSync(join(place, '.git'))) tops.push(place);
    }
  }
  return tops;
}

function isBelow(base: string, folder: string): boolean {
  return folder.startsWith(base.endsWith(sep) ? base : base + sep);
}

/** The submodules of a working tree that `.gitmodules` names and that are checked out, including nested ones. */
function findSubmodules(top: string): readonly Repository[] {
  const list = join(top, '.gitmodules');
  if (!existsSync(list)) return [];
  const paths = [...readFileSync(list, 'utf8').matchAll(/^\s*path\s*=\s*"?(.+?)"?\s*$/gm)].map(
    ([, path = '']) => path,
  );
  return paths.flatMap((path) => {
    const folder = join(top, path);
    const gitDir = gitDirOf(folder);
    return gitDir === undefined ? [] : [{ top: folder, gitDir }, ...findSubmodules(folder)];
  });
}

/**
 * Whether the index ends with its checksum, as git writes it (gitformat-index). git itself lists a truncated index without
 * an error, since only `git fsck` compares the checksum (git 2.39.5). Without an index: true.
 */
export function isIndexWhole({ gitDir }: Repository): boolean {
  const path = join(gitDir, 'index');
  if (!existsSync(path)) return true;
  const bytes = readFileSync(path);
  return Object.entries(checksumBytes).some(([algorithm, length]) => {
    const sum = bytes.subarray(-length);
    // Zeros are what `index.skipHash` leaves.
    if (sum.every((byte) => byte === 0)) return true;
    return createHash(algorithm).update(bytes.subarray(0, -length)).digest().equals(sum);
  });
}

/** By the format of the repository's objects. */
const checksumBytes = { sha1: 20, sha256: 32 };
