/** The extensions of a tree that no config describes yet. */

import type { Dirent } from 'node:fs';
import { isManifestName, listEntries } from './nested-manifest.js';
import { isHidden } from './pattern.js';

export interface SurveyedExtension {
  /** The stem of the `.qext`, in Unicode NFC. */
  readonly name: string;
  /** Relative to the root, with `/`; `.` for the root itself. */
  readonly folder: string;
}

export interface Survey {
  /** Every folder that was looked into, relative to the root, with `/`; without the root itself. */
  readonly folders: readonly string[];
  /** Sorted by depth, then by folder. */
  readonly extensions: readonly SurveyedExtension[];
}

/** How many folders below the root are looked into. */
export const surveyDepth = 4;

/** Passes over `node_modules` and dot folders, follows no links. What cannot be listed holds nothing. */
export function surveyTree(root: string): Survey {
  const folders: string[] = [];
  const extensions: SurveyedExtension[] = [];
  let level: readonly string[] = ['.'];
  for (let depth = 0; depth <= surveyDepth && level.length > 0; depth++) {
    const listed = level.map((folder) => ({ folder, entries: listEntries(`${root}/${folder}`) }));
    extensions.push(...listed.flatMap(({ folder, entries }) => manifestsOf(folder, entries)));
    if (depth > 0) folders.push(...level);
    level = listed.flatMap(({ folder, entries }) => foldersOf(folder, entries));
  }
  return { folders, extensions };
}

function manifestsOf(folder: string, entries: readonly Dirent[]): readonly SurveyedExtension[] {
  return entries
    .filter((entry) => entry.isFile() && isManifestName(entry.name))
    .map((entry) => ({ name: entry.name.slice(0, -'.qext'.length).normalize('NFC'), folder }));
}

function foldersOf(folder: string, entries: readonly Dirent[]): readonly string[] {
  return entries
    .filter((entry) => entry.isDirectory() && !isHidden(entry.name))
    .map((entry) => (folder === '.' ? entry.name : `${folder}/${entry.name}`));
}
