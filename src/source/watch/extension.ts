/** One extension under watch: the state that was last reported to the reader, and whether there is a newer one. */

import type { Candidate } from '../discover/candidate.js';
import { isManifestName, nameIn } from '../discover/nested-manifest.js';
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
  /** The state for which the reader was last woken; `undefined` before the first time. */
  reported: Snapshot | undefined;
  /** The last look. */
  seen: Snapshot;
  /** `performance.now()` of the last reported difference. */
  movedAt: number;
  /** How often the sweep has looked at it. */
  looks: number;
}

const nothing: Snapshot = { files: new Map(), folders: new Map(), takenAt: 0, isTorn: false };

export function watchExtension(found: FoundExtension): WatchedExtension {
  const { candidate } = found;
  const seen = takeSnapshot(found) ?? nothing;
  return { candidate, found, reported: undefined, seen, movedAt: Number.NEGATIVE_INFINITY, looks: 0 };
}

/**
 * Marks what was seen as reported, before the reader reads, so that no change in between is lost.
 * `in part`: some files may still change without changing their stamp, and must be looked at again.
 */
export function markReported(extension: WatchedExtension): 'whole' | 'in part' {
  extension.reported = forgetRacy(extension.seen);
  return extension.reported === extension.seen ? 'whole' : 'in part';
}

/** From now on it differs from what was reported. */
export function clearReported(extension: WatchedExtension): void {
  extension.reported = nothing;
}

type Look =
  | { readonly kind: 'gone'; readonly doubt: string }
  /** It is still being written. */
  | { readonly kind: 'unquiet'; readonly waitMs: number }
  | {
      readonly kind: 'seen';
      /** Why it may no longer be an extension, be another one, or have other ignore rules. */
      readonly doubt: string | undefined;
      /** The first path that differs from what was reported. */
      readonly difference: string | undefined;
    };

/** @param quietMs how long nothing must have been written; 0: it does not matter */
export function lookAt(extension: WatchedExtension, quietMs: number): Look {
  const { candidate, found, reported } = extension;
  const now = takeSnapshot(found);
  if (now === undefined) return { kind: 'gone', doubt: 'gone' };
  extension.seen = now;
  if (now.isTorn && quietMs > 0) return { kind: 'unquiet', waitMs: quietMs };
  // Counted from the start of the look, which may take long on a busy machine.
  const waitMs = lastWriteOf(now) + quietMs - now.takenAt;
  // A write later than the end of the look means a wrong clock. Date.now() drops the fraction that files' times have.
  const lookMs = Date.now() + 1 - now.takenAt;
  if (waitMs > slackMs && waitMs <= quietMs + lookMs) return { kind: 'unquiet', waitMs };
  return {
    kind: 'seen',
    doubt: findDoubt(extension),
    difference: reported === undefined ? candidate.manifestFile : findDifference(reported, now),
  };
}

function findDoubt({ candidate, found, seen }: WatchedExtension): string | undefined {
  const { folder, manifestFile, name } = candidate;
  if (!holdsOnlyManifest(seen, manifestFile)) return 'another .qext';
  const isHeld = (file: string): boolean => seen.files.has(file);
  if (nameIn(folder, manifestFile, isHeld) !== name) return 'another kind';
  return isSameStamp(seen.files.get(ignoreFile), found.ownIgnore) ? undefined : 'other rules';
}

/** Timers and the clock of files are not exact. */
const slackMs = 5;

function holdsOnlyManifest({ files }: Snapshot, manifestFile: string): boolean {
  const manifests = [...files.keys()].filter((path) => !path.includes('/') && isManifestName(path));
  return manifests.length === 1 && manifests[0] === manifestFile;
}

/** Added and removed files change their folder's stamp, which is cheaper to check; but not on every file system. */
const looksPerWalk = 8;

/** The sweep's look, which does not change what was seen. */
export function hasChanged(extension: WatchedExtension): boolean {
  const { candidate, found, reported, seen } = extension;
  if (reported === undefined) return true;
  extension.looks += 1;
  if (extension.looks % looksPerWalk > 0) return isRewritten(candidate.folder, reported);
  const now = takeSnapshot(found);
  return now === undefined || findDifference(reported, now) !== undefined || !hasSameFolders(seen, now);
}

function hasSameFolders({ folders }: Snapshot, now: Snapshot): boolean {
  if (folders.size !== now.folders.size) return false;
  return [...now.folders].every(([path, stamp]) => {
    const known = folders.get(path);
    return known !== undefined && identityOf(known) === identityOf(stamp);
  });
}

/** Kubernetes mounts a ConfigMap or a Secret as links through this one, and renames another over it at each update. */
const mountedData = '..data';

/** Whether an entry of one of its folders, present or gone, is, contains or leads to anything that the reader reads. */
export function concernsExtension(
  { candidate, found, seen }: WatchedExtension,
  folder: string,
  name: string,
): boolean {
  if (isTemporary(name)) return false;
  if (name === mountedData) return true;
  const path = folder === candidate.folder ? name : `${folder.slice(candidate.folder.length + 1)}/${name}`;
  if (path === name && isAlwaysWatched(name)) return true;
  if (whyLeftOut(found.rules, path, name, 'file') === undefined) return true;
  if (whyLeftOut(found.rules, path, name, 'folder') !== undefined) return false;
  const absolute = `${folder}/${name}`;
  return seen.folders.has(absolute) || (stampEntry(absolute) ?? { kind: 'file' }).kind !== 'file';
}
