/**
 * The stat index, `.qlik-sync/index.json`: what files and whole folders contained when they were last read, so that files
 * with the same names, sizes, times and inodes need not be read again. Only a cache: a run without it decides the same.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import type { LineEndings } from '../../core/content/line-endings.js';
import { ruleVersion } from '../../core/digest.js';
import { isObject, tryParseJson } from '../../core/json.js';
import { makeFolders } from '../make-folders.js';
import { findLink, hideOwnFolder, ownFolder } from '../own-folder.js';
import {
  type ChangingFolderIndex,
  type FolderIndex,
  type FolderRecord,
  indexFolder,
  parseRecords,
  type StoredFolder,
} from './index-folder.js';

interface StatIndex {
  /** @param folder an extension's folder, relative to the root */
  folder(folder: string): FolderIndex;
  /** Writes the file atomically, readable only by its owner, if anything changed. Does nothing in a read-only checkout. */
  save(): void;
}

/** To be raised with every change of the file's shape. */
const format = 8;

interface IndexData {
  /** `root` and its inode, as times and inodes of another disk say nothing. */
  readonly place: string;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
  /** Those of all folders, one after the other, as doubles in base64, which is parsed at once. */
  readonly stats: string;
  readonly folders: Readonly<Record<string, StoredFolder>>;
}

/**
 * @param root absolute; the index is in `.qlik-sync/` below it
 * @param tool version of this program, as another may derive other facts from the same bytes
 * @param lineEndings of the content, whose hashes and sizes are kept instead of those of the bytes on the disk
 */
export function loadIndex(root: string, tool: string, lineEndings: LineEndings = 'as-is'): StatIndex {
  const header = { format, ruleVersion, tool, lineEndings };
  const place = placeOf(root);
  const old = readRecords(root, header, place);
  const visited = new Map<string, ChangingFolderIndex>();
  return {
    folder(folder) {
      const index = indexFolder(old.get(folder));
      visited.set(folder, index);
      return index;
    },
    save() {
      if (![...visited.values()].some((index) => index.isChanged())) return;
      const unvisited = [...old].filter(
        ([folder]) => !visited.has(folder) && existsSync(`${root}/${folder}`),
      );
      const read = [...visited].map(([folder, index]) => [folder, index.toRecord()] as const);
      write(root, { ...header, ...toData(place, [...unvisited, ...read]) });
    },
  };
}

function toData(place: string, records: readonly (readonly [string, FolderRecord])[]): IndexData {
  // In the order of the object's keys, which puts numbers first.
  const byFolder = Object.fromEntries(records);
  const columns = Object.values(byFolder).map((record) => record.stats);
  const stats = new Float64Array(columns.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of columns) {
    stats.set(each, at);
    at += each.length;
  }
  const folders = records.map(([folder, { stats: _, ...stored }]) => [folder, stored] as const);
  return {
    place,
    writtenAt: Date.now(),
    stats: Buffer.from(stats.buffer).toString('base64'),
    folders: Object.fromEntries(folders),
  };
}

function placeOf(root: string): string {
  const stats: Stats | undefined = statSync(root, { throwIfNoEntry: false });
  return `${root} ${stats?.dev} ${stats?.ino}`;
}

function pathOf(root: string): string {
  return `${root}/${ownFolder}/index.json`;
}

/**
 * Anything but an index of exactly this version counts as none. In one from another place, or from the future (the clock
 * was set back), no file counts as unchanged; the facts of its bytes are still true.
 */
function readRecords(
  root: string,
  header: Readonly<Record<string, unknown>>,
  place: string,
): ReadonlyMap<string, FolderRecord> {
  const data = readJson(pathOf(root));
  const isCurrent = isObject(data) && Object.entries(header).every(([key, value]) => data[key] === value);
  if (!isCurrent || typeof data['stats'] !== 'string') return new Map();
  const bytes = Buffer.from(data['stats'], 'base64');
  const stats = new Float64Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 8));
  const { writtenAt } = data;
  const isTrue = data['place'] === place && typeof writtenAt === 'number' && writtenAt <= Date.now();
  return parseRecords(data['folders'], isTrue ? stats : stats.fill(Number.NaN));
}

/** The index that this process read or wrote last, as `watch` needs the same one with every save. */
let last: { readonly stamp: string; readonly data: unknown } | undefined;

function readJson(path: string): unknown {
  try {
    const stamp = stampOf(path);
    if (last?.stamp === stamp) return last.data;
    const data = tryParseJson(readFileSync(path, 'utf8'));
    // Not if another process has replaced it meanwhile.
    if (stampOf(path) === stamp) last = { stamp, data };
    return data;
  } catch {
    return undefined;
  }
}

/** The file is never written to, only replaced. */
function stampOf(path: string): string {
  const { dev, ino, size, mtimeMs } = statSync(path);
  return [dev, ino, size, mtimeMs].join(' ');
}

function write(root: string, data: object): void {
  if (findLink(root, pathOf(root)) !== undefined) return;
  const temporary = `${pathOf(root)}.${randomBytes(6).toString('hex')}`;
  try {
    makeFolders(`${root}/${ownFolder}`);
    hideOwnFolder(root, `${root}/${ownFolder}`);
    writeFileSync(temporary, JSON.stringify(data), { flag: 'wx', mode: 0o600 });
    const stamp = stampOf(temporary);
    renameSync(temporary, pathOf(root));
    last = { stamp, data };
  } catch {
    discard(temporary);
  }
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is not writable.
  }
}
