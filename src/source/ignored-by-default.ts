/**
 * What no extension needs at run time (architecture.md, "Identity of content"). Part of rule version 1:
 * see `ruleVersion` before changing it. Compared without case, since Windows writes `SETUP.EXE`.
 */

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

/** Our own folder: no pattern brings it back. */
export const ownFolder = '.qlik-sync';
