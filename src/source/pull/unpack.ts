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
import type { LeftOutFile } from '../../core/model.js';
import { shellOption } from '../../core/shell-word.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';
import { type ArchivedFile, openArchive, type PackedFile, sha256Of } from '../archive/archive.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { whyPathLeftOut } from '../left-out.js';
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

export interface Unpacked {
  /** The written files, sorted by the UTF-8 bytes of `path`, including those that Qlik drops, such as a licence. */
  readonly files: readonly ArchivedFile[];
  readonly leftOut: readonly LeftOutFile[];
  /** The digest of the folder's content. */
  readonly digest: string;
  /** What a person should know of the archive, each a clause. */
  readonly notes: readonly string[];
}

/** @throws RefusedError for what must not or cannot be unpacked; the folder then does not exist, or contains a part of it */
export async function unpack(archive: Uint8Array, target: Unpacking): Promise<Unpacked> {
  try {
    return await unpackReadable(archive, target);
  } catch (error) {
    throw error instanceof UnreadableArchiveError ? refused(target.name, error.why) : error;
  }
}

async function unpackReadable(
  archive: Uint8Array,
  { name, folder, rules, ignoreLine, lineEndings = 'as-is' }: Unpacking,
): Promise<Unpacked> {
  const { files: archived, outside } = openArchive(archive);
  const leftOut = archived.flatMap(({ path }) => leftOutOf(rules, path));
  const hidden = new Set(leftOut.map(({ path }) => path));
  const wanted = archived.filter(({ path }) => !hidden.has(path));
  assertSafe(name, wanted);
  assertNoRepository(name, wanted);
  assertManifest(name, wanted);
  mkdirSync(folder);
  const files: ArchivedFile[] = [];
  for (const file of wanted) files.push(await writeOne(folder, file, lineEndings));
  const notes = [...noteNested(wanted, ignoreLine), ...noteOutside(outside), ...noteGuessed(wanted)];
  return { files, leftOut, digest: digestOf(files.filter(({ path }) => !isDroppedByQlik(path))), notes };
}

/** @param reason what is wrong with the archive, the end of a sentence */
function refused(name: string, reason: string): RefusedError {
  return new RefusedError(`The archive of ${name} was not unpacked: it ${reason}.`, {
    hint: `None of its files were put in place. Download it from the administration page, put its files into a folder of "extensions", and qlik-sync apply ${shellOption('--adopt', name)} replaces it.`,
  });
}

/** What only Qlik drops is written, as a licence belongs to the sources. */
function leftOutOf(rules: IgnoreRules, path: string): readonly LeftOutFile[] {
  const why = whyPathLeftOut(rules, path);
  return why === undefined || why === 'dropped-by-qlik' ? [] : [{ path, why }];
}

const longestPath = 800;

const fileTypes = 0o170000;

const regularFile = 0o100000;

function assertSafe(name: string, files: readonly PackedFile[]): void {
  const spellings = new Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>();
  for (const { path, mode } of files) {
    const problem = findProblem(path, mode) ?? findClash(path, spellings);
    if (problem !== undefined) throw refused(name, `contains ${JSON.stringify(path)}, which ${problem}`);
  }
}

function findProblem(path: string, mode: number): string | undefined {
  const type = mode & fileTypes;
  if (type !== 0 && type !== regularFile) return 'is a link or a special file';
  if (Buffer.byteLength(path) > longestPath) return `is longer than ${longestPath} bytes`;
  return path
    .split('/')
    .map(whyUnfit)
    .find((why) => why !== undefined);
}

/** git takes a folder with these for a repository, and its next command there would run what its `config` names. */
function assertNoRepository(name: string, files: readonly PackedFile[]): void {
  const paths = files.map(({ path }) => path.toLowerCase());
  const heads = paths.filter((path) => path === 'head' || path.endsWith('/head'));
  const found = heads.find((head) => {
    const folder = head.slice(0, -'head'.length);
    return paths.some((path) => path === `${folder}commondir` || path.startsWith(`${folder}objects/`));
  });
  if (found === undefined) return;
  throw refused(name, `contains ${JSON.stringify(found)}, which makes its folder a git repository`);
}

/** Two spellings of one name, or a file where another file's folder would be. */
function findClash(
  path: string,
  spellings: Map<string, { readonly path: string; readonly kind: 'file' | 'folder' }>,
): string | undefined {
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const part = parts.slice(0, length).join('/');
    const kind = length === parts.length ? 'file' : 'folder';
    const other = spellings.get(part.toLowerCase());
    if (other === undefined) spellings.set(part.toLowerCase(), { path: part, kind });
    else if (other.path !== part) return `differs only in case from ${JSON.stringify(other.path)}`;
    else if (other.kind !== kind || kind === 'file') return 'is a file and a folder at once';
  }
  return undefined;
}

/** A folder is identified by its `.qext`: with another name it would be another extension. */
function assertManifest(name: string, files: readonly PackedFile[]): void {
  const manifests = files.map(({ path }) => path).filter((path) => /^[^/.][^/]*\.qext$/.test(path));
  const [only, ...others] = manifests;
  if (only === `${name}.qext`.normalize('NFC') && others.length === 0) return;
  throw refused(name, `contains ${manifests.join(', ') || 'no .qext'} instead of only ${name}.qext`);
}

async function writeOne(folder: string, file: PackedFile, lineEndings: LineEndings): Promise<ArchivedFile> {
  const content = await file.read();
  const place = join(folder, file.path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content, { flag: 'wx' });
  return { path: file.path, bytes: content.length, sha256: sha256Of(withEndings(content, lineEndings)) };
}

/** The archive is one extension to Qlik; a folder with two manifests is none to us. */
function noteNested(files: readonly PackedFile[], ignoreLine: Unpacking['ignoreLine']): readonly string[] {
  const nested = files.map(({ path }) => path).filter((path) => /\/[^/.][^/]*\.qext$/.test(path));
  if (nested.length === 0) return [];
  const lines = nested.map((path) => JSON.stringify(ignoreLine(path)));
  return [
    `it contains ${listNames(nested, mostNamed)} as well, and no plan is made with two .qext files in a folder: add ${lines.join(', ')} to "ignore" in the config`,
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
