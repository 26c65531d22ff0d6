/** Which entries of an archive belong to the extension, and their paths within it. */

import { fileName, isDroppedByQlik } from '../digest.js';
import { compressedBytes, readZipDirectory, type ZipEntry } from './directory.js';
import { UnreadableArchiveError } from './unreadable.js';

interface ExtensionEntries {
  /** By path relative to the folder that holds the `.qext`, in the order of the archive. */
  readonly files: ReadonlyMap<string, ZipEntry>;
  /** Paths in the archive outside that folder, such as a README.md beside it: not part of the extension. */
  readonly outside: readonly string[];
}

/**
 * The `.qext` is at the root, or in the only folder of the root that has one. What macOS' Finder adds (`__MACOSX/`) does
 * not count.
 *
 * @throws UnreadableArchiveError where that is ambiguous, or two files would have the same path
 */
export function readExtensionEntries(zip: Buffer): ExtensionEntries {
  const entries = readZipDirectory(zip).filter(({ path }) => !isFinderNoise(path));
  const wrapper = findWrapper(entries);
  const files = new Map<string, ZipEntry>();
  const outside: string[] = [];
  for (const entry of entries) {
    if (!entry.path.startsWith(wrapper)) {
      outside.push(entry.path);
      continue;
    }
    const path = entry.path.slice(wrapper.length);
    if (!isDroppedByQlik(path)) assertSame(zip, entry, files.get(path));
    files.set(path, entry);
  }
  return { files, outside };
}

function isFinderNoise(path: string): boolean {
  return /(^|\/)__macosx\//i.test(path);
}

/** `''`, or the one folder (with `/`) that holds the `.qext`. */
function findWrapper(entries: readonly ZipEntry[]): string {
  const shallow = entries.map(({ path }) => path).filter((path) => path.split('/').length <= 2);
  const folders = new Map(listManifests(shallow).map((path) => [path.slice(0, path.indexOf('/') + 1), path]));
  if (folders.has('')) return '';
  const [wrapper, ...others] = folders.keys();
  if (wrapper !== undefined && others.length === 0) return wrapper;
  throw new UnreadableArchiveError(
    wrapper === undefined
      ? 'contains no .qext file at its root or one folder deep'
      : `contains several .qext files: ${[...folders.values()].map((path) => JSON.stringify(path)).join(', ')}`,
  );
}

/** The `.qext` files among them; hidden ones only if there are no others, and never macOS' companions (`._x.qext`). */
export function listManifests(paths: readonly string[]): readonly string[] {
  const named = paths.filter((path) => path.endsWith('.qext') && !isDroppedByQlik(path));
  const visible = named.filter((path) => !fileName(path).startsWith('.'));
  return visible.length > 0 ? visible : named.filter((path) => !fileName(path).startsWith('._'));
}

/**
 * A program that appends may have written a file twice. Most readers take the last, some the first, so two entries count
 * as one file only where their bytes are identical.
 */
function assertSame(zip: Buffer, entry: ZipEntry, other: ZipEntry | undefined): void {
  if (other === undefined) return;
  const isSame =
    entry.method === other.method &&
    entry.unpacked === other.unpacked &&
    entry.crc32 === other.crc32 &&
    compressedBytes(zip, entry).equals(compressedBytes(zip, other));
  if (!isSame) throw new UnreadableArchiveError('which comes twice with different content', entry.path);
}
