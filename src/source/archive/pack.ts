/**
 * The archive that is uploaded. The same files give the same bytes on every platform, time zone and Node
 * version, so `file.md5` is known without uploading. jszip deflates with pako, never with Node's zlib, whose
 * output changes between releases.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { withEndings } from '../../core/content/line-endings.js';
import { md5Of } from '../../core/digest.js';
import { SourceError } from '../../core/errors.js';
import type { DesiredExtension, KeptFile } from '../../core/model.js';

/** A zip as it is uploaded. */
export interface Archive {
  readonly bytes: Buffer;
  /** 32 lower-case hex digits: what the tenant will answer as `file.md5`. */
  readonly md5: string;
  /** Bytes. */
  readonly size: number;
}

/** The earliest date that a zip can hold; jszip writes it in UTC. */
const date = new Date(Date.UTC(1980, 0, 1));

/**
 * UNIX rather than DOS, because only then the permissions are written down and every tool unpacks the same
 * files; a regular file, read and write for its owner, read for others.
 */
const unixPermissions = 0o100644;

/**
 * Packs the kept files, the `.qext` at the root of the zip.
 * @throws SourceError when a file is no longer what `extension` says.
 */
export type Packer = (extension: DesiredExtension) => Promise<Archive>;

/** The same files give the same bytes on every platform and in every time zone. */
export const pack: Packer = async (extension) => {
  const { default: JSZip } = await import('jszip');
  const zip = new JSZip();
  for (const file of extension.files) {
    zip.file(file.path, readUnchanged(extension, file), { date, unixPermissions, createFolders: false });
  }
  const bytes = await zip.generateAsync({
    type: 'nodebuffer',
    platform: 'UNIX',
    compression: 'DEFLATE',
    compressionOptions: { level: 6 },
  });
  return { bytes, md5: md5Of(bytes), size: bytes.length };
};

/**
 * Packs each content once, and keeps archives up to this many bytes in all; what comes after them is packed each time it
 * is asked for. Later calls get what was packed first, even if the files have changed since.
 */
export function createKeepingPacker(mostBytes: number, make: Packer = pack): Packer {
  const kept = new Map<string, Promise<Archive>>();
  let bytes = 0;
  const settle = (digest: string, archive: Archive | undefined): void => {
    const room = mostBytes - bytes;
    if (archive !== undefined && archive.size <= room) bytes += archive.size;
    else kept.delete(digest);
  };
  return (extension) => {
    const { digest } = extension;
    const known = kept.get(digest);
    if (known !== undefined) return known;
    const packing = make(extension);
    kept.set(digest, packing);
    packing.then(
      (archive) => settle(digest, archive),
      () => settle(digest, undefined),
    );
    return packing;
  };
}

/** The file as it is uploaded. @throws SourceError when it is no longer what `extension` says */
export function readUnchanged(extension: DesiredExtension, file: KeptFile): Buffer {
  const content = withEndings(readAgain(extension, file), extension.lineEndings ?? 'as-is');
  if (createHash('sha256').update(content).digest('hex') === file.sha256) return content;
  throw new SourceError('the file changed after it was read', {
    file: shownPath(extension, file),
    hint: 'wait until nothing writes to the folder (a running build?) and start again',
  });
}

function readAgain(extension: DesiredExtension, file: KeptFile): Buffer {
  try {
    return readFileSync(`${extension.folder}/${file.diskPath}`);
  } catch (cause) {
    throw new SourceError('the file can no longer be read', {
      file: shownPath(extension, file),
      hint: 'wait until nothing writes to the folder (a running build?) and start again',
      cause,
    });
  }
}

function shownPath(extension: DesiredExtension, file: KeptFile): string {
  return extension.displayFolder === '.' ? file.path : `${extension.displayFolder}/${file.path}`;
}
