/** Why a file or folder of an extension is not uploaded. */

import type { LeftOutFile } from '../core/model.js';
import type { IgnoreRules } from './ignore-rules.js';
import { ownFolder } from './own-folder.js';

/** `undefined` for what is uploaded. What a person says counts before what we leave out by default. */
export function whyLeftOut(
  rules: IgnoreRules,
  path: string,
  name: string,
  kind: EntryKind,
): LeftOutFile['why'] | undefined {
  if (name === ownFolder) return 'default';
  const verdict = rules(kind === 'folder' ? `${path}/` : path);
  if (verdict === 'ignored') return 'ignored';
  if (verdict === 'silent' && isIgnoredByDefault(name, kind)) return 'default';
  return kind === 'file' && isDroppedByQlik(name) ? 'dropped-by-qlik' : undefined;
}

/** The same for a file of which only the path is known: a folder on the way may be left out as a whole. */
export function whyPathLeftOut(rules: IgnoreRules, path: string): LeftOutFile['why'] | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const kind = length === parts.length ? 'file' : 'folder';
    const why = whyLeftOut(rules, parts.slice(0, length).join('/'), parts[length - 1] ?? '', kind);
    if (why !== undefined) return why;
  }
  return undefined;
}

/**
 * Qlik silently drops files without a name (`.gitignore`) and files without a suffix (`LICENSE`), so they
 * are no part of an extension's content.
 */
export function isDroppedByQlik(path: string): boolean {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot <= start || dot === path.length - 1;
}

// * What no extension needs at run time (architecture.md, "Identity of content"). Part of rule version 1:
// see `ruleVersion` before changing it. Compared without case, since Windows writes `SETUP.EXE`.

const folders: ReadonlySet<string> = new Set(['node_modules', 'bower_components', '__macosx']);

const names: ReadonlySet<string> = new Set(['thumbs.db', 'wbfolder.wbl']);

const suffixes: ReadonlySet<string> = new Set(
  'zip 7z rar gz tgz qvf qvd qvw bat cmd ps1 sh exe dll so jar'.split(' '),
);

export type EntryKind = 'file' | 'folder';

export function isIgnoredByDefault(name: string, kind: EntryKind): boolean {
  if (name.startsWith('.')) return true;
  const lower = name.toLowerCase();
  if (kind === 'folder') return folders.has(lower);
  return name.startsWith('~$') || suffixes.has(lower.slice(lower.lastIndexOf('.') + 1)) || names.has(lower);
}

// Files that no extension needs at run time, such as a list of files that an old editor kept beside it.

const noiseNames: ReadonlySet<string> = new Set(['thumbs.db', 'wbfolder.wbl']);

/** Whether an extension is the same with and without this file. @param path with `/` */
export function isNoise(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  if (parts.some((part) => part.startsWith('.') || part === '__macosx')) return true;
  const name = parts.at(-1) ?? '';
  return noiseNames.has(name) || name.startsWith('~$');
}
