/** Where `pull` writes an extension: to the folder that already contains it, or to a new one beside the others. */

import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, normalize, relative, sep } from 'node:path';
import type { LineEndings } from '../../core/content/line-endings.js';
import { RefusedError, UserError } from '../../core/errors.js';
import { nameFolder } from '../../core/format.js';
import { type Kind, kindOf, stemOf } from '../../core/kind.js';
import type { DesiredExtension } from '../../core/model.js';
import { shellWord } from '../../core/shell-word.js';
import type { Candidate } from '../discover/candidate.js';
import { discover } from '../discover/discover.js';
import { listAnew } from '../discover/expand-folders.js';
import { inspectFolder, rememberRealPaths } from '../discover/inspect-folder.js';
import { compilePattern, type FolderPattern, type Segment } from '../discover/pattern.js';
import { displayPath } from '../display.js';
import { type IgnoreRules, ignoreLineOf, prepareIgnoreRules } from '../ignore-rules.js';
import { leaveOutOwn, noOwnFiles, type OwnFiles } from '../own-files.js';
import { readExtension } from '../read/read-extension.js';
import { createFileReader } from '../read/read-file.js';
import { whyUnfit } from './portable-name.js';

export interface Destination {
  /** Absolute. */
  readonly folder: string;
  /** Relative to the working directory, with `/`. */
  readonly displayFolder: string;
  readonly rules: IgnoreRules;
  /** The line of "ignore" that leaves out one file. @param path relative to the folder, with `/` */
  readonly ignoreLine: (path: string) => string;
  /** The extension that the folder already contains; absent if the folder does not exist or is empty. */
  readonly existing?: DesiredExtension;
  /** Those that are content. */
  readonly lineEndings: LineEndings;
  /** Whether the config's patterns find the folder. */
  readonly found: 'yes' | 'no';
}

interface DestinationOptions {
  /** Absolute: the config file's folder. */
  readonly root: string;
  /** Absolute: displayed paths are relative to it. */
  readonly cwd: string;
  /** The config's folder patterns. */
  readonly extensions: readonly string[];
  /** gitignore patterns. */
  readonly ignore: readonly string[];
  /** What this run reads and writes itself: no archive replaces it. */
  readonly own: OwnFiles;
  readonly lineEndings: LineEndings;
  /** All that are written in this run. */
  readonly names: readonly string[];
  /** Absolute: the folder that gets one folder for each extension, instead of the config's. */
  readonly to?: string;
}

/** @throws RefusedError if the name or an existing file prevents it */
export type FindDestination = (name: string) => Promise<Destination>;

/** @throws UserError if the config does not say where a new folder belongs; SourceError */
export async function prepareDestinations(options: DestinationOptions): Promise<FindDestination> {
  const { root, cwd, to, lineEndings } = options;
  const discovery = await discover(root, cwd, options.extensions);
  const patterns = (
    await Promise.all(options.extensions.map((source) => compilePattern(source, root)))
  ).flat();
  const rulesFor = prepareIgnoreRules({
    root,
    displayRoot: displayPath(cwd, root),
    patterns: options.ignore,
  });
  return async (name) => {
    assertFit(stemOf(name));
    assertClear(name, discovery.unclear);
    const known = discovery.candidates.find((candidate) => candidate.name === name);
    const candidate = known !== undefined && isBelow(known.folder, to) ? known : undefined;
    const placeFor = (each: string): string => join(to ?? newFoldersOf(patterns, kindOf(each)), stemOf(each));
    const isTaken = (place: string): boolean =>
      discovery.candidates.some((each) => each.name !== name && each.folder === place) ||
      options.names.some((each) => kindOf(each) !== 'theme' && placeFor(each) === place);
    // A theme beside an extension of the same stem has a folder of its own.
    const freshFolder = (): string => {
      const own = placeFor(name);
      return kindOf(name) === 'theme' && isTaken(own) ? `${own}-theme` : own;
    };
    const folder = candidate?.folder ?? freshFolder();
    assertOnly(name, folder, discovery.candidates, patterns, cwd);
    const holder = candidate ?? inspect(name, folder, root, cwd);
    const displayFolder = displayPath(cwd, folder);
    const place = { folder, displayFolder, lineEndings, found: isFound(folder, patterns) };
    const all = await rulesFor(
      holder ?? { name, manifestFile: `${stemOf(name)}.qext`, entries: [], ...place },
    );
    const rules = leaveOutOwn(all, folder, options.own);
    const ignoreLine = (path: string): string => ignoreLineOf(root, folder, path);
    if (holder === undefined) return { ...place, rules, ignoreLine };
    return { ...place, rules, ignoreLine, existing: readExisting(holder, rules, lineEndings) };
  };
}

function assertFit(name: string): void {
  const why = name.startsWith('.')
    ? 'begins with a dot, and no pattern finds hidden folders'
    : whyUnfit(name);
  if (why === undefined) return;
  throw new RefusedError(`A folder cannot be named ${JSON.stringify(name)}: the name ${why}.`, {
    hint: 'Rename it on the tenant, or leave it there.',
  });
}

function assertClear(name: string, unclear: readonly string[]): void {
  if (!unclear.includes(name)) return;
  throw new RefusedError(`Several folders contain ${name}, so it is not clear which one to update.`, {
    hint: 'qlik-sync validate lists them.',
  });
}

function isBelow(folder: string, to: string | undefined): boolean {
  return to === undefined || folder === to || folder.startsWith(to.endsWith(sep) ? to : to + sep);
}

/**
 * The folder before the first wildcard, such as `extensions` of `extensions/*`. A folder that is called `themes` is for
 * themes, if there are others.
 */
function newFoldersOf(patterns: readonly FolderPattern[], kind: Kind): string {
  const open = openFoldersOf(patterns);
  const fits = (folder: string): boolean => /^themes?$/i.test(basename(folder)) === (kind === 'theme');
  const chosen = open.find(fits) ?? open[0];
  if (chosen !== undefined) return chosen;
  throw new UserError('The config does not say where new extensions belong.', {
    hint: 'Give --to <dir>, or a pattern such as extensions/* in "extensions".',
  });
}

function openFoldersOf(patterns: readonly FolderPattern[]): readonly string[] {
  return patterns.flatMap(({ base, segments, negative }) => {
    const names = segments.flatMap((segment) => (segment.kind === 'literal' ? [segment.name] : []));
    const endsOpen = names.length === segments.length - 1 && segments.at(-1)?.kind !== 'literal';
    return endsOpen && !negative ? [normalize(join(base, ...names))] : [];
  });
}

/** A second folder with the same name, or one that differs only in case, would make both unusable. */
function assertOnly(
  name: string,
  folder: string,
  candidates: readonly Candidate[],
  patterns: readonly FolderPattern[],
  cwd: string,
): void {
  const twin = candidates.find(
    (candidate) => candidate.name.toLowerCase() === name.toLowerCase() && candidate.folder !== folder,
  );
  if (twin === undefined || isFound(folder, patterns) === 'no') return;
  const place = displayPath(cwd, twin.folder);
  throw new RefusedError(`${twin.name} is already in ${place}.`, {
    hint:
      twin.name === name
        ? 'Without --to it is updated there.'
        : 'The two names differ only in case, which Qlik and many disks cannot tell apart.',
  });
}

function isFound(folder: string, patterns: readonly FolderPattern[]): Destination['found'] {
  const matching = patterns.filter(({ base, segments }) => matches(segments, partsBelow(base, folder)));
  return matching.length > 0 && matching.every(({ negative }) => !negative) ? 'yes' : 'no';
}

function partsBelow(base: string, folder: string): readonly string[] {
  const below = relative(base, folder);
  return below === '' ? [] : below.split(sep);
}

function matches(segments: readonly Segment[], parts: readonly string[]): boolean {
  const [segment, ...rest] = segments;
  if (segment === undefined) return parts.length === 0;
  if (segment.kind === 'deep') {
    return matches(rest, parts) || (parts.length > 0 && matches(segments, parts.slice(1)));
  }
  const [part, ...deeper] = parts;
  if (part === undefined) return false;
  return (
    (segment.kind === 'literal' ? segment.name === part : segment.matches(part)) && matches(rest, deeper)
  );
}

/** The extension that already exists where a new folder would go. */
function inspect(name: string, folder: string, root: string, cwd: string): Candidate | undefined {
  if (!existsSync(folder) || isEmpty(folder)) return undefined;
  const found = {
    path: folder,
    pattern: '',
    how: 'named',
    folderName: 'fixed',
    isListed: false,
    base: dirname(folder),
  } as const;
  const looking = { root, cwd, realPathOf: rememberRealPaths(), list: listAnew, isExcluded: () => false };
  const { candidate } = inspectFolder(found, looking);
  if (candidate?.name === name) return candidate;
  throw new RefusedError(`${displayPath(cwd, folder)} already exists and does not contain ${name}.`, {
    hint: `Move ${basename(folder)} away, or give --to <dir>.`,
  });
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}

function readExisting(candidate: Candidate, rules: IgnoreRules, lineEndings: LineEndings): DesiredExtension {
  const reading = readExtension(candidate, rules, {
    ...{ readFile: createFileReader(lineEndings), lineEndings, own: noOwnFiles },
    index: undefined,
  });
  if (reading.kind === 'extension') return reading.extension;
  const why =
    reading.kind === 'skipped'
      ? reading.skipped.reason
      : (reading.findings.find(({ severity }) => severity === 'error')?.message ?? 'it cannot be read');
  throw new RefusedError(`${nameFolder(candidate.displayFolder, 'start')} cannot be updated: ${why}`, {
    hint: `qlik-sync validate ${shellWord(candidate.name)} says more; remove the folder to have it written again.`,
  });
}
