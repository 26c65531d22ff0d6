/**
 * The stat index, `.qlik-sync/index.json`: what files contained when they were last read, so that a file with the same
 * size, times and inode need not be read again. Only a cache: a run without it decides the same.
 */

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { LineEndings } from '../../core/content/line-endings.js';
import { ruleVersion } from '../../core/digest.js';
import { findLink, hideOwnFolder, ownFolder } from '../own-folder.js';
import { type FolderIndex, type FolderRecord, indexFolder, parseRecords } from './index-folder.js';

interface StatIndex {
  /** @param folder an extension's folder, relative to the root */
  folder(folder: string): FolderIndex;
  /** Writes the file atomically, readable only by its owner, if anything changed. Does nothing in a read-only checkout. */
  save(): void;
}

/** To be raised with every change of the file's shape. */
const format = 4;

/**
 * @param root absolute; the index is in `.qlik-sync/` below it
 * @param tool version of this program, as another may derive other facts from the same bytes
 * @param lineEndings of the content, whose hashes and sizes are kept rather than those of the bytes on the disk
 */
export function loadIndex(root: string, tool: string, lineEndings: LineEndings = 'as-is'): StatIndex {
  const header = { format, ruleVersion, tool, lineEndings };
  const old = readRecords(root, header);
  const visited = new Map<string, { toRecord(): FolderRecord; isChanged(): boolean }>();
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
      write(root, JSON.stringify({ ...header, folders: Object.fromEntries([...unvisited, ...read]) }));
    },
  };
}

function pathOf(root: string): string {
  return `${root}/${ownFolder}/index.json`;
}

/** Anything but an index of exactly this version counts as none. */
function readRecords(
  root: string,
  header: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, FolderRecord> {
  try {
    const data: unknown = JSON.parse(readFileSync(pathOf(root), 'utf8'));
    if (typeof data !== 'object' || data === null) return new Map();
    const fields = data as Record<string, unknown>;
    const isCurrent = Object.entries(header).every(([key, value]) => fields[key] === value);
    return isCurrent ? parseRecords(fields['folders']) : new Map();
  } catch {
    return new Map();
  }
}

function write(root: string, text: string): void {
  if (findLink(root, pathOf(root)) !== undefined) return;
  const temporary = `${pathOf(root)}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(`${root}/${ownFolder}`, { recursive: true });
    hideOwnFolder(root, `${root}/${ownFolder}`);
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, pathOf(root));
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
