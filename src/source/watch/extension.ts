/** One extension under watch: what its reader was told of last, and whether it is time to tell more. */

import type { Candidate } from '../discover/candidate.js';
import { isManifestName } from '../discover/nested-manifest.js';
import { ignoreFile } from '../ignore-rules.js';
import { whyLeftOut } from '../left-out.js';
import {
  findDifference,
  forgetRacy,
  isAlwaysWatched,
  isRewritten,
  isTemporary,
  lastWriteOf,
  type Snapshot,
  takeSnapshot,
} from './snapshot.js';
import { identityOf, isSameStamp, stampEntry } from './stamp.js';
import type { FoundExtension } from './structure.js';

export interface WatchedExtension {
  readonly candidate: Candidate;
  found: FoundExtension;
  /** As the reader was told to read it; `undefined` until it was. */
  told: Snapshot | undefined;
  /** The last look. */
  seen: Snapshot;
  /** `performance.now()` of the last difference. */
  movedAt: number;
  /** Of the sweep. */
  looks: number;
}

const nothing: Snapshot = { files: new Map(), folders: new Map(), takenAt: 0 };

export function watchExtension(found: FoundExtension): WatchedExtension {
  const { candidate, rules } = found;
  const seen = takeSnapshot(candidate.folder, rules) ?? nothing;
  return { candidate, found, told: undefined, seen, movedAt: Number.NEGATIVE_INFINITY, looks: 0 };
}

/**
 * What was seen counts as told, before the reader reads, so that nothing in between is lost.
 * `in part`: some files may change without showing it, and must be looked at again.
 */
export function takeAsTold(extension: WatchedExtension): 'whole' | 'in part' {
  extension.told = forgetRacy(extension.seen);
  return extension.told === extension.seen ? 'whole' : 'in part';
}

/** It differs from now on. */
export function forgetTold(extension: WatchedExtension): void {
  extension.told = nothing;
}

export type Look =
  | { readonly kind: 'gone'; readonly doubt: string }
  /** Somebody is still writing. */
  | { readonly kind: 'unquiet'; readonly waitMs: number }
  | {
      readonly kind: 'seen';
      /** Why it may be no extension any more, another one, or have other rules. */
      readonly doubt: string | undefined;
      /** The first path that is not as it was told. */
      readonly difference: string | undefined;
    };

/** @param quietMs how long nothing must have been written; 0 does not ask. */
export function lookAt(extension: WatchedExtension, quietMs: number): Look {
  const { candidate, found, told } = extension;
  const now = takeSnapshot(candidate.folder, found.rules);
  if (now === undefined) return { kind: 'gone', doubt: 'gone' };
  extension.seen = now;
  // From the beginning of the look, which on a busy machine takes its time; what is later than its end is a wrong clock.
  const waitMs = lastWriteOf(now) + quietMs - now.takenAt;
  const lookMs = Date.now() - now.takenAt;
  if (waitMs > slackMs && waitMs <= quietMs + lookMs) return { kind: 'unquiet', waitMs };
  return {
    kind: 'seen',
    doubt: findDoubt(extension),
    difference: told === undefined ? candidate.manifestFile : findDifference(told, now),
  };
}

function findDoubt({ candidate, found, seen }: WatchedExtension): string | undefined {
  if (!holdsOnlyManifest(seen, candidate.manifestFile)) return 'another .qext';
  return isSameStamp(seen.files.get(ignoreFile), found.ownIgnore) ? undefined : 'other rules';
}

/** Timers and the clock of files are not exact. */
const slackMs = 5;

function holdsOnlyManifest({ files }: Snapshot, manifestFile: string): boolean {
  const manifests = [...files.keys()].filter((path) => !path.includes('/') && isManifestName(path));
  return manifests.length === 1 && manifests[0] === manifestFile;
}

/** Files and folders that come or go show in their folder's stamp, which is cheaper; but not on every disk. */
const looksPerWalk = 8;

/** The sweep's look, which takes nothing as seen. */
export function isMoved(extension: WatchedExtension): boolean {
  const { candidate, found, told, seen } = extension;
  if (told === undefined) return true;
  extension.looks += 1;
  if (extension.looks % looksPerWalk > 0) return isRewritten(candidate.folder, told);
  const now = takeSnapshot(candidate.folder, found.rules);
  return now === undefined || findDifference(told, now) !== undefined || !hasSameFolders(seen, now);
}

function hasSameFolders({ folders }: Snapshot, now: Snapshot): boolean {
  if (folders.size !== now.folders.size) return false;
  return [...now.folders].every(([path, stamp]) => {
    const known = folders.get(path);
    return known !== undefined && identityOf(known) === identityOf(stamp);
  });
}

/** Whether an entry of one of its folders, there or gone, is or holds anything that the reader reads. */
export function concernsExtension(
  { candidate, found, seen }: WatchedExtension,
  folder: string,
  name: string,
): boolean {
  if (isTemporary(name)) return false;
  const path = folder === candidate.folder ? name : `${folder.slice(candidate.folder.length + 1)}/${name}`;
  if (path === name && isAlwaysWatched(name)) return true;
  if (whyLeftOut(found.rules, path, name, 'file') === undefined) return true;
  if (whyLeftOut(found.rules, path, name, 'folder') !== undefined) return false;
  const absolute = `${folder}/${name}`;
  return seen.folders.has(absolute) || (stampEntry(absolute) ?? { kind: 'file' }).kind !== 'file';
}
