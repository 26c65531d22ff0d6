/** `.qlik-sync/`: local conveniences, which must not make a working copy look changed. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ownFolder } from './ignored-by-default.js';

/** Keeps git from seeing the folder, if `path` lies in it. A checkout that cannot be written stays as it is. */
export function hideOwnFolder(root: string, path: string): void {
  if (relative(root, path).split(sep)[0] !== ownFolder) return;
  const file = join(root, ownFolder, '.gitignore');
  if (existsSync(file)) return;
  try {
    mkdirSync(join(root, ownFolder), { recursive: true });
    writeFileSync(file, '*\n');
  } catch {
    // Then nothing else can be written there either, and that is told by whoever needs it.
  }
}
