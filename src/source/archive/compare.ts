/** What would change on the tenant: the files of an archive against those of a folder. */

import type { ExtensionComparison, FieldChange, FileChange, FileSide } from '../../core/comparison.js';
import { comparePaths, isDroppedByQlik } from '../../core/digest.js';
import { stemOf } from '../../core/kind.js';
import { parseManifest } from '../../core/manifest.js';
import type { DesiredExtension, KeptFile } from '../../core/model.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';
import { openArchive, sha256Of } from './archive.js';
import { compareFields } from './compare-fields.js';
import { comparePatch, type PatchRoom } from './compare-patch.js';
import { readUnchanged } from './pack.js';

interface Sides {
  readonly name: string;
  /** The tenant's archive; absent for what does not exist there yet. */
  readonly archive?: Uint8Array;
  /** The folder; absent for what is deleted. */
  readonly desired?: DesiredExtension;
  /** What all patches together may take. */
  readonly room: PatchRoom;
}

/**
 * From the tenant's content to the folder's. Only with both sides are there patches and manifest fields; otherwise the
 * files are listed.
 *
 * @throws SourceError if a file has changed since it was read
 */
export async function compare(sides: Sides): Promise<ExtensionComparison> {
  try {
    const before =
      sides.archive === undefined ? new Map<string, Content>() : await readContents(sides.archive);
    return await compareContents(sides, before);
  } catch (error) {
    if (!(error instanceof UnreadableArchiveError)) throw error;
    const unavailable = `the archive on the tenant could not be read: it ${error.why}`;
    return { name: sides.name, files: [], manifest: [], unavailable };
  }
}

async function compareContents(
  { name, desired, room }: Sides,
  before: ReadonlyMap<string, Content>,
): Promise<ExtensionComparison> {
  const after = new Map(desired?.files.map((file) => [file.path, contentOf(desired, file)]));
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(comparePaths);
  const changed = paths.filter((path) => before.get(path)?.side.sha256 !== after.get(path)?.side.sha256);
  const files: FileChange[] = [];
  for (const path of changed) files.push(await compareFile(path, before.get(path), after.get(path), room));
  const own = `${stemOf(name)}.qext`;
  const manifest = changed.includes(own) ? await compareManifests(before.get(own), after.get(own)) : [];
  return { name, files, manifest };
}

/** A file of either side. */
interface Content {
  readonly side: FileSide;
  readonly read: () => Promise<Buffer>;
}

function contentOf(extension: DesiredExtension, file: KeptFile): Content {
  const { bytes, sha256 } = file;
  return { side: { bytes, sha256 }, read: async () => readUnchanged(extension, file) };
}

/** Each file is unpacked to be hashed, and again if it is shown, so only one is held at a time. */
async function readContents(archive: Uint8Array): Promise<ReadonlyMap<string, Content>> {
  const contents = new Map<string, Content>();
  for (const { path, read } of openArchive(archive).files) {
    if (isDroppedByQlik(path)) continue;
    const bytes = await read();
    contents.set(path, { side: { bytes: bytes.length, sha256: sha256Of(bytes) }, read });
  }
  return contents;
}

async function compareFile(
  path: string,
  before: Content | undefined,
  after: Content | undefined,
  room: PatchRoom,
): Promise<FileChange> {
  if (before === undefined) return { path, kind: 'added', ...(after && { after: after.side }) };
  if (after === undefined) return { path, kind: 'removed', before: before.side };
  const sides = { path, kind: 'changed', before: before.side, after: after.side } as const;
  return { ...sides, ...(await comparePatch(path, before, after, room)) };
}

async function compareManifests(
  before: Content | undefined,
  after: Content | undefined,
): Promise<readonly FieldChange[]> {
  if (before === undefined || after === undefined) return [];
  const [left, right] = await Promise.all([before.read(), after.read()]);
  return compareFields(parseManifest(left).manifest, parseManifest(right).manifest);
}
