/** Whether a folder that a pattern matched is an extension, and what to report if it is not. */

import { type Dirent, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { displayBelow, nameFolder } from '../../core/format.js';
import { mainFileOf, nameOf, stemOf } from '../../core/kind.js';
import { finding } from '../../core/rules/catalogue.js';
import { reasonOf } from '../../core/system-error.js';
import { displayPath } from '../display.js';
import type { Candidate, Remark } from './candidate.js';
import type { FoundFolder, ListFolder } from './expand-folders.js';
import { isHeldBy, isManifestName, nameIn } from './nested-manifest.js';
import { isHidden, spellPattern } from './pattern.js';
import { chooseFolders, type SurveyedExtension, surveyTree } from './survey.js';

export interface InspectedFolder {
  readonly candidate?: Candidate;
  readonly remark?: Remark;
  readonly unclear?: readonly string[];
  /** Without a `.qext`. */
  readonly unread?: HalfBuilt;
}

export interface HalfBuilt {
  /** Absolute. */
  readonly path: string;
  readonly how: FoundFolder['how'];
  /** The stems that it can hold; absent if it may hold any. */
  readonly names?: readonly string[];
}

interface Inspecting {
  /** Absolute: patterns are relative to it. */
  readonly root: string;
  /** Absolute: displayed paths are relative to it. */
  readonly cwd: string;
  readonly realPathOf: (path: string) => string;
  readonly list: ListFolder;
  /** Whether a `!` excludes a folder, given as an absolute path. */
  readonly isExcluded: (path: string) => boolean;
}

export function inspectFolder(found: FoundFolder, inspecting: Inspecting): InspectedFolder {
  const { cwd, realPathOf, list } = inspecting;
  const displayFolder = displayPath(cwd, found.path);
  try {
    const outside = leadsOutside(found, realPathOf);
    if (outside !== undefined) return { remark: remarkOnOutside(found, displayFolder, outside) };
    const entries = list(found.path);
    const manifests = entries.filter((entry) => isManifest(found.path, entry)).map((entry) => entry.name);
    return judgeManifests(found, displayFolder, manifests.sort(), entries, inspecting);
  } catch (error) {
    const message = `The folder cannot be read: ${reasonOf(error)}.`;
    const remark = {
      finding: finding('unreadable', { file: displayFolder, message }),
      names: [basename(found.path)],
    };
    return { remark };
  }
}

/** The real path of a folder that links lead out of the pattern's base. */
function leadsOutside(
  { path, base, isListed }: FoundFolder,
  realPathOf: (path: string) => string,
): string | undefined {
  const realBase = realPathOf(base);
  const prefix = realBase.endsWith(sep) ? realBase : realBase + sep;
  const isLink = path === base || (!isListed && lstatSync(path).isSymbolicLink());
  const real = realPathOf(isLink ? path : dirname(path));
  if (real === realBase || real.startsWith(prefix)) return undefined;
  return isLink ? real : join(real, basename(path));
}

/** Remembers results, as most folders have the same parent. */
export function rememberRealPaths(): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    const real = known.get(path) ?? realpathSync.native(path);
    known.set(path, real);
    return real;
  };
}

function remarkOnOutside(found: FoundFolder, file: string, target: string): Remark {
  const message = `The folder is a link that leads out of the project, to ${target}.`;
  const hint = 'Name the real folder in "extensions", or copy it into the project.';
  return { finding: finding('symlink-outside', { file, message, hint }), names: [basename(found.path)] };
}

function isManifest(folder: string, entry: Dirent): boolean {
  if (!isManifestName(entry.name)) return false;
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(`${folder}/${entry.name}`, { throwIfNoEntry: false })?.isFile() ?? false;
}

function judgeManifests(
  found: FoundFolder,
  displayFolder: string,
  manifests: readonly string[],
  entries: readonly Dirent[],
  inspecting: Inspecting,
): InspectedFolder {
  const [manifestFile, ...others] = manifests;
  if (manifestFile === undefined) return judgeEmpty(found, displayFolder, entries, inspecting);
  const nameFrom = (manifest: string): string => nameIn(found.path, manifest, isHeldBy(entries));
  if (others.length === 0) {
    const name = nameFrom(manifestFile);
    return { candidate: { name, folder: found.path, displayFolder, manifestFile, entries } };
  }
  const names = manifests.map(nameFrom);
  const message = `The folder contains ${manifests.length} .qext files: ${manifests.join(', ')}.`;
  const hint = 'Give each extension a folder of its own.';
  return {
    remark: { finding: finding('several-manifests', { file: displayFolder, message, hint }), names },
    unclear: names,
  };
}

/**
 * A folder that only a wildcard matched may not be meant as an extension: it gets the rule's own severity. One that is
 * named, or looks like an unbuilt extension, is an error: its name is unknown, and `prune` would delete the extension.
 */
function judgeEmpty(
  found: FoundFolder,
  displayFolder: string,
  entries: readonly Dirent[],
  { root, isExcluded }: Inspecting,
): InspectedFolder {
  if (found.how === 'searched') return judgeSearched(found, entries);
  const below = surveyTree(found.path).extensions;
  const nested = chooseFolders(below.filter(({ folder }) => !isExcluded(join(found.path, folder))));
  if (nested.length === 0 && below.length > 0) return {};
  const isUnbuilt = nested.length > 0 || entries.some((entry) => entry.name === 'package.json');
  const remark = finding('no-manifest', {
    ...(found.how === 'named' || isUnbuilt ? { severity: 'error' as const } : {}),
    file: displayFolder,
    message: 'The folder contains no .qext file.',
    hint:
      hintOnNested(nested, displayFolder, displayPath(root, found.path)) ??
      hintOnFiles(entries, found.path, displayFolder) ??
      hintOnPattern(found, root),
  });
  const { path, how } = found;
  const mayHoldAny = how === 'named' || found.folderName === 'fixed' || isUnbuilt || isAsGoodAsEmpty(entries);
  return {
    remark: { finding: remark, names: [basename(path)] },
    unread: mayHoldAny
      ? { path, how }
      : { path, how, names: [...new Set([basename(path).normalize('NFC'), ...stemsIn(entries)])] },
  };
}

function isAsGoodAsEmpty(entries: readonly Dirent[]): boolean {
  return entries.every((entry) => isHidden(entry.name));
}

/** Hardly any of these folders belongs to an extension, so only their files can show it. */
function judgeSearched({ path, how, folderName }: FoundFolder, entries: readonly Dirent[]): InspectedFolder {
  if (folderName === 'fixed' && isAsGoodAsEmpty(entries)) return { unread: { path, how } };
  const isTheme = entries.some(({ name }) => name === themeFile);
  const scripts = stemsIn(entries.filter((entry) => entry.name.endsWith('.js')));
  const names = isTheme ? [...scripts, basename(path).normalize('NFC')] : scripts;
  return names.length === 0 ? {} : { unread: { path, how, names } };
}

const themeFile = mainFileOf(nameOf('theme', ''));

/** An extension and its entry script have the same name. */
function stemsIn(entries: readonly Dirent[]): readonly string[] {
  const files = entries.filter((entry) => !entry.isDirectory() && !isHidden(entry.name));
  return [...new Set(files.map(({ name }) => name.replace(/\.[^.]*$/, '').normalize('NFC')))];
}

/** @param patternFolder the folder as the config would name it */
function hintOnNested(
  nested: readonly SurveyedExtension[],
  displayFolder: string,
  patternFolder: string,
): string | undefined {
  const [first, ...others] = nested;
  if (first === undefined) return undefined;
  const folders = nested.map(({ folder }) => spellPattern(displayBelow(patternFolder, folder)));
  const manifest = displayBelow(displayFolder, `${first.folder}/${stemOf(first.name)}.qext`);
  return others.length === 0
    ? `There is ${manifest}: name the folder ${folders[0]} in "extensions".`
    : `There are ${nested.length} extensions below it: name the folders ${folders.join(', ')} in "extensions".`;
}

/** Windows hides a suffix that it knows; editors and people keep copies. */
const furtherSuffix = /\.qext(?:\.(?:txt|json|bak|old|orig|backup|copy|tmp|disabled)|~)$/i;

const archiveSuffix = /\.(?:zip|7z|rar|tar|tgz|tar\.(?:gz|bz2|xz|zst))$/i;

function hintOnFiles(entries: readonly Dirent[], folder: string, displayFolder: string): string | undefined {
  const link = entries.find((entry) => entry.isSymbolicLink() && isManifestName(entry.name));
  if (link !== undefined) return `Replace the link ${link.name} with the file.`;
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const named = files.filter((name) => !isNoise(name));
  const misspelled = named.find((name) => /[^.]\.qext$/i.test(name) && !isHidden(name));
  if (misspelled !== undefined) return `Rename ${misspelled}: the suffix is .qext, in lower case.`;
  const [other] = [/^\.qext$/i, /\.qext$/i, furtherSuffix].flatMap(
    (form) => named.find((name) => form.test(name)) ?? [],
  );
  if (other !== undefined) return `There is ${other}: rename it to ${manifestNameFor(other, files, folder)}.`;
  if (files.includes('package.json')) return 'Build the extension first.';
  const [zip, ...others] = entries.filter((entry) => !isHidden(entry.name));
  if (zip === undefined || others.length > 0 || !archiveSuffix.test(zip.name)) return undefined;
  return `There is only ${zip.name}: unpack it, so that its .qext is in ${nameFolder(displayFolder)}.`;
}

/** Finder's and Office's companion files. */
function isNoise(name: string): boolean {
  return name.startsWith('._') || name.startsWith('~$');
}

/** A file that is nothing but a suffix is named after the only script, as Qlik requires, else after its folder. */
function manifestNameFor(name: string, files: readonly string[], folder: string): string {
  const stem = name
    .replace(furtherSuffix, '')
    .replace(/\.qext$/i, '')
    .replace(/^\.+/, '');
  if (stem !== '') return `${stem}.qext`;
  const [script, ...others] = files.filter((each) => /[^.]\.js$/i.test(each) && !isHidden(each));
  const only = others.length === 0 ? script?.replace(/\.js$/i, '') : undefined;
  return `${only ?? basename(folder)}.qext`;
}

function hintOnPattern({ how, pattern, path }: FoundFolder, root: string): string {
  return how === 'named'
    ? `Correct "${pattern}" in "extensions", or remove it.`
    : `If it is not an extension, add "!${spellPattern(displayPath(root, path))}" to "extensions".`;
}
