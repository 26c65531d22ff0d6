/** The content of an extension's files, from the index where it vouches for them. */

import { lstatSync, statSync } from 'node:fs';
import type { Finding, KeptFile } from '../core/model.js';
import { finding } from '../core/rules/catalogue.js';
import type { Candidate } from './candidate.js';
import { displayBelow } from './display.js';
import type { FolderIndex } from './index-folder.js';
import type { KeptEntry } from './kept-entry.js';
import type { FileContent, FileReading, ReadFile } from './read-file.js';

export interface FilesReading {
  readonly files: readonly KeptFile[];
  readonly findings: readonly Finding[];
}

export function readFiles(
  candidate: Candidate,
  entries: readonly KeptEntry[],
  readFile: ReadFile,
  index: FolderIndex | undefined,
): FilesReading {
  const files: KeptFile[] = [];
  const findings: Finding[] = [];
  for (const entry of entries) {
    const reading = readEntry(`${candidate.folder}/${entry.diskPath}`, entry, readFile, index);
    if (reading.kind === 'read') files.push(toKept(entry, reading.content));
    else if (reading.kind === 'changing') findings.push(changingFinding(candidate, entry.path, reading.how));
    else findings.push(unreadableFinding(candidate, entry.path, reading.reason));
  }
  return { files, findings };
}

type EntryReading =
  | { readonly kind: 'read'; readonly content: FileContent }
  | Exclude<FileReading, { kind: 'read' }>;

function readEntry(
  absolutePath: string,
  entry: KeptEntry,
  readFile: ReadFile,
  index: FolderIndex | undefined,
): EntryReading {
  if (index === undefined) return readFile(absolutePath, entry);
  const content = findIndexed(absolutePath, entry, index);
  if (content !== undefined) return { kind: 'read', content };
  const readAt = Date.now();
  const reading = readFile(absolutePath, entry);
  if (reading.kind === 'read') index.note(entry.diskPath, reading.stats, reading.content, readAt);
  return reading;
}

/** What cannot be looked at is left to the reader, who says why. */
function findIndexed(absolutePath: string, entry: KeptEntry, index: FolderIndex): FileContent | undefined {
  try {
    const stats = entry.kind === 'link' ? statSync(absolutePath) : lstatSync(absolutePath);
    return index.find(entry.diskPath, stats);
  } catch {
    return undefined;
  }
}

function toKept({ path, diskPath }: KeptEntry, { bytes, sha256, facts }: FileContent): KeptFile {
  return { path, diskPath, bytes, sha256, facts };
}

/** @param how completes "The file …". */
export function changingFinding(candidate: Candidate, path: string, how: string): Finding {
  return finding('changed-while-reading', {
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, path),
    message: `The file ${how}.`,
    hint: 'Wait until nothing writes to the folder (a running build?) and start again.',
  });
}

export function unreadableFinding(candidate: Candidate, path: string, reason: string): Finding {
  return finding('unreadable', {
    extension: candidate.name,
    file: displayBelow(candidate.displayFolder, path),
    message: `The file cannot be read: ${reason}.`,
    hint: 'Correct its permissions, or name it in "ignore".',
  });
}
