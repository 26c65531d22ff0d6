/** Whether what was read is what the reader was told to read: complete, and untouched since it had come to rest. */

import type { DesiredExtension } from '../../core/model.js';
import type { WatchedExtension } from './extension.js';
import { isAlwaysWatched, type Snapshot, takeSnapshot } from './snapshot.js';
import { isSameStamp, type Stamp, stampTarget } from './stamp.js';

export interface Witness {
  /** Of all that was looked at, what was read otherwise is woken for again. `names` absent: everything was looked at. */
  readonly review: (names: ReadonlySet<string> | undefined, read: readonly DesiredExtension[]) => void;
  /** Whether it is so still; if not, it is woken for again. */
  readonly confirms: (read: DesiredExtension) => boolean;
}

export interface WitnessOptions {
  readonly extensions: () => readonly WatchedExtension[];
  /** The reader saw something else than what it was told of. */
  readonly onDoubt: (extension: WatchedExtension) => void;
}

/** To be opened before the folders are read. */
export function openWitness({ extensions, onDoubt }: WitnessOptions): Witness {
  const toldBefore = new Map(extensions().map((extension) => [extension, extension.told]));

  /** One that is new is yet to be told of, and one that was told of anew is woken for already. */
  function isStillTold(extension: WatchedExtension): boolean {
    return extension.told !== undefined && extension.told === toldBefore.get(extension);
  }

  function holds(extension: WatchedExtension, read: DesiredExtension | undefined): boolean {
    if (!isStillTold(extension)) return false;
    if (read === undefined ? isUnchanged(extension) : isAsTold(extension.told, read)) return true;
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

function isAsTold(told: Snapshot | undefined, { folder, files }: DesiredExtension): boolean {
  if (told === undefined) return false;
  const paths = new Set(files.map(({ diskPath }) => diskPath));
  const isComplete = [...told.files.keys()].every((path) => paths.has(path) || isAlwaysWatched(path));
  return (
    isComplete && [...paths].every((path) => isSame(told.files.get(path), stampTarget(`${folder}/${path}`)))
  );
}

/** What could not be read may have been away for a moment, which only the folders show. */
function isUnchanged({ candidate, found, told }: WatchedExtension): boolean {
  const now = takeSnapshot(candidate.folder, found.rules);
  if (now === undefined || told === undefined) return false;
  return isSameMap(told.files, now.files) && isSameMap(told.folders, now.folders);
}

function isSameMap(before: ReadonlyMap<string, Stamp>, now: ReadonlyMap<string, Stamp>): boolean {
  return before.size === now.size && [...before].every(([path, stamp]) => isSame(stamp, now.get(path)));
}

/** A file whose size was forgotten because it may change unseen is compared by the rest. */
function isSame(told: Stamp | undefined, now: Stamp | undefined): boolean {
  if (told === undefined || now === undefined) return false;
  return isSameStamp(Number.isNaN(told.size) ? { ...told, size: now.size } : told, now);
}
