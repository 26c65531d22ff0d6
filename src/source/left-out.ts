/** Why a file or folder of an extension is not uploaded. */

import { fileName, isDroppedByQlik } from '../core/digest.js';
import type { DesiredExtension, LeftOutFile } from '../core/model.js';
import type { IgnoreRules } from './ignore-rules.js';
import { ownFolder } from './own-folder.js';

/** `undefined` for what is uploaded. The user's patterns take precedence over the defaults. */
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

/** The same for a path alone, as in an archive: a folder on the way may be left out as a whole. */
export function whyPathLeftOut(rules: IgnoreRules, path: string): LeftOutFile['why'] | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const kind = length === parts.length ? 'file' : 'folder';
    const why = whyLeftOut(rules, parts.slice(0, length).join('/'), parts[length - 1] ?? '', kind);
    if (why !== undefined) return why;
  }
  return undefined;
}

type EntryKind = 'file' | 'folder';

/** Patterns of what the defaults leave out on the way to a file: `node_modules/`, `*.sh`. */
export function namesIgnoredByDefault(path: string): readonly string[] {
  const names = path.split('/');
  return names.flatMap((name, index) => {
    const kind = index === names.length - 1 ? 'file' : 'folder';
    if (!isIgnoredByDefault(name, kind)) return [];
    const suffix = /\.\w+$/.exec(name)?.[0];
    const isBySuffix = suffix !== undefined && ignoredSuffixes.has(suffix.slice(1).toLowerCase());
    return [kind === 'folder' ? `${name}/` : isBySuffix ? `*${suffix}` : name];
  });
}

/**
 * What no extension needs at run time. These lists are part of the rule version: see `ruleVersion` in core before changing
 * them. Names are compared without case, as Windows writes `SETUP.EXE`.
 */
function isIgnoredByDefault(name: string, kind: EntryKind): boolean {
  return isIgnoredByVersion1(name, kind) || (kind === 'file' && isIgnoredSince2(name));
}

function isIgnoredByVersion1(name: string, kind: EntryKind): boolean {
  if (name.startsWith('.')) return true;
  const lower = name.toLowerCase();
  if (kind === 'folder') return ignoredFolders.has(lower);
  const suffix = lower.slice(lower.lastIndexOf('.') + 1);
  return name.startsWith('~$') || ignoredSuffixes.has(suffix) || noiseNames.has(lower);
}

const ignoredFolders: ReadonlySet<string> = new Set(['node_modules', 'bower_components', '__macosx']);

const ignoredSuffixes: ReadonlySet<string> = new Set(
  'zip 7z rar gz tgz qvf qvd qvw bat cmd ps1 sh exe dll so jar'.split(' '),
);

/** Written by Windows, and by Qlik's old editor as a list of the files beside it. */
const noiseNames: ReadonlySet<string> = new Set(['thumbs.db', 'wbfolder.wbl']);

/** The rest is ignored since rule version 2. An editor's backup of a file ends in `~`. */
function isIgnoredSince2(name: string): boolean {
  const lower = name.toLowerCase();
  return namesSince2.has(lower) || lower.endsWith('~') || packageManagerLog.test(lower);
}

const namesSince2: ReadonlySet<string> = new Set(['desktop.ini', 'ehthumbs.db', 'ehthumbs_vista.db']);

/** `npm-debug.log`, `npm-debug.log.2174658093`. */
const packageManagerLog = /^(npm-debug|yarn-debug|yarn-error|lerna-debug)\.log(\.\d+)?$/;

/** Whether rule version 1 uploaded a file that is left out by default now. */
export function wasUploadedByVersion1(name: string): boolean {
  return isIgnoredSince2(name) && !isIgnoredByVersion1(name, 'file') && !isDroppedByQlik(name);
}

/** Which files of an archive are content: all but those that an older version uploaded and the folder leaves out now. */
export function createContentTest({ files, leftOut }: DesiredExtension): (path: string) => boolean {
  const own = new Set(leftOut.filter(({ why }) => why === 'own').map(({ path }) => path));
  return (path) =>
    !own.has(path) && (!isIgnoredSince2(fileName(path)) || files.some((file) => file.path === path));
}

/** Whether an extension is the same with and without this file. @param path with `/` */
export function isNoise(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  if (parts.some((part) => part.startsWith('.') || part === '__macosx')) return true;
  const name = parts.at(-1) ?? '';
  return noiseNames.has(name) || name.startsWith('~$') || isIgnoredSince2(name);
}
