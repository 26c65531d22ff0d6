/** `.qlik-sync/`: local conveniences, which must not make a working copy look changed. */

import { existsSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Our own folder: no pattern brings it back. */
export const ownFolder = '.qlik-sync';

/** Keeps git from seeing the folder, if `path` lies in it. A checkout that cannot be written stays as it is. */
export function hideOwnFolder(root: string, path: string): void {
  if (relative(root, path).split(sep)[0] !== ownFolder) return;
  const file = join(root, ownFolder, '.gitignore');
  if (existsSync(file) || findLink(root, path) !== undefined) return;
  try {
    mkdirSync(join(root, ownFolder), { recursive: true });
    writeFileSync(file, '*\n');
  } catch {
    // Then nothing else can be written there either, and that is told by whoever needs it.
  }
}

/**
 * The first folder below `root` down to `path` that is a link. A checkout may bring one along, and what it points at is
 * not ours to write or tidy. `undefined` where there is none, also since nothing is there yet.
 */
export function findLink(root: string, path: string): string | undefined {
  let folder = root;
  for (const name of relative(root, path).split(sep)) {
    folder = join(folder, name);
    if (isLink(folder)) return folder;
  }
  return undefined;
}

/** What cannot be looked at is told by whoever needs it. */
function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
}
