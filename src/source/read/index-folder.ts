/** The stat index of one extension's folder, in columns, which are small and quick to parse. */

import type { ContentFacts } from '../../core/content.js';
import { comparePaths } from '../../core/digest.js';
import { isObject } from '../../core/json.js';
import type { DesiredExtension, Finding } from '../../core/model.js';
import type { FileContent } from './read-file.js';

/** Identifies a file's state on disk; times in milliseconds with fractions. */
interface FileStats {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface FolderIndex {
  /** The file's content as it was last read, if its stats are still the same. */
  find(path: string, stats: FileStats): FileContent | undefined;
  /** The facts of these very bytes, whatever the stats: a checkout writes the same files again. */
  recall(path: string, sha256: string): ContentFacts | undefined;
  /** @param readAt milliseconds since the epoch, taken before the content was read */
  note(path: string, stats: FileStats, content: FileContent, readAt: number): void;
  /** The result for the whole folder when it held `paths`, and they were as they are noted. */
  readonly whole: (WholeFolder & { readonly paths: readonly string[] }) | undefined;
  /** Kept only if every file of it could be noted. @param paths of all its files, as the disk spells them */
  noteWhole(whole: WholeFolder, paths: readonly string[]): void;
}

export interface WholeFolder {
  /** Identifies what else it depends on. */
  readonly key: string;
  /** The entries of each folder that was listed, by its path (the extension's own is ''); see `recall-folder.ts`. */
  readonly listings: Readonly<Record<string, string>>;
  /** The files that only rule version 1 uploaded, as the disk spells them. */
  readonly before: readonly string[];
  readonly extension: WholeExtension;
  readonly findings: readonly Finding[];
  /** What the rules say about the extension; see `askRules`. */
  readonly ruled: readonly Finding[];
}

/** Without the folder's place, which the caller knows, and without its files. */
type WholeExtension = Omit<DesiredExtension, 'name' | 'folder' | 'displayFolder' | 'files'>;

export interface StoredFolder {
  readonly paths: readonly string[];
  /** 64 hex digits per path, without separators. */
  readonly sha256: string;
  /** By path; absent if there are none. */
  readonly facts: Readonly<Record<string, ContentFacts>>;
  /** By path: bytes of the content, only if its size on the disk is different. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly whole?: WholeFolder;
}

export interface FolderRecord extends StoredFolder {
  /** Four numbers per path: size, mtime, ctime, inode. */
  readonly stats: Float64Array;
}

const numbersPerPath = 4;

const digitsPerPath = 64;

/**
 * A file that was written so shortly before it was read may be written again without its stats changing (git calls that
 * racily clean), so it is read again next time. Covers clocks with a resolution of one second, and FAT's two.
 */
const racyMs = 2_500;

const ordinary: ContentFacts = {};

export interface ChangingFolderIndex extends FolderIndex {
  toRecord(): FolderRecord;
  isChanged(): boolean;
}

export function indexFolder(old: FolderRecord | undefined): ChangingFolderIndex {
  const positionOf = createFinder(old?.paths ?? []);
  const reused = new Set<number>();
  const noted = new Map<string, Noted>();
  let fresh: { readonly whole: WholeFolder; readonly paths: readonly string[] } | undefined;
  const isSame = (): boolean => noted.size === 0 && reused.size === (old?.paths.length ?? 0);
  const readSince = (): FolderRecord => {
    const files = [...(old === undefined ? [] : notedBefore(old, reused)), ...noted].sort(byPath);
    const isNoted = fresh !== undefined && hasExactly(files, fresh.paths);
    return toRecord(files, isNoted ? fresh?.whole : isSame() ? old?.whole : undefined);
  };
  return {
    find(path, stats) {
      const position = positionOf(path);
      if (old === undefined || position === -1 || !isUnchanged(old, position, stats)) return undefined;
      reused.add(position);
      return contentAt(old, path, position);
    },
    recall(path, sha256) {
      const position = old?.paths.indexOf(path) ?? -1;
      const known = old === undefined || position === -1 ? undefined : contentAt(old, path, position);
      return known?.sha256 === sha256 ? known.facts : undefined;
    },
    note(path, { size, mtimeMs, ctimeMs, ino }, content, readAt) {
      if (readAt - Math.max(mtimeMs, ctimeMs) <= racyMs) return;
      noted.set(path, { stats: [size, mtimeMs, ctimeMs, ino], content });
    },
    whole: old?.whole && { ...old.whole, paths: old.paths },
    noteWhole(whole, paths) {
      fresh = { whole, paths };
    },
    // An entry for a file that is gone, or too young to be noted again, never counts: it may stay until the next change.
    isChanged: () => noted.size > 0 || (fresh !== undefined && readSince().whole === fresh.whole),
    toRecord: () => (old !== undefined && noted.size === 0 && fresh === undefined ? old : readSince()),
  };
}

/** Files are looked up in the order in which they were noted, so the next position is nearly always right. */
function createFinder(paths: readonly string[]): (path: string) => number {
  let next = 0;
  return (path) => {
    const position = paths[next] === path ? next : paths.indexOf(path);
    if (position !== -1) next = position + 1;
    return position;
  };
}

interface Noted {
  readonly stats: readonly number[];
  readonly content: FileContent;
}

function byPath([a]: readonly [string, Noted], [b]: readonly [string, Noted]): number {
  return comparePaths(a, b);
}

function notedBefore(old: FolderRecord, positions: ReadonlySet<number>): readonly [string, Noted][] {
  return [...positions].map((position) => {
    const path = old.paths[position] ?? '';
    const at = position * numbersPerPath;
    return [
      path,
      { stats: [...old.stats.subarray(at, at + numbersPerPath)], content: contentAt(old, path, position) },
    ];
  });
}

function isUnchanged(record: FolderRecord, position: number, stats: FileStats): boolean {
  const at = position * numbersPerPath;
  return (
    record.stats[at] === stats.size &&
    record.stats[at + 1] === stats.mtimeMs &&
    record.stats[at + 2] === stats.ctimeMs &&
    record.stats[at + 3] === stats.ino
  );
}

function contentAt(record: FolderRecord, path: string, position: number): FileContent {
  const at = position * digitsPerPath;
  return {
    bytes: record.bytes[path] ?? record.stats[position * numbersPerPath] ?? 0,
    sha256: record.sha256.slice(at, at + digitsPerPath),
    facts: record.facts[path] ?? ordinary,
  };
}

function toRecord(
  files: readonly (readonly [string, Noted])[],
  whole: WholeFolder | undefined,
): FolderRecord {
  const factual = files.filter(([, { content }]) => Object.keys(content.facts).length > 0);
  const resized = files.filter(([, { stats, content }]) => content.bytes !== stats[0]);
  const paths = files.map(([path]) => path);
  return {
    paths,
    stats: Float64Array.from(files.flatMap(([, { stats }]) => stats)),
    sha256: files.map(([, { content }]) => content.sha256).join(''),
    facts: Object.fromEntries(factual.map(([path, { content }]) => [path, content.facts])),
    bytes: Object.fromEntries(resized.map(([path, { content }]) => [path, content.bytes])),
    ...(whole !== undefined && { whole }),
  };
}

function hasExactly(files: readonly (readonly [string, Noted])[], paths: readonly string[]): boolean {
  const noted = new Set(files.map(([path]) => path));
  return paths.length === noted.size && paths.every((path) => noted.has(path));
}

/** @param stats those of all folders. An index whose columns do not fit together counts as none. */
export function parseRecords(folders: unknown, stats: Float64Array): ReadonlyMap<string, FolderRecord> {
  const records = new Map<string, FolderRecord>();
  let at = 0;
  for (const [folder, stored] of Object.entries(isObject(folders) ? folders : {})) {
    if (!isStored(stored)) return new Map();
    const end = at + stored.paths.length * numbersPerPath;
    records.set(folder, { ...stored, stats: stats.subarray(at, end) });
    at = end;
  }
  return at === stats.length ? records : new Map();
}

function isStored(value: unknown): value is StoredFolder {
  if (!isObject(value) || !isObject(value['facts']) || !isObject(value['bytes'])) return false;
  const { paths, sha256 } = value;
  if (!Array.isArray(paths) || typeof sha256 !== 'string') return false;
  const { whole } = value;
  return sha256.length === paths.length * digitsPerPath && (whole === undefined || isWhole(whole));
}

function isWhole(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['listings']) || !isObject(value['extension'])) return false;
  return ['before', 'findings', 'ruled'].every((key) => Array.isArray(value[key]));
}
