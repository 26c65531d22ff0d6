/** What Qlik checks and keeps of an uploaded archive. */

import { Refusal } from '../http/answer.js';
import type { Behaviour } from '../options.js';
import { isArchive, refusedType } from './content-type.js';
import { type Manifest, parseManifest } from './manifest.js';
import { readEntries, readEntry, type ZipEntry } from './zip.js';

/** Qlik's upload limits. Whether MB is 2^20 or 10^6 bytes is not documented. */
const limits = { zip: 30, file: 30, unpacked: 100, files: 500 };

/** Checks every rule and reads the `.qext`. @throws {Refusal} 422 */
export function inspectArchive(zip: Buffer, behaviour: Behaviour): Manifest {
  const megabyte = behaviour.megabyte === 'binary' ? 2 ** 20 : 1e6;
  if (zip.length > limits.zip * megabyte) throw new Refusal(422, `The archive exceeds ${limits.zip} MB.`);
  const entries = keptEntries(zip);
  checkPaths(entries);
  checkSizes(entries, megabyte);
  for (const entry of entries) checkContent(entry, readEntry(zip, entry), behaviour);
  const qext = findQext(entries);
  return parseManifest(qext.path, readEntry(zip, qext));
}

/** One file by its path below the folder that holds the `.qext`, or by its path in the archive. */
export function extractFile(zip: Buffer, path: string): Buffer | undefined {
  const entries = keptEntries(zip);
  const folder = findQext(entries).path.replace(/[^/]*$/, '');
  const entry =
    entries.find((candidate) => candidate.path === folder + path) ??
    entries.find((candidate) => candidate.path === path);
  return entry === undefined ? undefined : readEntry(zip, entry);
}

/** Files without a name or without a suffix (`.gitignore`, `LICENSE`) are dropped silently. */
function keptEntries(zip: Buffer): readonly ZipEntry[] {
  return readEntries(zip).filter((entry) => /[^/]\.[^/.]+$/.test(entry.path));
}

function checkPaths(entries: readonly ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { path } of entries) {
    const unsafe = /^([A-Za-z]:|\/)|(^|\/)\.\.?(\/|$)|\0/.test(path);
    if (unsafe) throw new Refusal(422, `Archive contains a path that leaves its folder: ${path}`);
    if (seen.has(path)) throw new Refusal(422, `Archive contains a path twice: ${path}`);
    seen.add(path);
  }
}

function checkSizes(entries: readonly ZipEntry[], megabyte: number): void {
  if (entries.length > limits.files) {
    throw new Refusal(422, `The archive holds ${entries.length} files; at most ${limits.files} are allowed.`);
  }
  const large = entries.find((entry) => entry.size > limits.file * megabyte);
  if (large !== undefined) throw new Refusal(422, `${large.path} exceeds ${limits.file} MB.`);
  const unpacked = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (unpacked > limits.unpacked * megabyte) {
    throw new Refusal(422, `The archive exceeds ${limits.unpacked} MB once unpacked.`);
  }
}

function checkContent(entry: ZipEntry, content: Buffer, behaviour: Behaviour): void {
  const refused = behaviour.contentTypeRule === 'on' && refusedType(content) !== undefined;
  if (refused || isArchive(entry.path, content)) {
    throw new Refusal(422, `Archive contains a file that cannot be processed: ${entry.path}`);
  }
}

/** At the root, else one folder deep. */
function findQext(entries: readonly ZipEntry[]): ZipEntry {
  const atDepth = (depth: number) =>
    entries.filter((entry) => entry.path.endsWith('.qext') && entry.path.split('/').length === depth + 1);
  const candidates = atDepth(0).length > 0 ? atDepth(0) : atDepth(1);
  const [qext, second] = candidates;
  if (qext === undefined)
    throw new Refusal(422, 'The archive holds no .qext file at its root or one folder deep.');
  if (second !== undefined)
    throw new Refusal(422, `The archive holds several .qext files: ${qext.path}, ${second.path}.`);
  return qext;
}
