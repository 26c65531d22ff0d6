/** Whether what was read is what the reader was told to read: complete, and untouched since it had come to rest. */

import type { DesiredExtension } from '../core/model.js';
import type { WatchedExtension } from './watch-extension.js';
import { isAlwaysWatched, type Snapshot } from './watch-snapshot.js';
import { isSameStamp, type Stamp, stampTarget } from './watch-stamp.js';

export interface Witness {
  /** Where not, the reader is woken for that extension again. */
  readonly confirms: (read: DesiredExtension) => boolean;
  /** Something came and went while it was read: the reader is woken for it again. */
  readonly doubt: (name: string) => void;
}

export interface WitnessOptions {
  readonly extensions: () => readonly WatchedExtension[];
  /** The reader saw something else than what it was told of. */
  readonly onDoubt: (extension: WatchedExtension) => void;
}

/** To be opened before the folders are read. */
export function openWitness({ extensions, onDoubt }: WitnessOptions): Witness {
  const toldBefore = new Map(extensions().map((extension) => [extension, extension.told]));
  return {
    confirms: (read) => {
      const extension = extensions().find(({ candidate }) => candidate.folder === read.folder);
      // One that is new is yet to be told of, and one that was told of anew is woken for already.
      if (extension?.told === undefined || extension.told !== toldBefore.get(extension)) return false;
      if (isAsTold(extension.told, read)) return true;
      onDoubt(extension);
      return false;
    },
    doubt: (name) => {
      for (const extension of extensions()) {
        if (extension.candidate.name === name && extension.told !== undefined) onDoubt(extension);
      }
    },
  };
}

function isAsTold(told: Snapshot, { folder, files }: DesiredExtension): boolean {
  const paths = new Set(files.map(({ diskPath }) => diskPath));
  const isComplete = [...told.files.keys()].every((path) => paths.has(path) || isAlwaysWatched(path));
  return isComplete && [...paths].every((path) => isUntouched(told.files.get(path), `${folder}/${path}`));
}

/** A file whose size was forgotten because it may change unseen is compared by the rest. */
function isUntouched(told: Stamp | undefined, path: string): boolean {
  const now = stampTarget(path);
  if (told === undefined || now === undefined) return false;
  return isSameStamp(Number.isNaN(told.size) ? { ...told, size: now.size } : told, now);
}
