/** The folders that the config's patterns match. */

import { type Dirent, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { compareTexts } from '../../core/order.js';
import { type LinkText, readLinkText } from '../git/link-text.js';
import {
  compilePattern,
  covers,
  type FolderPattern,
  isDeep,
  isHidden,
  isLiteral,
  isLiteralSegment,
  namesFreely,
  type Segment,
} from './pattern.js';

export interface FoundFolder {
  /** Absolute, as the operating system spells it. */
  readonly path: string;
  readonly pattern: string;
  /** `searched`: below a `**`, where most folders are not extensions. */
  readonly how: 'named' | 'matched' | 'searched';
  /** `fixed`: the pattern gives it, such as `dist`, so it says nothing about the extension's name. */
  readonly folderName: 'fixed' | 'free';
  /** Absolute: no link may lead out of it. */
  readonly base: string;
  /** Whether it was listed as a folder, and so is not a link. */
  readonly isListed: boolean;
}

/** The entries of a folder, given as an absolute path. @throws SystemError */
export type ListFolder = (folder: string) => readonly Dirent[];

export function listAnew(folder: string): readonly Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

export interface Expansion {
  /** Each once, in the order of their paths. */
  readonly folders: readonly FoundFolder[];
  /** Literal patterns whose folder does not exist; `isFile` if there is a file instead. */
  readonly missing: readonly { readonly pattern: string; readonly path: string; readonly isFile: boolean }[];
  /** Folders along the patterns that cannot be listed. */
  readonly unreadable: readonly string[];
  /**
   * Missing folders whose parent exists, such as `packages/b/dist` for a pattern that ends in `/dist`. A build may be about
   * to create them.
   */
  readonly unbuilt: readonly string[];
  /** Folders with a `package.json` along a wildcard. If no extension is below, a build may be about to create one. */
  readonly projects: readonly string[];
  /** Matching files that contain the path of a folder: links that git checked out as texts. */
  readonly linkTexts: readonly LinkText[];
  /** Matching links without a target. */
  readonly dangling: readonly string[];
  /** Other patterns that match no folder. */
  readonly unmatched: readonly string[];
  /**
   * Tops of working trees along the patterns, however much of an extension exists: a checkout may leave out or move all of
   * it.
   */
  readonly workingTrees: readonly string[];
  /** Folders that a pattern names literally and that a `!` excludes. */
  readonly takenAway: readonly { readonly pattern: string; readonly by: string }[];
  /** Whether a `!` excludes a folder, given as an absolute path. */
  readonly isExcluded: (path: string) => boolean;
  /** Every pattern that finds a folder, given as an absolute path. */
  readonly patternsFor: (path: string) => readonly Pick<FoundFolder, 'pattern' | 'how'>[];
}

/**
 * Expands `patterns` relative to `root`. A `!pattern` excludes what it matches and everything below, at any position in
 * the list. Wildcards skip `node_modules` and dot folders; `**` follows no links.
 */
export async function expandFolders(
  root: string,
  patterns: readonly string[],
  list: ListFolder,
): Promise<Expansion> {
  const all = (await Promise.all(patterns.map((source) => compilePattern(source, root)))).flat();
  const positive = all.filter((pattern) => !pattern.negative);
  const negative = all.filter((pattern) => pattern.negative);
  const trouble = {
    list,
    unreadable: new Set<string>(),
    dangling: new Set<string>(),
    linkTexts: new Map<string, LinkText>(),
    unbuilt: new Map<string, string>(),
    projects: new Set<string>(),
    workingTrees: new Set<string>(),
  };
  const hits = positive.flatMap((pattern) => findFolders(pattern, trouble));
  const matched = new Set(hits.map((hit) => hit.pattern));
  const isExcluded = (path: string): boolean => negative.some((each) => excludes(each, path));
  const wanted = hits.filter((hit) => !isExcluded(hit.path));
  const unmatched = positive.filter((each) => !matched.has(each.source) && !isLiteral(each));
  return {
    folders: distinct(wanted).sort((a, b) => compareTexts(a.path, b.path)),
    missing: positive
      .filter(isLiteral)
      .flatMap(findMissing)
      .filter(({ path }) => !trouble.linkTexts.has(path)),
    unreadable: [...trouble.unreadable],
    unbuilt: [...trouble.unbuilt]
      .filter(([path, above]) => !isExcluded(path) && !wanted.some((hit) => hit.path.startsWith(above + sep)))
      .map(([path]) => path),
    projects: [...trouble.projects].filter((path) => !isExcluded(path)),
    linkTexts: [...trouble.linkTexts.values()].filter(({ path }) => !isExcluded(path)),
    dangling: [...trouble.dangling].filter((path) => !isExcluded(path)),
    unmatched: [...new Set(unmatched.map((each) => each.source))],
    workingTrees: [...trouble.workingTrees].filter((path) => !isExcluded(path)),
    takenAway: findTakenAway(hits, negative),
    isExcluded,
    patternsFor: (path) => hits.filter((hit) => hit.path === path),
  };
}

/** Naming a folder and excluding it is a contradiction; of the several that braces name, `!` may exclude one. */
function findTakenAway(
  hits: readonly FoundFolder[],
  negative: readonly FolderPattern[],
): Expansion['takenAway'] {
  return hits.flatMap(({ path, pattern, how }) => {
    const by = negative.find((each) => excludes(each, path));
    return how !== 'named' || pattern.includes('{') || by === undefined ? [] : { pattern, by: by.source };
  });
}

function findFolders(pattern: FolderPattern, trouble: Omit<Walk, 'found'>): readonly FoundFolder[] {
  const walked: Walk = { found: [], ...trouble };
  walk(pattern.base, pattern.segments, walked);
  const { source, base } = pattern;
  const how = howOf(pattern);
  const folderName = namesFreely(pattern) ? 'free' : 'fixed';
  return walked.found.map(({ path, isListed }) => ({
    path,
    isListed,
    pattern: source,
    how,
    folderName,
    base,
  }));
}

/** If several patterns match a folder, the most specific one says how it was found. */
function distinct(found: readonly FoundFolder[]): FoundFolder[] {
  const byPath = new Map<string, FoundFolder>();
  for (const how of ['searched', 'matched', 'named'] as const) {
    for (const each of found) if (each.how === how) byPath.set(each.path, each);
  }
  return [...byPath.values()];
}

function howOf(pattern: FolderPattern): FoundFolder['how'] {
  if (isLiteral(pattern)) return 'named';
  return isDeep(pattern) ? 'searched' : 'matched';
}

function excludes(negative: FolderPattern, path: string): boolean {
  const below = relative(negative.base, path);
  if (below === '..' || below.startsWith(`..${sep}`)) return false;
  return covers(negative.segments, below === '' ? [] : below.split(sep));
}

function findMissing(pattern: FolderPattern): Expansion['missing'] {
  const path = literalPath(pattern);
  const kind = kindOf(path);
  return kind === 'folder' ? [] : [{ pattern: pattern.source, path, isFile: kind === 'file' }];
}

function literalPath({ base, segments }: FolderPattern): string {
  return normalize(pathOf(base, segments));
}

/** @param segments literal ones */
function pathOf(folder: string, segments: readonly Segment[]): string {
  return [folder, ...segments.map((segment) => (segment.kind === 'literal' ? segment.name : ''))].join('/');
}

interface Walk {
  readonly list: ListFolder;
  readonly found: Pick<FoundFolder, 'path' | 'isListed'>[];
  readonly unreadable: Set<string>;
  readonly dangling: Set<string>;
  readonly linkTexts: Map<string, LinkText>;
  /** Each with its parent, which exists. */
  readonly unbuilt: Map<string, string>;
  readonly projects: Set<string>;
  readonly workingTrees: Set<string>;
}

function walk(folder: string, segments: readonly Segment[], into: Walk): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    const kind = kindOf(folder);
    if (kind === 'folder') into.found.push({ path: normalize(folder), isListed: false });
    if (kind === 'file') noteLinkText(normalize(folder), into);
    return;
  }
  if (segment.kind === 'literal') walkLiteral(folder, segment.name, rest, into);
  else if (segment.kind === 'deep') walkDeep(folder, segments, rest, into);
  else {
    for (const entry of listFolder(folder, into)) {
      if (segment.matches(entry.name)) walkEntry(`${folder}/${entry.name}`, entry, rest, into);
    }
  }
}

function walkLiteral(folder: string, name: string, rest: readonly Segment[], into: Walk): void {
  if (kindOf(`${folder}/.git`) !== 'nothing') into.workingTrees.add(normalize(folder));
  walk(`${folder}/${name}`, rest, into);
}

function walkEntry(path: string, entry: Dirent, rest: readonly Segment[], into: Walk): void {
  if (rest.length === 0 && entry.isDirectory()) into.found.push({ path: normalize(path), isListed: true });
  else if (entry.isDirectory() || entry.isSymbolicLink()) walkInto(path, rest, into);
  else if (entry.isFile()) noteLinkText(normalize(path), into);
  if (rest.length === 0 && entry.isSymbolicLink() && kindOf(path) === 'nothing')
    into.dangling.add(normalize(path));
}

function noteLinkText(path: string, { linkTexts }: Walk): void {
  for (const text of readLinkText(path)) {
    if (kindOf(join(dirname(path), text.target)) === 'folder') linkTexts.set(path, text);
  }
}

function walkDeep(folder: string, segments: readonly Segment[], rest: readonly Segment[], into: Walk): void {
  walk(folder, rest, into);
  for (const entry of listFolder(folder, into)) {
    if (entry.isDirectory() && !isHidden(entry.name)) walkInto(`${folder}/${entry.name}`, segments, into);
  }
}

/**
 * A folder that a wildcard matched may not be built yet: if it contains nothing that the rest of the pattern names, or, since
 * `*` also matches sources, no extension.
 */
function walkInto(folder: string, segments: readonly Segment[], into: Walk): void {
  const before = into.found.length;
  walk(folder, segments, into);
  const holdsNothing = into.found.length === before;
  if (segments.length === 0 || kindOf(folder) !== 'folder') return;
  const above = normalize(folder);
  if (segments.every(isLiteralSegment)) {
    if (holdsNothing) into.unbuilt.set(normalize(pathOf(folder, segments)), above);
  } else if (holdsNothing || !segments.some(({ kind }) => kind === 'deep')) {
    if (kindOf(`${folder}/package.json`) === 'file') into.projects.add(above);
  }
}

export function kindOf(path: string): 'nothing' | 'folder' | 'file' {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return 'nothing';
    return stats.isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

const notThere: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

function listFolder(path: string, into: Walk): readonly Dirent[] {
  try {
    const entries = into.list(path);
    if (entries.some(({ name }) => name === '.git')) into.workingTrees.add(normalize(path));
    return entries;
  } catch (error) {
    if (!notThere.has((error as NodeJS.ErrnoException).code)) into.unreadable.add(normalize(path));
    return [];
  }
}
