/** Files that contain nothing but a path, as git writes symbolic links if it may not create any (`core.symlinks`). */

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { findPlaceholder } from '../../core/content/placeholder.js';
import { findRepository } from './repository.js';

export interface LinkText {
  /** Absolute: the file. */
  readonly path: string;
  readonly target: string;
}

const longestText = 1_024;

/** `undefined` if the file contains anything else, or cannot be read. @param path absolute */
export function readLinkText(path: string): readonly LinkText[] {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > longestText) return [];
    const placeholder = findPlaceholder('', readFileSync(path));
    return placeholder?.kind === 'link' ? [{ path, target: placeholder.target }] : [];
  } catch {
    return [];
  }
}

export function leadsSomewhere({ path, target }: LinkText): boolean {
  return existsSync(join(dirname(path), target));
}

/** The file's mode by its absolute path, from git's index; absent if git does not know it. `120000` is a link. */
export async function readModes(
  texts: readonly LinkText[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, string>> {
  const modes = new Map<string, string>();
  for (const [top, own] of groupByTop(texts)) {
    const { listGit } = await import('./git.js');
    const ask = ['--literal-pathspecs', 'ls-files', '--stage', '-z', '--', ...own.keys()];
    for (const entry of await listGit({ folder: top, env }, ask).catch(() => [])) {
      const path = own.get(entry.slice(entry.indexOf('\t') + 1));
      if (path !== undefined) modes.set(path, entry.slice(0, 6));
    }
  }
  return modes;
}

/** By the top of their repository: absolute paths, by those relative to the top, with `/`. */
function groupByTop(texts: readonly LinkText[]): ReadonlyMap<string, Map<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const { path } of texts) {
    const folder = realpathSync(dirname(path));
    const top = findRepository(folder)?.top;
    if (top === undefined) continue;
    const group = groups.get(top) ?? new Map<string, string>();
    groups.set(
      top,
      group.set(
        relative(top, join(folder, basename(path)))
          .split(sep)
          .join('/'),
        path,
      ),
    );
  }
  return groups;
}
