/** Moves files from a staging folder to their places: all of them or, if the system refuses one, none. */

import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { RefusedError } from '../core/errors.js';
import { makeFolders } from './make-folders.js';
import { ownFolder } from './own-folder.js';

/** Creates a staging folder beside the final one: on the same disk, and found by no wildcard. */
export function createStagingFolder(folder: string): string {
  makeFolders(dirname(folder));
  return mkdtempSync(join(dirname(folder), `${ownFolder}-`));
}

/** Creates a staging folder within an existing one: never uploaded, and without leaving the folder. */
export function createStagingFolderWithin(folder: string): string {
  const own = join(folder, ownFolder);
  makeFolders(own);
  return mkdtempSync(join(own, prefix));
}

const prefix = 'pull-';

/** The staging folders within a folder, absolute; unless a pull is running, a killed one left them. */
export function findStagingFolders(folder: string): readonly string[] {
  const own = join(folder, ownFolder);
  const entries = existsSync(own) ? readdirSync(own, { withFileTypes: true }) : [];
  const left = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix));
  return left.map(({ name }) => join(own, name)).sort();
}

/** Also removes `.qlik-sync/` itself if nothing else is in it. */
export function removeStagingFolder(staging: string): void {
  rmSync(staging, { recursive: true, force: true });
  try {
    if (readdirSync(dirname(staging)).length === 0 && dirname(staging).endsWith(ownFolder))
      rmdirSync(dirname(staging));
  } catch {
    // Something else has been written to it.
  }
}

/** For use after a failure: keeps the staging folder if it holds files that could not be moved back. */
export function removeStagingFolderUnlessNeeded(staging: string): void {
  if (!holdsOld(staging)) removeStagingFolder(staging);
}

/** Where an exchange puts the files that it removes or replaces. */
export function oldIn(staging: string): string {
  return join(staging, 'old');
}

/** Whether an exchange removed files and was interrupted. */
export function holdsOld(staging: string): boolean {
  const old = oldIn(staging);
  if (!existsSync(old)) return false;
  return readdirSync(old, { recursive: true, withFileTypes: true }).some((entry) => entry.isFile());
}

interface Exchange {
  /** Absolute. */
  readonly folder: string;
  /** Absolute: contains the new files. */
  readonly fresh: string;
  /** Absolute: receives the old ones. Must not exist. */
  readonly old: string;
  /** Paths in `folder` that are removed or replaced, as the disk spells them. */
  readonly take: readonly string[];
  /** Paths in `fresh` that move to `folder`. */
  readonly put: readonly string[];
}

/** Does not touch anything else in the folder. @throws RefusedError if a link leads a path somewhere else */
export function exchangeFiles({ folder, fresh, old, take, put }: Exchange): void {
  for (const path of [...take, ...put]) assertNoLink(folder, path);
  const replaced = new Set(put);
  const howToTake = (path: string): Move['how'] =>
    replaced.has(path) && !lstatSync(join(folder, path)).isSymbolicLink() ? 'copy' : 'move';
  moveAll([
    ...take.map((path): Move => ({ from: join(folder, path), to: join(old, path), how: howToTake(path) })),
    ...put.map((path): Move => ({ from: join(fresh, path), to: join(folder, path), how: 'move' })),
  ]);
  for (const path of take) removeEmptyParents(folder, path);
}

/**
 * A file that is replaced is copied first, so that the folder never lacks it: without its `.qext` it is not an extension.
 */
interface Move {
  readonly from: string;
  readonly to: string;
  readonly how: 'move' | 'copy';
}

/** Undoes what it did if one fails. */
function moveAll(moves: readonly Move[]): void {
  const done: Move[] = [];
  try {
    for (const move of moves) {
      const { from, to, how } = move;
      makeFolders(dirname(to));
      if (how === 'copy') copyFileSync(from, to);
      else renameSync(from, to);
      done.push(move);
    }
  } catch (error) {
    for (const { from, to } of done.reverse()) renameSync(to, from);
    throw error;
  }
}

function assertNoLink(folder: string, path: string): void {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const stats = lstatSync(join(folder, part), { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isDirectory()) continue;
    throw new RefusedError(`${part} is a link or a file, so ${path} cannot be written below it.`, {
      hint: 'Replace it with a folder, or remove it.',
    });
  }
}

function removeEmptyParents(folder: string, path: string): void {
  const parts = path.split('/').slice(0, -1);
  for (; parts.length > 0; parts.pop()) {
    const parent = join(folder, ...parts);
    if (!existsSync(parent) || readdirSync(parent).length > 0) return;
    rmdirSync(parent);
  }
}
