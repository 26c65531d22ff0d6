/** What Qlik checks in an uploaded archive, and what it keeps of it. */

import { isArchiveType } from '../../core/content/archive-type.js';
import { sniffRiskyType } from '../../core/content/risky-type.js';
import { isDroppedByQlik, suffixOf } from '../../core/digest.js';
import type { ZipEntry } from '../../core/zip/directory.js';
import { listManifests } from '../../core/zip/extension-files.js';
import { Refusal } from '../http/answer.js';
import type { Behaviour } from '../options.js';
import { type Manifest, parseManifest } from './manifest.js';
import { keyOfEntry, readEntries, readEntry } from './zip.js';

/** Qlik's upload limits. Whether MB is 2^20 or 10^6 bytes is not documented. */
const limits = { zip: 30, file: 30, unpacked: 100, files: 500 };

/** Checks every rule and reads the `.qext`. @throws {Refusal} 422 */
export function inspectArchive(zip: Buffer, behaviour: Behaviour): Manifest {
  const megabyte = behaviour.megabyte === 'binary' ? 2 ** 20 : 1e6;
  if (zip.length > limits.zip * megabyte) throw new Refusal(422, `The archive exceeds ${limits.zip} MB.`);
  const kept = new Map([...readEntries(zip)].filter(([path]) => !isDroppedByQlik(path)));
  const entries = [...kept.values()];
  checkSizes(entries, megabyte);
  for (const [path, entry] of kept) checkEntry(zip, path, entry, behaviour);
  const [path, qext] = findQext(kept);
  return parseManifest(path, readEntry(zip, qext));
}

/** One file by its path below the folder that holds the `.qext`, or by its path in the archive. */
export function extractFile(zip: Buffer, path: string): Buffer | undefined {
  const entries = readEntries(zip);
  const entry = entries.get(path) ?? [...entries.values()].find((each) => each.path === path);
  return entry === undefined || isDroppedByQlik(path) ? undefined : readEntry(zip, entry);
}

function checkSizes(entries: readonly ZipEntry[], megabyte: number): void {
  if (entries.length > limits.files) {
    throw new Refusal(422, `The archive holds ${entries.length} files; at most ${limits.files} are allowed.`);
  }
  const large = entries.find((entry) => entry.unpacked > limits.file * megabyte);
  if (large !== undefined) throw new Refusal(422, `${large.path} exceeds ${limits.file} MB.`);
  const unpacked = entries.reduce((sum, entry) => sum + entry.unpacked, 0);
  if (unpacked > limits.unpacked * megabyte) {
    throw new Refusal(422, `The archive exceeds ${limits.unpacked} MB once unpacked.`);
  }
}

/** Entries that passed, whoever sent them: the next upload of an extension has most of its files in common with this one. */
const passed = new Set<string>();

const mostPassed = 20_000;

/** Unpacks what was not checked before. */
function checkEntry(zip: Buffer, path: string, entry: ZipEntry, behaviour: Behaviour): void {
  const key = [keyOfEntry(zip, entry), behaviour.contentTypeRule, suffixOf(path)].join(' ');
  if (passed.has(key)) return;
  checkContent(path, readEntry(zip, entry), behaviour);
  if (passed.size >= mostPassed) passed.clear();
  passed.add(key);
}

/** Archives are refused whatever the rule for content types is. */
function checkContent(path: string, content: Buffer, behaviour: Behaviour): void {
  const risky = sniffRiskyType(suffixOf(path), content);
  if (risky === undefined) return;
  if (behaviour.contentTypeRule === 'on' || isArchiveType(risky.type)) {
    throw new Refusal(422, `Archive contains a file that cannot be processed: ${path}`);
  }
}

/** The only one in the folder that the archive is unpacked to. */
function findQext(kept: ReadonlyMap<string, ZipEntry>): readonly [string, ZipEntry] {
  const [path, second] = listManifests([...kept.keys()].filter((each) => !each.includes('/')));
  const entry = path === undefined ? undefined : kept.get(path);
  if (path === undefined || entry === undefined) throw new Refusal(422, 'The archive holds no .qext file.');
  if (second === undefined) return [path, entry];
  throw new Refusal(422, `The archive holds several .qext files: ${path}, ${second}.`);
}
