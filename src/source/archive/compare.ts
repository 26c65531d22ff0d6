/** What would change on the tenant: the files of an archive against those of a folder. */

import type { ExtensionComparison, FieldChange, FileChange, FileSide } from '../../core/comparison.js';
import { comparePaths } from '../../core/digest.js';
import type { Manifest } from '../../core/manifest/parsed.js';
import { parseManifest } from '../../core/manifest.js';
import type { DesiredExtension, KeptFile } from '../../core/model.js';
import { isDroppedByQlik } from '../left-out.js';
import { openArchive, type PackedFile, sha256Of } from './archive.js';
import { comparePatch, type PatchRoom } from './compare-patch.js';
import { readUnchanged } from './pack.js';

interface Sides {
  readonly name: string;
  /** The tenant's archive; absent for what is not there yet. */
  readonly archive?: Uint8Array;
  /** The folder; absent for what is deleted. */
  readonly desired?: DesiredExtension;
  /** What all patches together may take. */
  readonly room: PatchRoom;
}

/**
 * From the tenant's content to the folder's. Only where both sides are given are there patches and manifest fields;
 * else the files are listed.
 *
 * @throws SourceError where a file changed after it was read
 */
export async function compare({ name, archive, desired, room }: Sides): Promise<ExtensionComparison> {
  const before = archive === undefined ? new Map<string, Content>() : await readContents(archive);
  if (before === undefined) return { name, files: [], manifest: [], unavailable: unclear };
  const after = new Map(desired?.files.map((file) => [file.path, contentOf(desired, file)]));
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort(comparePaths);
  const changed = paths.filter((path) => before.get(path)?.side.sha256 !== after.get(path)?.side.sha256);
  const files: FileChange[] = [];
  for (const path of changed) files.push(await compareFile(path, before.get(path), after.get(path), room));
  const own = `${name}.qext`;
  const manifest = changed.includes(own) ? await compareManifests(before.get(own), after.get(own)) : [];
  return { name, files, manifest };
}

const unclear = 'the archive on the tenant cannot be read for certain';

/** A file of either side. */
interface Content {
  readonly side: FileSide;
  readonly read: () => Promise<Buffer>;
}

function contentOf(extension: DesiredExtension, file: KeptFile): Content {
  const { bytes, sha256 } = file;
  return { side: { bytes, sha256 }, read: async () => readUnchanged(extension, file) };
}

/** Each file is unpacked to be hashed, and again if it is shown: so one at a time is held. */
async function readContents(archive: Uint8Array): Promise<Map<string, Content> | undefined> {
  const contents = new Map<string, Content>();
  for (const file of openArchive(archive)?.filter(({ path }) => !isDroppedByQlik(path)) ?? []) {
    const bytes = await file.read();
    if (bytes === undefined) return undefined;
    const side = { bytes: bytes.length, sha256: sha256Of(bytes) };
    contents.set(file.path, { side, read: () => readAgain(file) });
  }
  return contents.size === 0 ? undefined : contents;
}

async function readAgain(file: PackedFile): Promise<Buffer> {
  const bytes = await file.read();
  if (bytes === undefined) throw new Error(`${file.path} was readable a moment ago`);
  return bytes;
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

// Two manifests, field by field: what a change of formatting alone does not touch.

/** Longest text of one side; a `preview` may hold a whole picture. */
const longestValue = 500;

const deepest = 8;

/** A manifest that cannot be read counts as one without fields. */
function compareFields(before: Manifest | undefined, after: Manifest | undefined): readonly FieldChange[] {
  const [left, right] = [leavesOf(before), leavesOf(after)];
  const fields = [...new Set([...left.keys(), ...right.keys()])].sort();
  return fields
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => {
      const [old, now] = [left.get(field), right.get(field)];
      return {
        field,
        ...(old !== undefined && { before: cut(old) }),
        ...(now !== undefined && { after: cut(now) }),
      };
    });
}

function cut(json: string): string {
  return json.length > longestValue ? `${json.slice(0, longestValue)}…` : json;
}

/** JSON text by dotted path. */
function leavesOf(manifest: Manifest | undefined): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>();
  if (manifest === undefined) return leaves;
  collect(manifest.fields, '', 0, leaves);
  // A number keeps its spelling: 1.10 is not 1.1.
  if (typeof manifest.fields['version'] === 'number' && manifest.version !== undefined) {
    leaves.set('version', manifest.version);
  }
  return leaves;
}

/** Lists are one value: a position in them is no name. */
function collect(value: unknown, path: string, depth: number, leaves: Map<string, string>): void {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isBranch || depth > deepest || (path !== '' && Object.keys(value).length === 0)) {
    leaves.set(path, JSON.stringify(value));
    return;
  }
  for (const [key, child] of Object.entries(value)) collect(child, join(path, key), depth + 1, leaves);
}

function join(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}
