/** Finds the extensions of a tree without a config, and proposes patterns for one. */

import { type Dirent, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { nameFolder } from '../../core/format.js';
import { mainFileOf } from '../../core/kind.js';
import { chooseOne } from './choose-one.js';
import { isHeldBy, isManifestName, listEntries, nameIn } from './nested-manifest.js';
import { isHidden, spellPattern } from './pattern.js';

export interface SurveyedExtension {
  /** Kind and stem of the `.qext`, in Unicode NFC. */
  readonly name: string;
  /** Relative to the root, with `/`; `.` for the root itself. */
  readonly folder: string;
  /** Absolute: its `.qext`. */
  readonly manifest: string;
  /** Whether its script exists. */
  readonly isComplete: boolean;
  /** Whether checking it finds errors; absent: it was not checked. */
  readonly isBroken?: boolean;
}

export interface Survey {
  /** Every folder below the root that was searched, relative to it, with `/`. */
  readonly folders: readonly string[];
  /** Sorted by depth, then by folder. */
  readonly extensions: readonly SurveyedExtension[];
  /** Folders with a package.json, the root as `.`. */
  readonly packages: readonly string[];
  /** How many levels below the root were to be searched. */
  readonly levels: number;
  /** Whether folders further down were not searched. */
  readonly isCut: boolean;
}

/** How many levels below the root are searched by default. */
export const surveyDepth = 4;

/** A tree with more is a machine's disk rather than a project. */
const mostFolders = 50_000;

/** Skips dot folders, installed packages and links. A folder that cannot be listed counts as empty. */
export function surveyTree(root: string, mostLevels: number = surveyDepth): Survey {
  const folders: string[] = [];
  const extensions: SurveyedExtension[] = [];
  const packages: string[] = [];
  let level: readonly string[] = ['.'];
  for (let depth = 0; depth <= mostLevels && level.length > 0 && folders.length < mostFolders; depth++) {
    const listed = level.map((folder) => ({ folder, entries: listFolder(root, folder) }));
    extensions.push(...listed.flatMap(({ folder, entries }) => manifestsOf(root, folder, entries)));
    packages.push(
      ...listed.filter(({ entries }) => isHeldBy(entries)('package.json')).map(({ folder }) => folder),
    );
    if (depth > 0) folders.push(...level);
    level = listed.flatMap(({ folder, entries }) => foldersOf(folder, entries));
  }
  return { folders, extensions, packages, levels: mostLevels, isCut: level.length > 0 };
}

/** What Bower installed is not searched, but a wildcard would match it. */
function listFolder(root: string, folder: string): readonly Dirent[] {
  return posix.basename(folder) === 'bower_components' ? [] : listEntries(`${root}/${folder}`);
}

function manifestsOf(root: string, folder: string, entries: readonly Dirent[]): readonly SurveyedExtension[] {
  return entries
    .filter((entry) => entry.isFile() && isManifestName(entry.name))
    .map((entry) => {
      const name = nameIn(join(root, folder), entry.name, isHeldBy(entries));
      const manifest = join(root, folder, entry.name);
      return { name, folder, manifest, isComplete: isHeldBy(entries)(mainFileOf(name)) };
    });
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

/** The shortest patterns that match the extensions' folders and no others. */
export function proposePatterns({ folders, extensions }: Survey): readonly ProposedPattern[] {
  const chosen = chooseFolders(extensions);
  const wanted = new Set(chosen.map(({ folder }) => folder));
  const byPattern = new Map<string, string[]>();
  for (const { name, folder } of chosen) {
    const pattern = chooseWildcard(folder, folders, wanted) ?? spellPattern(folder);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), name]);
  }
  return [...byPattern].map(([pattern, names]) => ({ pattern, names }));
}

/** One folder for each name, in any spelling; no folder with several extensions, which could not be told apart. */
export function chooseFolders(extensions: readonly SurveyedExtension[]): readonly SurveyedExtension[] {
  const alone = extensions.filter(({ folder }) => countIn(folder, extensions) === 1);
  const groups = new Map<string, SurveyedExtension[]>();
  for (const each of alone) {
    const key = (builtFrom(each, alone) ?? each).name.toLowerCase();
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const chosen = new Set([...groups.values()].map((group) => chooseOne(group, (each) => each).keep));
  return alone.filter((each) => chosen.has(each));
}

/** What a build makes from a `template.qext`, which it copies under the extension's own name. */
function builtFrom(
  { name, manifest }: SurveyedExtension,
  extensions: readonly SurveyedExtension[],
): SurveyedExtension | undefined {
  if (!/(?:^|:)template$/i.test(name)) return undefined;
  const content = contentOf(manifest);
  return extensions.find(
    (each) => each.name !== name && content !== undefined && contentOf(each.manifest) === content,
  );
}

/** Without what git or an editor may change in it. */
function contentOf(manifest: string): string | undefined {
  try {
    return readFileSync(manifest, 'utf8').replaceAll(/\s+/g, '');
  } catch {
    return undefined;
  }
}

function countIn(folder: string, extensions: readonly SurveyedExtension[]): number {
  return extensions.filter((each) => each.folder === folder).length;
}

/** What the patterns do not match, for people: each folder that was left out, and why. */
export function describePassedOver({ extensions }: Survey): readonly string[] {
  const chosen = chooseFolders(extensions);
  const crowded = new Set(
    extensions.map(({ folder }) => folder).filter((folder) => countIn(folder, extensions) > 1),
  );
  const passedOver = extensions.filter((each) => !chosen.includes(each) && !crowded.has(each.folder));
  return [
    ...[...crowded].map(
      (folder) =>
        `${nameFolder(folder, 'start')} contains several .qext files, so it is left out: give each a folder of its own.`,
    ),
    ...passedOver.flatMap((each) => {
      const { name, folder } = each;
      const made = builtFrom(each, extensions);
      const kept = chosen.find((other) => other.name.toLowerCase() === (made ?? each).name.toLowerCase());
      if (kept === undefined) return [];
      if (made !== undefined) {
        return [
          `${nameFolder(folder, 'start')} is left out: its template.qext is that of ${kept.name}, which is taken from ${nameFolder(kept.folder)}.`,
        ];
      }
      const what = kept.name === name ? name : `${name} (which differs from ${kept.name} only in case)`;
      return [
        `${nameFolder(folder, 'start')} is left out: ${what} is taken from ${nameFolder(kept.folder)}.`,
      ];
    }),
  ];
}

/** Why no pattern is proposed. */
export function describeNone({ extensions, levels }: Survey): string {
  if (extensions.length > 0) return 'No folder has just one .qext file';
  return `No .qext file was found${Number.isFinite(levels) ? ` within ${levels} levels of folders` : ''}`;
}

/** A folder and the wildcards below it. */
interface Wildcard {
  readonly above: string;
  readonly tail: '*' | '*-ext' | '*/*-ext' | '*/dist' | '*/build';
}

/** The wildcard that matches most, or the narrower of two; `undefined` if each would match unwanted folders. */
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
