/** `.qlik-sync/`, where local data is kept. It must not make a working copy look changed. */

import { existsSync, lstatSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { UserError } from '../core/errors.js';
import { makeFolders } from './make-folders.js';

/** Never uploaded, whatever the ignore patterns say. */
export const ownFolder = '.qlik-sync';

/** Hides the folder from git, if `path` is in it. A read-only checkout stays as it is. */
export function hideOwnFolder(root: string, path: string): void {
  if (relative(root, path).split(sep)[0] !== ownFolder) return;
  const file = join(root, ownFolder, '.gitignore');
  if (existsSync(file) || findLink(root, path) !== undefined) return;
  try {
    makeFolders(join(root, ownFolder));
    writeFileSync(file, '*\n');
  } catch {
    // Nothing else can be written there either; the first write that matters fails with a message.
  }
}

/**
 * The first link on the way from below `root` down to `path` itself. A checkout may contain one, and its target must not
 * be written or cleaned up. `undefined` if there is none, or nothing exists yet.
 */
export function findLink(root: string, path: string): string | undefined {
  let folder = root;
  for (const name of relative(root, path).split(sep)) {
    folder = join(folder, name);
    if (isLink(folder)) return folder;
  }
  return undefined;
}

/**
 * For a path that may be in any `.qlik-sync`, or in none.
 *
 * @param what begins the message: `--out: pictures`
 * @throws UserError for a link in one, or in its place
 */
export function assertNoLinkInOwnFolder(path: string, what: string): void {
  const parts = path.split(sep);
  const at = parts.indexOf(ownFolder);
  const link = at < 0 ? undefined : findLink(parts.slice(0, at).join(sep) || sep, path);
  if (link === undefined) return;
  throw new UserError(`${what} cannot be written: ${link} is a link to another place.`, {
    hint: `Put a folder in its place, or name one outside of ${ownFolder}.`,
  });
}

/** What cannot be examined is reported where it is needed. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}
