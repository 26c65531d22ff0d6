/** One look at everything in an extension's folder that the reader would read: stamps, no content. */

import { type Dirent, readdirSync } from 'node:fs';
import { fileName } from '../../core/digest.js';
import { isVital } from '../discover/candidate.js';
import { isManifestName } from '../discover/nested-manifest.js';
import { ignoreFile } from '../ignore-rules.js';
import { whyLeftOut } from '../left-out.js';
import { mostEntries } from '../read/keep.js';
import { followLink } from '../read/link.js';
import { isRacy, isSameStamp, lastWritten, type Stamp, stampEntry, stampTarget } from './stamp.js';
import type { FoundExtension } from './structure.js';

export interface Snapshot {
  /** By path below the extension's folder, as the disk spells it; includes what would be read but is not a file. */
  readonly files: ReadonlyMap<string, Stamp>;
  /** By absolute path: every folder that the reader lists, including empty ones. */
  readonly folders: ReadonlyMap<string, Stamp>;
  /** `Date.now()` before the look. */
  readonly takenAt: number;
  /** A folder changed during the look: what was removed or moved meanwhile may be missing. */
  readonly isTorn: boolean;
}

/** `undefined` if the folder does not exist. */
export function takeSnapshot({ candidate, rules, own }: FoundExtension): Snapshot | undefined {
  const { folder } = candidate;
  const walk: Walk = { folder, candidate, rules, own, files: new Map(), folders: new Map() };
  const takenAt = Date.now();
  walkFolder(walk, []);
  const { files, folders } = walk;
  return folders.size === 0 ? undefined : { files, folders, takenAt, isTorn: haveChanged(folders) };
}

function haveChanged(folders: ReadonlyMap<string, Stamp>): boolean {
  return [...folders].some(([folder, stamp]) => !isSameStamp(stamp, stampTarget(folder)));
}

interface Walk extends Pick<FoundExtension, 'candidate' | 'rules' | 'own'> {
  readonly folder: string;
  readonly files: Map<string, Stamp>;
  readonly folders: Map<string, Stamp>;
}

/** The folder's stamp is taken before its listing, so that it is never newer than what was listed. */
function walkFolder(walk: Walk, names: readonly string[]): void {
  const folder = [walk.folder, ...names].join('/');
  const stamp = stampTarget(folder);
  if (stamp?.kind !== 'folder') return;
  walk.folders.set(folder, stamp);
  for (const entry of listFolder(folder)) {
    if (walk.files.size + walk.folders.size >= mostEntries) return;
    visit(walk, entry, names);
  }
}

function listFolder(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function visit(walk: Walk, entry: Dirent, names: readonly string[]): void {
  const path = names.length === 0 ? entry.name : `${names.join('/')}/${entry.name}`;
  const kind = kindOf(walk, entry, names, path);
  const isWanted = names.length === 0 && isAlwaysWatched(entry.name);
  if (!isWanted && whyLeftOut(walk.rules, path, entry.name, kind) !== undefined) return;
  if (kind === 'folder') {
    walkFolder(walk, [...names, entry.name]);
    return;
  }
  const stamp = stampFile(`${walk.folder}/${path}`);
  if (stamp !== undefined && (isWanted || !isOwn(walk, path, stamp))) walk.files.set(path, stamp);
}

function isOwn({ folder, candidate, own }: Walk, path: string, stamp: Stamp): boolean {
  return !isVital(candidate, path) && own.roleOf(`${folder}/${path}`, stamp) !== undefined;
}

/** A link counts as its target, a dangling one as itself. */
function stampFile(path: string): Stamp | undefined {
  const stamp = stampEntry(path);
  return stamp?.kind === 'link' ? (stampTarget(path) ?? stamp) : stamp;
}

/** Links that the reader does not follow are treated as files. */
function kindOf(walk: Walk, entry: Dirent, names: readonly string[], path: string): 'file' | 'folder' {
  if (!entry.isSymbolicLink()) return entry.isDirectory() ? 'folder' : 'file';
  try {
    return followLink(walk.folder, names, path).kind === 'folder' ? 'folder' : 'file';
  } catch {
    return 'file';
  }
}

/** What decides whether there is an extension at all, and what belongs to it. */
export function isAlwaysWatched(name: string): boolean {
  return name === ignoreFile || isManifestName(name);
}

/**
 * The first path that differs, or `undefined`. A new or changed temporary file does not count; a removed one does, as
 * the reader may have seen it.
 */
export function findDifference(before: Snapshot, now: Snapshot): string | undefined {
  for (const [path, stamp] of now.files) {
    if (!isSameStamp(before.files.get(path), stamp) && !isTemporary(fileName(path))) return path;
  }
  for (const path of before.files.keys()) if (!now.files.has(path)) return path;
  return undefined;
}

/** Whether a file differs or is gone, without searching for new ones. */
export function isRewritten(folder: string, { files }: Snapshot): boolean {
  for (const [path, stamp] of files) {
    const now = stampFile(`${folder}/${path}`);
    if (now === undefined || (!isSameStamp(stamp, now) && !isTemporary(fileName(path)))) return true;
  }
  return false;
}

/** The time of the last visible write, as `Date.now()`; what was deleted or moved away shows in its folder. */
export function lastWriteOf({ files, folders }: Snapshot): number {
  let last = 0;
  for (const stamp of folders.values()) last = Math.max(last, lastWritten(stamp));
  for (const [path, stamp] of files) {
    const at = lastWritten(stamp);
    if (at > last && !isTemporary(fileName(path))) last = at;
  }
  return last;
}

/** Without the files that may change unseen, so that the next look finds them different. */
export function forgetRacy(snapshot: Snapshot): Snapshot {
  const racy = [...snapshot.files].filter(([, stamp]) => isRacy(stamp, snapshot.takenAt));
  if (racy.length === 0) return snapshot;
  const files = new Map(snapshot.files);
  for (const [path, stamp] of racy) files.set(path, { ...stamp, size: Number.NaN });
  return { ...snapshot, files };
}

/**
 * Files that editors and tools create beside the one they save and then remove. Only names that are hardly ever content:
 * changes of a real file with such a name are noticed late. Names that start with a dot (vim's swap file, emacs' lock) or
 * have no suffix (vim's 4913, sed's sedXXXXXX) are left out anyway.
 */
const patterns: readonly RegExp[] = [
  /~$/,
  /^#.*#$/,
  /^\.#/,
  /^\..*\.sw[a-z]$/,
  /^\d{4,5}$/,
  /___jb_(?:tmp|old|bak)___$/,
  /\.tmp(?:[-_][\w-]+|\.?\d+)?$/i,
  /\.\d{7,}$/,
];

export function isTemporary(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
