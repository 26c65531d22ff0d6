/** Whether a folder that a pattern matched is an extension, and what to report where it is not. */

import { type Dirent, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { UnreadFolder } from '../../core/model.js';
import { finding } from '../../core/rules/catalogue.js';
import { reasonOf } from '../../core/system-error.js';
import { displayBelow, displayPath } from '../display.js';
import type { Candidate, Remark } from './candidate.js';
import type { FoundFolder } from './expand-folders.js';
import { findNestedManifest, isManifestName } from './nested-manifest.js';
import { isHidden } from './pattern.js';

interface InspectedFolder {
  readonly candidate?: Candidate;
  readonly remark?: Remark;
  readonly unclear?: readonly string[];
  readonly unread?: UnreadFolder;
}

export function inspectFolder(
  found: FoundFolder,
  cwd: string,
  realPathOf: (path: string) => string,
): InspectedFolder {
  const displayFolder = displayPath(cwd, found.path);
  try {
    const outside = leadsOutside(found, realPathOf);
    if (outside !== undefined) return { remark: remarkOnOutside(found, displayFolder, outside) };
    const entries = readdirSync(found.path, { withFileTypes: true });
    const manifests = entries.filter((entry) => isManifest(found.path, entry)).map((entry) => entry.name);
    return judgeManifests(found, displayFolder, manifests.sort(), entries);
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
function leadsOutside({ path, base }: FoundFolder, realPathOf: (path: string) => string): string | undefined {
  const realBase = realPathOf(base);
  const prefix = realBase.endsWith(sep) ? realBase : realBase + sep;
  const isLink = path === base || lstatSync(path).isSymbolicLink();
  const real = realPathOf(isLink ? path : dirname(path));
  if (real === realBase || real.startsWith(prefix)) return undefined;
  return isLink ? real : join(real, basename(path));
}

/** Remembers results, as most folders share a parent. */
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
): InspectedFolder {
  const [manifestFile, ...others] = manifests;
  if (manifestFile === undefined) return judgeEmpty(found, displayFolder, entries);
  const name = stemOf(manifestFile);
  if (others.length === 0) {
    return { candidate: { name, folder: found.path, displayFolder, manifestFile, entries } };
  }
  const names = manifests.map(stemOf);
  const message = `The folder contains ${manifests.length} .qext files: ${manifests.join(', ')}.`;
  const hint = 'Give each extension a folder of its own.';
  return {
    remark: { finding: finding('several-manifests', { file: displayFolder, message, hint }), names },
    unclear: names,
  };
}

function stemOf(manifestFile: string): string {
  return manifestFile.slice(0, -'.qext'.length).normalize('NFC');
}

/**
 * A folder that only a wildcard matched may not be meant as an extension: it gets the rule's own severity. One that is
 * named, or looks like an unbuilt extension, is an error: its name is unknown, and `prune` would delete the extension.
 */
function judgeEmpty(found: FoundFolder, displayFolder: string, entries: readonly Dirent[]): InspectedFolder {
  if (found.how === 'searched') return {};
  const nested = findNestedManifest(found.path, entries);
  const isUnbuilt = nested !== undefined || entries.some((entry) => entry.name === 'package.json');
  const remark = finding('no-manifest', {
    ...(found.how === 'named' || isUnbuilt ? { severity: 'error' as const } : {}),
    file: displayFolder,
    message: 'The folder contains no .qext file.',
    hint: hintForEmpty(found, displayFolder, nested, entries),
  });
  const name = basename(found.path);
  const standsForAny = found.how === 'named' || isUnbuilt || entries.every((entry) => isHidden(entry.name));
  const unread = standsForAny ? { displayFolder } : { displayFolder, name: name.normalize('NFC') };
  return { remark: { finding: remark, names: [name] }, unread };
}

function hintForEmpty(
  found: FoundFolder,
  displayFolder: string,
  nested: string | undefined,
  entries: readonly Dirent[],
): string {
  const misspelled = entries.find((entry) => entry.name.toLowerCase().endsWith('.qext') && entry.isFile());
  if (misspelled !== undefined) return `Rename ${misspelled.name}: the suffix is .qext, in lower case.`;
  if (nested !== undefined) {
    const folder = displayBelow(displayFolder, nested.slice(0, nested.lastIndexOf('/')));
    return `There is ${displayBelow(displayFolder, nested)}: name the folder ${folder} in "extensions".`;
  }
  if (entries.some((entry) => entry.name === 'package.json')) return 'Build the extension first.';
  return found.how === 'named'
    ? 'Correct the path in "extensions".'
    : 'If it is not an extension, exclude it with "!" before its path in "extensions".';
}
