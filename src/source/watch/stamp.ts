/** Whether a file or folder is still the same, judged by what the file system says about it. */

import { type Dirent, lstatSync, type Stats, statSync } from 'node:fs';
import { type ListFolder, listAnew } from '../discover/expand-folders.js';

/** Times are milliseconds with a fraction, as the file system gives them. A pipe or a socket counts as a file. */
export interface Stamp {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly birthtimeMs: number;
  readonly kind: 'file' | 'folder' | 'link';
}

/** Follows links; `undefined` for what does not exist or cannot be examined. */
export function stampTarget(path: string): Stamp | undefined {
  return attempt(() => statSync(path, { throwIfNoEntry: false }));
}

/** Does not follow links. */
export function stampEntry(path: string): Stamp | undefined {
  return attempt(() => lstatSync(path, { throwIfNoEntry: false }));
}

function attempt(look: () => Stats | undefined): Stamp | undefined {
  try {
    const stats = look();
    return stats === undefined ? undefined : toStamp(stats);
  } catch {
    return undefined;
  }
}

function toStamp(stats: Stats): Stamp {
  const { size, mtimeMs, ctimeMs, ino, birthtimeMs } = stats;
  return { size, mtimeMs, ctimeMs, ino, birthtimeMs, kind: kindOf(stats) };
}

function kindOf(stats: Stats): Stamp['kind'] {
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'file';
}

export function isSameStamp(a: Stamp | undefined, b: Stamp | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.ctimeMs === b.ctimeMs &&
    a.mtimeMs === b.mtimeMs &&
    a.size === b.size &&
    a.ino === b.ino &&
    a.birthtimeMs === b.birthtimeMs
  );
}

/** Distinguishes a folder from another that was created in its place, for which ext4 may use the same inode again. */
export function identityOf({ ino, birthtimeMs }: Stamp): string {
  return `${ino}:${birthtimeMs}`;
}

export function lastWritten({ mtimeMs, ctimeMs }: Stamp): number {
  return Math.max(mtimeMs, ctimeMs);
}

/** A kernel's clock for files ticks every 1 to 16 ms. */
const tickMs = 20;

/** FAT ticks every two seconds, old HFS+ and some network disks every second. */
const coarseTickMs = 2_500;

/** Whether it may be written once more without its stamp changing. */
export function isRacy(stamp: Stamp, lookedAt: number): boolean {
  const isCoarse = stamp.mtimeMs % 1_000 === 0 && stamp.ctimeMs % 1_000 === 0;
  return Math.abs(lookedAt - lastWritten(stamp)) < (isCoarse ? coarseTickMs : tickMs);
}

/** A single file that matters: the config, or the root's ignore file. */
export interface LoneFile {
  /** Absolute; it need not exist. */
  readonly path: string;
  readonly subject: 'structure' | 'config';
  stamp: Stamp | undefined;
}

export function loneFile(path: string, subject: LoneFile['subject']): LoneFile {
  return { path, subject, stamp: stampTarget(path) };
}

export function isChanged({ path, stamp }: LoneFile): boolean {
  return !isSameStamp(stamp, stampTarget(path));
}

/** Listings of folders, remembered as long as their stamps are the same: a stamp costs a fifth of a listing. */
interface Listings {
  /** What listing the folder anew would return, in its order. */
  readonly list: ListFolder;
  /**
   * For file systems that do not stamp folders: forgets what is known in another way to have changed; without a folder,
   * everything.
   */
  readonly forget: (folder?: string) => void;
}

interface Listing {
  readonly stamp: Stamp;
  readonly entries: readonly Dirent[];
}

export function rememberListings(): Listings {
  const known = new Map<string, Listing>();
  return {
    list: (folder) => {
      const lookedAt = Date.now();
      // Taken before the listing, so that it is never newer than what was listed.
      const stamp = stampTarget(folder);
      const before = known.get(folder);
      if (before !== undefined && isSameStamp(before.stamp, stamp)) return before.entries;
      known.delete(folder);
      const entries = listAnew(folder);
      if (stamp !== undefined && !isRacy(stamp, lookedAt)) known.set(folder, { stamp, entries });
      return entries;
    },
    forget: (folder) => void (folder === undefined ? known.clear() : known.delete(folder)),
  };
}
