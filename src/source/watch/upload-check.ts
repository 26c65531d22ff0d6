/** Checks before an upload that what was read is what was reported: complete, and unchanged since. */

import { normalizePath } from '../../core/digest.js';
import type { DesiredExtension } from '../../core/model.js';
import type { WatchedExtension } from './extension.js';
import { isAlwaysWatched, type Snapshot, takeSnapshot } from './snapshot.js';
import { isSameStamp, type Stamp, stampTarget } from './stamp.js';

export interface UploadCheck {
  /** Wakes again for what was read differently than it was reported. `names`: those that were read; absent: all. */
  readonly review: (names: ReadonlySet<string> | undefined, read: readonly DesiredExtension[]) => void;
  /** Whether it is still as it was reported; if not, wakes again for it. */
  readonly confirms: (read: DesiredExtension) => boolean;
}

interface UploadCheckOptions {
  readonly extensions: () => readonly WatchedExtension[];
  /** The reader saw something other than what was reported. */
  readonly onDoubt: (extension: WatchedExtension) => void;
}

/** To be created before the folders are read. */
export function createUploadCheck({ extensions, onDoubt }: UploadCheckOptions): UploadCheck {
  const reportedBefore = new Map(extensions().map((extension) => [extension, extension.reported]));

  /** A new extension has yet to be reported, and for one that was reported again the reader is already woken. */
  function isStillReported(extension: WatchedExtension): boolean {
    return extension.reported !== undefined && extension.reported === reportedBefore.get(extension);
  }

  function holds(extension: WatchedExtension, read: DesiredExtension | undefined): boolean {
    if (!isStillReported(extension)) return false;
    if (read === undefined ? isUnchanged(extension) : isAsReported(extension.reported, read)) return true;
    onDoubt(extension);
    return false;
  }

  return {
    review: (names, read) => {
      const byFolder = new Map(read.map((each) => [each.folder, each]));
      for (const extension of extensions()) {
        const { name, folder } = extension.candidate;
        if (names?.has(name) !== false) holds(extension, byFolder.get(folder));
      }
    },
    confirms: (read) => {
      const extension = extensions().find(({ candidate }) => candidate.folder === read.folder);
      return extension !== undefined && holds(extension, read);
    },
  };
}

function isAsReported(reported: Snapshot | undefined, { folder, files, leftOut }: DesiredExtension): boolean {
  if (reported === undefined) return false;
  const paths = new Set(files.map(({ diskPath }) => diskPath));
  // Only reading it shows that a report is not content.
  const own = new Set(leftOut.filter(({ why }) => why === 'own').map(({ path }) => path));
  const isComplete = [...reported.files.keys()].every(
    (path) => paths.has(path) || isAlwaysWatched(path) || own.has(normalizePath(path)),
  );
  return (
    isComplete &&
    [...paths].every((path) => isSame(reported.files.get(path), stampTarget(`${folder}/${path}`)))
  );
}

/** What could not be read may have been missing for a moment, which only the folders' stamps show. */
function isUnchanged({ found, reported }: WatchedExtension): boolean {
  const now = takeSnapshot(found);
  if (now === undefined || reported === undefined) return false;
  return isSameMap(reported.files, now.files) && isSameMap(reported.folders, now.folders);
}

function isSameMap(before: ReadonlyMap<string, Stamp>, now: ReadonlyMap<string, Stamp>): boolean {
  return before.size === now.size && [...before].every(([path, stamp]) => isSame(stamp, now.get(path)));
}

/** If the size was dropped because the file may change unnoticed, the other fields decide. */
function isSame(reported: Stamp | undefined, now: Stamp | undefined): boolean {
  if (reported === undefined || now === undefined) return false;
  return isSameStamp(Number.isNaN(reported.size) ? { ...reported, size: now.size } : reported, now);
}
