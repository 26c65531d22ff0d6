/**
 * Writes a tenant's archive to a new folder. Nothing in it is trusted: an archive that could put a file anywhere else, or
 * that not every disk can store, is refused as a whole before its first file is written.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf } from '../../core/digest.js';
import { RefusedError } from '../../core/errors.js';
import type { LeftOutFile } from '../../core/model.js';
import { type ArchivedFile, openArchive, type PackedFile, sha256Of } from '../archive/archive.js';
import type { IgnoreRules } from '../ignore-rules.js';
import { isDroppedByQlik, whyPathLeftOut } from '../left-out.js';

interface Unpacking {
  /** The record's `qextFilename`: the archive must contain this `.qext` and no other beside it. */
  readonly name: string;
  /** Absolute; must not exist. */
  readonly folder: string;
  /** What an upload from the folder would leave out is not written either. */
  readonly rules: IgnoreRules;
}

export interface Unpacked {
  /** The written files, sorted by the UTF-8 bytes of `path`, including those that Qlik drops, such as a licence. */
  readonly files: readonly ArchivedFile[];
  readonly leftOut: readonly LeftOutFile[];
  /** The digest of the folder's content. */
  readonly digest: string;
}

/** @throws RefusedError for what must not be unpacked; the folder then does not exist, or contains a part of it */
export async function unpack(archive: Uint8Array, { name, folder, rules }: Unpacking): Promise<Unpacked> {
  const opened = openArchive(archive);
  if (opened === undefined) {
    throw refused(name, 'is damaged, too large, or ambiguous');
  }
  const leftOut = opened.flatMap(({ path }) => leftOutOf(rules, path));
  const hidden = new Set(leftOut.map(({ path }) => path));
  const wanted = opened.filter(({ path }) => !hidden.has(path));
  assertSafe(name, wanted);
  assertNoRepository(name, wanted);
  assertManifest(name, wanted);
  mkdirSync(folder);
  const files: ArchivedFile[] = [];
  for (const file of wanted) files.push(await writeOne(name, folder, file));
  const content = files.filter(({ path }) => !isDroppedByQlik(path));
  return { files, leftOut, digest: digestOf(content) };
}

function refused(name: string, reason: string): RefusedError {
  return new RefusedError(`The archive of ${name} was not unpacked: it ${reason}.`, {
    hint: 'None of its files were put in place. Download it from the administration page to inspect it.',
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
    if (problem !== undefined) throw refused(name, `holds ${JSON.stringify(path)}, which ${problem}`);
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
  const manifests = files.map(({ path }) => path).filter((path) => /^[^/]+\.qext$/.test(path));
  const [only, ...others] = manifests;
  if (only === `${name}.qext`.normalize('NFC') && others.length === 0) return;
  throw refused(name, `contains ${manifests.join(', ') || 'no .qext'} instead of only ${name}.qext`);
}

async function writeOne(name: string, folder: string, file: PackedFile): Promise<ArchivedFile> {
  const content = await file.read();
  if (content === undefined) throw refused(name, `contains ${JSON.stringify(file.path)}, which is damaged`);
  const place = join(folder, file.path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content, { flag: 'wx' });
  return { path: file.path, bytes: content.length, sha256: sha256Of(content) };
}

/**
 * Why a file or folder must not have this name, as the end of a sentence; `undefined` for a name that every disk can
 * store and no tool on a developer's machine interprets.
 */
export function whyUnfit(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is a relative path, not a name';
  if (/[\0-\x1f\x7f-\x9f\ufffd]|\p{Surrogate}|\p{Bidi_Control}/u.test(name)) {
    return 'contains a control character or broken text';
  }
  if (/[<>:"|?*\\/]/.test(name)) return 'contains one of < > : " | ? * \\ /, which Windows cannot store';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space, which Windows removes';
  if (device.test(name)) return 'is the name of a device on Windows';
  if (reserved.has(name.replace(invisible, '').toLowerCase())) return 'is reserved for git or qlik-sync';
  if (Buffer.byteLength(name) > longestName) return `is longer than ${longestName} bytes`;
  return undefined;
}

const device = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i;

/** NTFS knows `.git` as `git~1` too; macOS ignores the invisible characters. */
const reserved: ReadonlySet<string> = new Set(['.git', 'git~1', '.qlik-sync']);

const invisible = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

const longestName = 240;
