/** Finds the folders of extensions from the config's patterns. */

import { basename, dirname, join, sep } from 'node:path';
import { displayBelow, nameFolder } from '../../core/format.js';
import type { UnreadFolder } from '../../core/half-built.js';
import { mainFileOf } from '../../core/kind.js';
import { finding } from '../../core/rules/catalogue.js';
import { placeholderFinding } from '../../core/rules/placeholders.js';
import { displayPath } from '../display.js';
import type { Candidate, Remark } from './candidate.js';
import { type Copy, chooseOne } from './choose-one.js';
import { type Expansion, expandFolders, kindOf, type ListFolder, listAnew } from './expand-folders.js';
import { type HalfBuilt, type InspectedFolder, inspectFolder, rememberRealPaths } from './inspect-folder.js';
import { spellPattern } from './pattern.js';

export interface Discovery {
  /** Sorted by folder. */
  readonly candidates: readonly Candidate[];
  readonly remarks: readonly Remark[];
  /** Names that were found but are ambiguous: twice, or several in one folder. */
  readonly unclear: readonly string[];
  readonly unread: readonly UnreadFolder[];
  /** Patterns that match no folder, as the config writes them. */
  readonly unmatched: readonly string[];
  /** Absolute: tops of working trees along the patterns. */
  readonly workingTrees: readonly string[];
}

/** @param root absolute; `patterns` are relative to it @param cwd absolute; displayed paths are relative to it */
export async function discover(
  root: string,
  cwd: string,
  patterns: readonly string[],
  list: ListFolder = listAnew,
): Promise<Discovery> {
  const expansion = await expandFolders(root, patterns, list);
  const { isExcluded } = expansion;
  const inspecting = { root, cwd, realPathOf: rememberRealPaths(), list, isExcluded };
  const inspected = leaveOutContainers(
    expansion.folders.map((found) => ({ path: found.path, ...inspectFolder(found, inspecting) })),
  );
  const candidates = inspected.flatMap((each) => each.candidate ?? []);
  const conflicts = findNameConflicts(candidates, (folder) => exclude(folder, root, expansion));
  const clashing = new Set(conflicts.flatMap((each) => each.names));
  return {
    candidates: candidates.filter((each) => !clashing.has(each.name)),
    remarks: [
      ...remarksOnPatterns(expansion, cwd),
      ...inspected.flatMap((each) => each.remark ?? []),
      ...conflicts,
    ],
    unclear: [...clashing, ...inspected.flatMap((each) => each.unclear ?? [])],
    unread: findUnread({ root, cwd, expansion, inspected, candidates }),
    unmatched: [...expansion.unmatched, ...expansion.takenAway.map(({ pattern }) => pattern)],
    workingTrees: expansion.workingTrees,
  };
}

interface PlacedInspection extends InspectedFolder {
  /** Absolute. */
  readonly path: string;
}

/** A folder without a `.qext` below which an extension was found contains that one, and is not an extension itself. */
function leaveOutContainers(inspected: readonly PlacedInspection[]): readonly PlacedInspection[] {
  const containers = new Set<string>();
  for (const { path, candidate, unclear } of inspected) {
    if (candidate === undefined && unclear === undefined) continue;
    for (let above = dirname(path); !containers.has(above); above = dirname(above)) containers.add(above);
  }
  return inspected.filter(({ path, unread }) => unread === undefined || !containers.has(path));
}

/** How the config is changed so that it no longer finds a folder. */
interface Exclusion {
  readonly remove: readonly string[];
  readonly add: readonly string[];
}

function exclude(folder: string, root: string, { patternsFor }: Expansion): Exclusion {
  const found = patternsFor(folder);
  const remove = found.filter(({ how, pattern }) => how === 'named' && !pattern.includes('{'));
  const add = remove.length === found.length ? [] : [`!${spellPattern(displayPath(root, folder))}`];
  return { remove: remove.map(({ pattern }) => pattern), add };
}

interface Found {
  readonly root: string;
  readonly cwd: string;
  readonly expansion: Expansion;
  readonly inspected: readonly PlacedInspection[];
  readonly candidates: readonly Candidate[];
}

/** Below a folder with a `.qext`, files belong to its extension. */
function findUnread({ root, cwd, expansion, inspected, candidates }: Found): readonly UnreadFolder[] {
  const describe = ({ path, names }: Pick<HalfBuilt, 'path' | 'names'>): UnreadFolder => ({
    displayFolder: displayPath(cwd, path),
    lacks: kindOf(path) === 'folder' ? 'manifest' : 'folder',
    ...(names && { names }),
    leaveOut: `!${spellPattern(displayPath(root, path))}`,
  });
  const isContent = ({ path, how }: HalfBuilt): boolean =>
    how === 'searched' && candidates.some(({ folder }) => path.startsWith(folder + sep));
  const halfBuilt = inspected.flatMap((each) => each.unread ?? []);
  const isEmpty = (project: string): boolean =>
    !inspected.some(
      ({ path, candidate, unclear }) =>
        (candidate ?? unclear) !== undefined && path.startsWith(project + sep),
    );
  return [
    ...[...expansion.dangling, ...expansion.unbuilt, ...expansion.projects.filter(isEmpty)].map((path) =>
      describe({ path }),
    ),
    ...halfBuilt.filter((each) => !isContent(each)).map(describe),
  ];
}

function remarksOnPatterns(expansion: Expansion, cwd: string): readonly Remark[] {
  const missing = expansion.missing.map(({ pattern, path, isFile }) => {
    const file = displayPath(cwd, path);
    const message = isFile ? `"${pattern}" is a file.` : `"${pattern}" does not exist.`;
    const hint = isFile
      ? 'Name the folder that holds the .qext in "extensions".'
      : 'Correct the path in "extensions", or remove it; if a build creates the folder, build first. --allow-empty confirms that nothing is meant to be there.';
    return { finding: finding('folder-missing', { file, message, hint }), names: [basename(path)] };
  });
  const unreadable = expansion.unreadable.map((path) => ({
    finding: finding('unreadable', { file: displayPath(cwd, path), message: 'The folder cannot be listed.' }),
    names: [],
  }));
  const dangling = expansion.dangling.map((path) => remarkOnDangling(path, cwd));
  const linkTexts = expansion.linkTexts.map(({ path, target }) => ({
    finding: placeholderFinding({ kind: 'link', target }, { file: displayPath(cwd, path) }),
    names: [basename(path)],
  }));
  return [
    ...missing,
    ...unreadable,
    ...dangling,
    ...linkTexts,
    ...expansion.unmatched.map(remarkOnUnmatched),
    ...expansion.takenAway.map(remarkOnTakenAway),
  ];
}

function remarkOnDangling(path: string, cwd: string): Remark {
  const message = 'The link does not lead to a folder that can be read.';
  const hint = 'If a build creates the folder, build first; otherwise remove the link.';
  return {
    finding: finding('no-manifest', { file: displayPath(cwd, path), message, hint }),
    names: [basename(path)],
  };
}

export function unmatchedMessage(pattern: string): string {
  return `"${pattern}" matches no folder.`;
}

function remarkOnUnmatched(pattern: string): Remark {
  const message = unmatchedMessage(pattern);
  const hint = pattern.includes('\\')
    ? 'Separate folders with /, on Windows too.'
    : 'Correct the pattern in "extensions"; it is relative to the config file. If a build creates the folder, build first.';
  return { finding: finding('no-match', { message, hint }), names: [] };
}

function remarkOnTakenAway({ pattern, by }: Expansion['takenAway'][number]): Remark {
  const message = `"${pattern}" is excluded by "${by}", so what it contains is not deployed.`;
  const hint = `Remove "${by}" from "extensions" to deploy it, or "${pattern}" to exclude it.`;
  return { finding: finding('no-match', { message, hint }), names: [] };
}

/** Names are identities on the tenant: no two folders may have the same, or two that differ only in case. */
function findNameConflicts(
  candidates: readonly Candidate[],
  exclusionOf: (folder: string) => Exclusion,
): readonly Remark[] {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = candidate.name.toLowerCase();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [candidate]);
    else group.push(candidate);
  }
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => remarkOnTwins(group) ?? remarkOnDuplicates(group, exclusionOf));
}

function remarkOnTwins(group: readonly Candidate[]): Remark | undefined {
  const names = [...new Set(group.map((each) => each.name))];
  if (names.length === 1) return undefined;
  const folders = group.map((each) => each.displayFolder);
  const message = `The names ${names.join(' and ')} differ only in case, in ${folders.join(' and ')}.`;
  const hint = 'Rename one: Qlik and many disks cannot tell them apart.';
  return { finding: finding('case-twins', { ...placeOf(group), message, hint }), names };
}

function placeOf([first]: readonly Candidate[]): { readonly extension: string; readonly file: string } {
  if (first === undefined) return { extension: '', file: '' };
  return { extension: first.name, file: displayBelow(first.displayFolder, first.manifestFile) };
}

function remarkOnDuplicates(group: readonly Candidate[], exclusionOf: (folder: string) => Exclusion): Remark {
  const { extension, file } = placeOf(group);
  const folders = group.map((each) => each.displayFolder);
  const message = `${group.length} folders contain the extension ${extension}: ${folders.join(', ')}.`;
  const hint = hintOnDuplicates(group, exclusionOf);
  return { finding: finding('duplicate-name', { extension, file, message, hint }), names: [extension] };
}

function hintOnDuplicates(group: readonly Candidate[], exclusionOf: (folder: string) => Exclusion): string {
  const { keep, because } = chooseOne(group, copyOf);
  const kept = `Keep one, such as ${nameFolder(keep.displayFolder)}${because}`;
  const others = group.filter((each) => each !== keep);
  const exclusions = others.map(({ folder }) => exclusionOf(folder));
  const holder = others.find(({ folder }) => keep.folder.startsWith(`${folder}${sep}`));
  if (holder !== undefined && exclusionOf(holder.folder).add.length > 0) {
    return `${kept}: as it is in ${nameFolder(holder.displayFolder)}, name the folders to deploy in "extensions" one by one.`;
  }
  const [remove, add] = [exclusions.flatMap((each) => each.remove), exclusions.flatMap((each) => each.add)];
  const steps = [
    ...(add.length > 0 ? [`add ${add.map((each) => `"${each}"`).join(', ')} to "extensions"`] : []),
    ...(remove.length > 0
      ? [`remove ${remove.map((each) => `"${each}"`).join(', ')} from "extensions"`]
      : []),
  ];
  return `${kept}: ${steps.join(' and ')}.`;
}

function copyOf({ name, folder, displayFolder, manifestFile, entries }: Candidate): Copy {
  const isComplete = entries.some((entry) => entry.name === mainFileOf(name));
  return { folder: displayFolder, manifest: join(folder, manifestFile), isComplete };
}
