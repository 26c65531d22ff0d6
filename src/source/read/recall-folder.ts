/** The reading of a whole folder, from the index: if nothing in it has changed, no rule and no digest is computed again. */

import { type Dirent, lstatSync, readdirSync, type Stats } from 'node:fs';
import { comparePaths, normalizePath } from '../../core/digest.js';
import type { DesiredExtension, Finding, KeptFile } from '../../core/model.js';
import { type Candidate, isVital } from '../discover/candidate.js';
import type { IgnoreRules } from '../ignore-rules.js';
import type { OwnFiles } from '../own-files.js';
import type { FolderIndex, WholeFolder } from './index-folder.js';
import { type Kept, listingOf } from './keep.js';

interface Recalled {
  readonly extension: DesiredExtension;
  readonly findings: readonly Finding[];
  /** What the rules say about the extension. */
  readonly ruled: readonly Finding[];
}

/**
 * `undefined` if anything is not as it was: the names in a folder that was listed, the stats of a file that was kept, the
 * patterns, or whose file one is. Files that were left out only have to be left out still.
 */
export function recallFolder(
  candidate: Candidate,
  rules: IgnoreRules,
  { index, own }: { readonly index: FolderIndex | undefined; readonly own: OwnFiles },
): Recalled | undefined {
  const whole = index?.whole;
  if (index === undefined || whole === undefined || whole.key !== keyOf(candidate, rules)) return undefined;
  if (!isListedAs(whole, candidate)) return undefined;
  const files: KeptFile[] = [];
  let isInOrder = true;
  for (const diskPath of whole.paths) {
    const file = recallFile(candidate, diskPath, index, own);
    if (file === undefined) return undefined;
    if (file.path !== diskPath) isInOrder = false;
    if (!whole.before.includes(diskPath)) files.push(file);
  }
  // The index has them in the order of their names on the disk, which is that of the paths unless these are normalized.
  if (!isInOrder) files.sort((a, b) => comparePaths(a.path, b.path));
  const { name, folder, displayFolder } = candidate;
  const { extension, findings, ruled } = whole;
  return { extension: { name, folder, displayFolder, files, ...extension }, findings, ruled };
}

/** Notes a reading for `recallFolder`. Not if links lead elsewhere, or a file is this program's in this run only. */
export function noteFolder(
  candidate: Candidate,
  rules: IgnoreRules,
  {
    index,
    kept,
    reading,
  }: { readonly index: FolderIndex | undefined; readonly kept: Kept; readonly reading: Recalled },
): void {
  const { listings, onlyBefore } = kept;
  const key = keyOf(candidate, rules);
  if (index === undefined || listings === undefined || key === undefined) return;
  const { name: _, folder: _folder, displayFolder: _display, files, ...extension } = reading.extension;
  const before = onlyBefore.map(({ diskPath }) => diskPath);
  const { findings, ruled } = reading;
  index.noteWhole({ key, listings: Object.fromEntries(listings), before, extension, findings, ruled }, [
    ...files.map(({ diskPath }) => diskPath),
    ...before,
  ]);
}

/** Findings name the folder as it is displayed. */
function keyOf({ displayFolder, manifestFile }: Candidate, { key }: IgnoreRules): string | undefined {
  return key === undefined ? undefined : [key, displayFolder, manifestFile].join('\n');
}

function isListedAs({ listings }: WholeFolder, { folder, entries }: Candidate): boolean {
  return Object.entries(listings).every(([path, listing]) => {
    const now = path === '' ? entries : tryList(`${folder}/${path}`);
    return now !== undefined && listingOf(now) === listing;
  });
}

function tryList(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** Whether a file is this program's own in this run is for the full reading to judge. */
function recallFile(
  candidate: Candidate,
  diskPath: string,
  index: FolderIndex,
  own: OwnFiles,
): KeptFile | undefined {
  const path = `${candidate.folder}/${diskPath}`;
  const stats = tryStat(path);
  const content = stats && index.find(diskPath, stats);
  if (stats === undefined || content === undefined) return undefined;
  if (own.roleOf(path, stats) !== undefined && !isVital(candidate, diskPath)) return undefined;
  const { bytes, sha256, facts } = content;
  return { path: normalizePath(diskPath), diskPath, bytes, sha256, facts };
}

function tryStat(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
