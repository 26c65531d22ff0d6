/** Folders with their parents. */

import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * In place of Node's own `recursive`, which in Node 20 to 24 never ends where the system says of a folder whose parent is
 * there that it is not, as Linux does below `/proc`: not even a signal ends it.
 *
 * @param mode permissions of those that are made; default: the system's
 * @returns the first that was made; `undefined` where all were there
 * @throws SystemError
 */
export function makeFolders(folder: string, mode?: number): string | undefined {
  if (isFolder(folder)) return undefined;
  try {
    mkdirSync(folder, { mode });
    return folder;
  } catch (error) {
    // Another process may have been faster.
    if (isFolder(folder)) return undefined;
    const above = dirname(folder);
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync(above);
    if (!isAbsent || above === folder) throw error;
    const first = makeFolders(above, mode);
    return makeFolders(folder, mode) === undefined ? undefined : first;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
