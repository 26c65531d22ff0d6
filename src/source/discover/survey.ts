/** Finds the extensions of a tree without a config, and proposes patterns for one. */

import type { Dirent } from 'node:fs';
import { isManifestName, listEntries, preferBuilt } from './nested-manifest.js';
import { isHidden, spellPattern } from './pattern.js';

export interface SurveyedExtension {
  /** The name of the `.qext` without its ending, in Unicode NFC. */
  readonly name: string;
  /** Relative to the root, with `/`; `.` for the root itself. */
  readonly folder: string;
}

interface Survey {
  /** Every folder below the root that was searched, relative to it, with `/`. */
  readonly folders: readonly string[];
  /** Sorted by depth, then by folder. */
  readonly extensions: readonly SurveyedExtension[];
}

/** How many levels below the root are searched. */
export const surveyDepth = 4;

/** Skips `node_modules`, dot folders and links. A folder that cannot be listed counts as empty. */
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

export interface ProposedPattern {
  /** As the config spells it. */
  readonly pattern: string;
  /** The extensions that it matches. */
  readonly names: readonly string[];
}

/** The shortest patterns that match the extensions' folders and no others. Of several with the same name, the built one. */
export function proposePatterns({ folders, extensions }: Survey): readonly ProposedPattern[] {
  const chosen = chooseBuilt(extensions);
  const wanted = new Set(chosen.map(({ folder }) => folder));
  const byPattern = new Map<string, string[]>();
  for (const { name, folder } of chosen) {
    const pattern = chooseWildcard(folder, folders, wanted) ?? spellPattern(folder);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), name]);
  }
  return [...byPattern].map(([pattern, names]) => ({ pattern, names }));
}

/** One folder a name. */
export function chooseBuilt<T extends SurveyedExtension>(extensions: readonly T[]): readonly T[] {
  const foldersByName = new Map<string, string[]>();
  for (const { name, folder } of extensions) {
    foldersByName.set(name, [...(foldersByName.get(name) ?? []), folder]);
  }
  return extensions.filter(({ name, folder }) => preferBuilt(foldersByName.get(name) ?? []) === folder);
}

/** A folder and the wildcards below it. */
interface Wildcard {
  readonly above: string;
  readonly tail: '*' | '*-ext' | '*/*-ext' | '*/dist' | '*/build';
}

/** The wildcard that matches most, or the narrower of two; `undefined` where each would match unwanted folders. */
function chooseWildcard(
  folder: string,
  folders: readonly string[],
  wanted: ReadonlySet<string>,
): string | undefined {
  const [best] = wildcardsFor(folder)
    .map((wildcard) => ({ wildcard, hits: folders.filter((each) => covers(wildcard, each)) }))
    .filter(({ hits }) => hits.length > 0 && hits.every((hit) => wanted.has(hit)))
    .filter(({ wildcard, hits }) => wildcard.above !== '' || hits.length > 1)
    .sort((a, b) => b.hits.length - a.hits.length);
  if (best === undefined) return undefined;
  const { above, tail } = best.wildcard;
  return above === '' ? tail : `${spellPattern(above)}/${tail}`;
}

function wildcardsFor(folder: string): readonly Wildcard[] {
  const names = folder.split('/');
  const last = names.at(-1) ?? '';
  const parent = names.slice(0, -1).join('/');
  const grandparent = names.slice(0, -2).join('/');
  if (folder === '.') return [];
  if (last === 'dist' || last === 'build') {
    return parent === '' ? [] : [{ above: grandparent, tail: `*/${last}` }];
  }
  if (!last.endsWith('-ext')) return [{ above: parent, tail: '*' }];
  const narrow: Wildcard = { above: parent, tail: '*-ext' };
  return parent === '' ? [narrow] : [narrow, { above: grandparent, tail: '*/*-ext' }];
}

function covers({ above, tail }: Wildcard, folder: string): boolean {
  const prefix = above === '' ? '' : `${above}/`;
  const expression = new RegExp(`^${tail.replaceAll('*', '[^/]*')}$`);
  return folder.startsWith(prefix) && expression.test(folder.slice(prefix.length));
}
