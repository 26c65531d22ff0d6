/** The stat index of one extension's folder, in columns, which are small and quick to parse. */

import type { ContentFacts } from '../../core/content.js';
import { comparePaths } from '../../core/digest.js';
import { isObject } from '../../core/json.js';
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
}

export interface FolderRecord {
  readonly paths: readonly string[];
  /** Four numbers per path: size, mtime, ctime, inode. */
  readonly stats: readonly number[];
  /** 64 hex digits per path, without separators. */
  readonly sha256: string;
  /** By path; only where there are any. */
  readonly facts: Readonly<Record<string, ContentFacts>>;
  /** By path: bytes of the content, only where the disk has it in another size. */
  readonly bytes: Readonly<Record<string, number>>;
}

const numbersPerPath = 4;

const digitsPerPath = 64;

/**
 * A file that was written so shortly before it was read may be written again without its stats changing (git calls that
 * racily clean), so it is read again next time. Covers clocks with a resolution of one second, and FAT's two.
 */
const racyMs = 2_500;

const ordinary: ContentFacts = {};

interface ChangingFolderIndex extends FolderIndex {
  toRecord(): FolderRecord;
  isChanged(): boolean;
}

export function indexFolder(old: FolderRecord | undefined): ChangingFolderIndex {
  const positionOf = createFinder(old?.paths ?? []);
  const reused: number[] = [];
  const noted = new Map<string, Noted>();
  return {
    find(path, stats) {
      const position = positionOf(path);
      if (old === undefined || position === -1 || !isUnchanged(old, position, stats)) return undefined;
      reused.push(position);
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
    isChanged: () => noted.size > 0 || reused.length !== (old?.paths.length ?? 0),
    toRecord: () => toRecord([...(old === undefined ? [] : notedBefore(old, reused)), ...noted].sort(byPath)),
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

function notedBefore(old: FolderRecord, positions: readonly number[]): readonly [string, Noted][] {
  return positions.map((position) => {
    const path = old.paths[position] ?? '';
    const at = position * numbersPerPath;
    return [
      path,
      { stats: old.stats.slice(at, at + numbersPerPath), content: contentAt(old, path, position) },
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

function toRecord(files: readonly (readonly [string, Noted])[]): FolderRecord {
  const factual = files.filter(([, { content }]) => Object.keys(content.facts).length > 0);
  const resized = files.filter(([, { stats, content }]) => content.bytes !== stats[0]);
  return {
    paths: files.map(([path]) => path),
    stats: files.flatMap(([, { stats }]) => stats),
    sha256: files.map(([, { content }]) => content.sha256).join(''),
    facts: Object.fromEntries(factual.map(([path, { content }]) => [path, content.facts])),
    bytes: Object.fromEntries(resized.map(([path, { content }]) => [path, content.bytes])),
  };
}

/** Folders whose columns do not fit together are left out. */
export function parseRecords(folders: unknown): ReadonlyMap<string, FolderRecord> {
  if (!isObject(folders)) return new Map();
  return new Map(
    Object.entries(folders).filter((entry): entry is [string, FolderRecord] => isRecord(entry[1])),
  );
}

function isRecord(value: unknown): value is FolderRecord {
  if (!isObject(value) || !isObject(value['facts']) || !isObject(value['bytes'])) return false;
  const { paths, stats, sha256 } = value;
  if (!Array.isArray(paths) || !Array.isArray(stats) || typeof sha256 !== 'string') return false;
  return stats.length === paths.length * numbersPerPath && sha256.length === paths.length * digitsPerPath;
}
