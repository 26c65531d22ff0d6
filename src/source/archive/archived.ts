/** An archive that a tenant held, as something that can be deployed: its bytes are sent as they are. */

import { md5Of } from '../../core/digest.js';
import { SourceError } from '../../core/errors.js';
import { kindOf, qextTypes, stemOf } from '../../core/kind.js';
import type { Manifest } from '../../core/manifest/parsed.js';
import { parseManifest } from '../../core/manifest.js';
import type { DesiredExtension } from '../../core/model.js';
import { UnreadableArchiveError } from '../../core/zip/unreadable.js';
import { digestArchive, openArchive, sha256Of } from './archive.js';
import type { Packer } from './pack.js';

export interface ArchiveOrigin {
  /** Kind and stem; see `core/kind.ts`. */
  readonly name: string;
  /** Where the archive comes from, for people: `backup of run 20261123T031400Z-3f2a`. */
  readonly displayFolder: string;
}

/**
 * Describes a stored archive without trusting it: nothing is unpacked to disk, and nothing throws. If its content is not
 * certain, its digest is the SHA-256 of its bytes, which equals no content's digest, and it lists no files.
 */
export async function readArchived(bytes: Buffer, origin: ArchiveOrigin): Promise<DesiredExtension> {
  const digested = await tryToRead(digestArchive(bytes));
  const files = (digested?.files ?? []).map((file) => ({ ...file, diskPath: file.path, facts: {} }));
  const manifest = digested === undefined ? undefined : await readManifest(bytes, origin.name);
  return {
    ...origin,
    folder: '',
    manifest: manifest ?? unknownManifest(origin.name),
    files,
    leftOut: [],
    digest: digested?.digest ?? sha256Of(bytes),
    bytes: digested === undefined ? bytes.length : files.reduce((sum, file) => sum + file.bytes, 0),
  };
}

/** An extension whose archive is not available; enough for a write of tags alone. */
export function describeUnstored(origin: ArchiveOrigin): Promise<DesiredExtension> {
  return readArchived(Buffer.alloc(0), origin);
}

/** Returns the exact bytes of archived extensions, by name, and leaves all others to `otherwise`. */
export function createArchivePacker(
  stored: ReadonlyMap<string, StoredArchive>,
  otherwise: Packer = refuseToPack,
): Packer {
  return async (extension) => {
    const archive = stored.get(extension.name);
    if (archive === undefined) return otherwise(extension);
    const bytes = await archive.read();
    const md5 = md5Of(bytes);
    if (md5 === archive.md5) return { bytes, md5, size: bytes.length };
    throw new SourceError('the stored archive is no longer what it was', { file: extension.displayFolder });
  };
}

/** An archive that is read when it is needed, so that many of them are never in memory at once. */
export interface StoredArchive {
  /** 32 lower-case hex digits. */
  readonly md5: string;
  readonly read: () => Promise<Buffer>;
}

const refuseToPack: Packer = async ({ name }) => {
  throw new Error(`no archive of ${name} is at hand`);
};

async function readManifest(bytes: Buffer, name: string): Promise<Manifest | undefined> {
  const file = openArchive(bytes).files.find(({ path }) => path === `${stemOf(name)}.qext`);
  return file === undefined ? undefined : parseManifest(await file.read()).manifest;
}

async function tryToRead<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableArchiveError) return undefined;
    throw error;
  }
}

function unknownManifest(name: string): Manifest {
  const type = qextTypes[kindOf(name)];
  return { displayName: stemOf(name), type, supernova: false, fields: {}, text: '' };
}
