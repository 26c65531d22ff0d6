/**
 * Writes a tenant's archive to a new folder. Nothing in it is trusted: an archive that could put a file anywhere else, or
 * that not every disk can store, is refused as a whole before its first file is written.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type LineEndings, withEndings } from '../../core/content/line-endings.js';
import { digestOf, isDroppedByQlik } from '../../core/digest.js';
import { RefusedError } from '../../core/errors.js';
import { listNames } from '../../core/format.js';
import { stemOf } from '../../core/kind.js';
import type { LeftOutFile } from '../../core/model.js';
import type { PullObstacle } from '../../core/pull-obstacle.js';
import { shellOption } from '../../core/shell-word.js';
import { nameFile } from '../../core/system-error.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';
import { type ArchivedFile, openArchive, type PackedFile, sha256Of } from '../archive/archive.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { isNoise, namesIgnoredByDefault, whyPathLeftOut } from '../left-out.js';
import { makeFolders } from '../make-folders.js';
import { whyUnfit } from './portable-name.js';

interface Unpacking {
  /** The record's `qextFilename`: the archive must contain this `.qext` and no other beside it. */
  readonly name: string;
  /** Absolute; must not exist. */
  readonly folder: string;
  /** What an upload from the folder would leave out is not written either. */
  readonly rules: IgnoreRules;
  /** The line of "ignore" that leaves out one file of the extension. */
  readonly ignoreLine: (path: string) => string;
  /** Those that are content; files are written as they are. Absent: as the archive has them. */
  readonly lineEndings?: LineEndings;
}

type Rules = Pick<Unpacking, 'name' | 'rules' | 'ignoreLine'>;

export interface Unpacked {
  /** The written files, sorted by the UTF-8 bytes of `path`, including those that Qlik drops, such as a licence. */
  readonly files: readonly ArchivedFile[];
  readonly leftOut: readonly LeftOutFile[];
  /** The digest of the folder's content. */
  readonly digest: string;
  /** What a person should know about the archive, each a clause. */
  readonly notes: readonly string[];
}

/** @throws RefusedError for what must not or cannot be unpacked; the folder then does not exist, or contains a part of it */
export async function unpack(archive: Uint8Array, target: Unpacking): Promise<Unpacked> {
  try {
    return await unpackReadable(archive, target);
  } catch (error) {
    throw error instanceof UnreadableArchiveError ? refused(target.name, { why: error.why }) : error;
  }
}

/**
 * Why the folder would differ from the archive after it was unpacked there; `undefined` if it would not.
 *
 * @throws UnreadableArchiveError
 */
export function findObstacle(
  archive: Uint8Array,
  { name, rules, ignoreLine }: Rules,
): PullObstacle | undefined {
  const { files } = openArchive(archive);
  const { wanted, leftOut } = sortOut(files, rules);
  const refusal = findRefusal(name, wanted);
  if (refusal !== undefined) return { kind: 'refused', why: refusal.why };
  const missed = missedOf(leftOut);
  return missed.length === 0
    ? undefined
    : { kind: 'left-out', paths: missed, lines: linesFor(missed, ignoreLine) };
}

function sortOut(
  files: readonly PackedFile[],
  rules: IgnoreRules,
): { readonly wanted: readonly PackedFile[]; readonly leftOut: readonly LeftOutFile[] } {
  const leftOut = files.flatMap(({ path }) => leftOutOf(rules, path));
  const hidden = new Set(leftOut.map(({ path }) => path));
  return { wanted: files.filter(({ path }) => !hidden.has(path)), leftOut };
}

/** Files that an extension may load, though no upload includes them by default. */
function missedOf(leftOut: readonly LeftOutFile[]): readonly string[] {
  return leftOut.filter(({ why, path }) => why === 'default' && !isNoise(path)).map(({ path }) => path);
}

/** A line such as `node_modules/` below the folder: in this extension, at any depth, since packages contain packages. */
function linesFor(paths: readonly string[], ignoreLine: Unpacking['ignoreLine']): readonly string[] {
  const folder = ignoreLine('').replace(/\/?$/, '/');
  const names = paths.flatMap(namesIgnoredByDefault);
  return [...new Set(names)].map((name) => `!${folder}**/${name}`);
}

async function unpackReadable(
  archive: Uint8Array,
  { name, folder, rules, ignoreLine, lineEndings = 'as-is' }: Unpacking,
): Promise<Unpacked> {
  const { files: archived, outside } = openArchive(archive);
  const { wanted, leftOut } = sortOut(archived, rules);
  const refusal = findRefusal(name, wanted);
  if (refusal !== undefined) throw refused(name, refusal);
  mkdirSync(folder);
  const files: ArchivedFile[] = [];
  for (const file of wanted) files.push(await writeOne(folder, file, lineEndings));
  const notes = [
    ...noteMissed(missedOf(leftOut), ignoreLine),
    ...noteNested(wanted, ignoreLine),
    ...noteOutside(outside),
    ...noteGuessed(wanted),
  ];
  return { files, leftOut, digest: digestOf(files.filter(({ path }) => !isDroppedByQlik(path))), notes };
}

interface Refusal {
  /** What is wrong with the archive, as the end of a sentence that begins with "it". */
  readonly why: string;
  /** How its files can be put into a folder all the same, to follow a comma. */
  readonly way?: string;
}

function refused(name: string, { why, way }: Refusal): RefusedError {
  const how = way === undefined ? '' : `, ${way},`;
  return new RefusedError(`The archive of ${name} was not unpacked: it ${why}.`, {
    hint: `None of its files were put in place. Download it from the administration page, put its files into a folder of "extensions"${how} and qlik-sync apply ${shellOption('--adopt', name)} replaces it.`,
  });
}

function findRefusal(name: string, files: readonly PackedFile[]): Refusal | undefined {
  return findUnsafe(files) ?? findRepository(files) ?? findWrongManifest(name, files);
}

/** What only Qlik drops is written, as a licence belongs to the sources. */
function leftOutOf(rules: IgnoreRules, path: string): readonly LeftOutFile[] {
  const why = whyPathLeftOut(rules, path);
  return why === undefined || why === 'dropped-by-qlik' ? [] : [{ path, why }];
}

const longestPath = 800;

const fileTypes = 0o170000;

const regularFile = 0o100000;

function findUnsafe(files: readonly PackedFile[]): Refusal | undefined {
  const spellings = new Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>();
  for (const { path, mode } of files) {
    const problem = findProblem(path, mode) ?? findClash(path, spellings);
    if (problem !== undefined)
      return { ...problem, why: `contains ${JSON.stringify(path)}, which ${problem.why}` };
  }
  return undefined;
}

const renamed = 'that one under another name';

function findProblem(path: string, mode: number): Refusal | undefined {
  const type = mode & fileTypes;
  if (type !== 0 && type !== regularFile)
    return { why: 'is a link or a special file', way: 'a real file in the place of that one' };
  if (Buffer.byteLength(path) > longestPath)
    return { why: `is longer than ${longestPath} bytes`, way: 'that one at a shorter path' };
  const why = path
    .split('/')
    .map(whyUnfit)
    .find((each) => each !== undefined);
  return why === undefined ? undefined : { why, way: renamed };
}

/** git takes a folder with these for a repository, and its next command there would run what its `config` names. */
function findRepository(files: readonly PackedFile[]): Refusal | undefined {
  const paths = files.map(({ path }) => path.toLowerCase());
  const heads = paths.filter((path) => path === 'head' || path.endsWith('/head'));
  const found = heads.find((head) => {
    const folder = head.slice(0, -'head'.length);
    return paths.some((path) => path === `${folder}commondir` || path.startsWith(`${folder}objects/`));
  });
  if (found === undefined) return undefined;
  const why = `contains ${JSON.stringify(found)}, which makes its folder a git repository`;
  return { why, way: 'without that one' };
}

/** Two spellings of one name, or a file where another file's folder would be. */
function findClash(
  path: string,
  spellings: Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>,
): Refusal | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const kind = length === parts.length ? 'file' : 'folder';
    const other = spellings.get(part.toLowerCase());
    if (other === undefined) spellings.set(part.toLowerCase(), { path: part, kind });
    else if (other.path !== part)
      return { why: `differs only in case from ${JSON.stringify(other.path)}`, way: renamed };
    else if (other.kind !== kind || kind === 'file')
      return { why: 'is a file and a folder at once', way: renamed };
  }
  return undefined;
}

/** A folder is identified by its `.qext`: with another name it would be another extension. */
function findWrongManifest(name: string, files: readonly PackedFile[]): Refusal | undefined {
  const manifests = files.map(({ path }) => path).filter((path) => /^[^/.][^/]*\.qext$/.test(path));
  const [only, ...others] = manifests;
  const wanted = `${stemOf(name)}.qext`;
  if (only === wanted.normalize('NFC') && others.length === 0) return undefined;
  const why = `contains ${manifests.join(', ') || 'no .qext'} instead of only ${wanted}`;
  return { why, way: `${wanted} alone in the place of those` };
}

async function writeOne(folder: string, file: PackedFile, lineEndings: LineEndings): Promise<ArchivedFile> {
  const content = await file.read();
  const place = join(folder, file.path);
  makeFolders(dirname(place));
  try {
    writeFileSync(place, content, { flag: 'wx' });
  } catch (error) {
    throw nameFile(error, place);
  }
  return { path: file.path, bytes: content.length, sha256: sha256Of(withEndings(content, lineEndings)) };
}

/** For Qlik the archive is one extension; for us a folder with two manifests is not one. */
function noteNested(files: readonly PackedFile[], ignoreLine: Unpacking['ignoreLine']): readonly string[] {
  const nested = files.map(({ path }) => path).filter((path) => /\/[^/.][^/]*\.qext$/.test(path));
  if (nested.length === 0) return [];
  const lines = nested.map((path) => JSON.stringify(ignoreLine(path)));
  return [
    `it contains ${listNames(nested, mostNamed)} as well, and no plan is made with two .qext files in a folder: add ${lines.join(', ')} to "ignore" in the config`,
  ];
}

/** Without them the folder has different content, and may lack what the extension loads. */
function noteMissed(missed: readonly string[], ignoreLine: Unpacking['ignoreLine']): readonly string[] {
  if (missed.length === 0) return [];
  const lines = linesFor(missed, ignoreLine).map((line) => JSON.stringify(line));
  return [
    `left out by default: ${listNames(missed, mostNamed)}; add ${lines.join(', ')} to "ignore" in the config and pull again if the extension needs that`,
  ];
}

function noteOutside(outside: readonly string[]): readonly string[] {
  if (outside.length === 0) return [];
  return [`not written, because outside the folder of the .qext: ${listNames(outside, mostNamed)}`];
}

function noteGuessed(files: readonly PackedFile[]): readonly string[] {
  const guessed = files.filter(({ encoding }) => encoding === 'cp437').map(({ path }) => path);
  if (guessed.length === 0) return [];
  return [
    `the archive does not say how names are encoded; read as code page 437: ${listNames(guessed, mostNamed)}`,
  ];
}

const mostNamed = 5;
