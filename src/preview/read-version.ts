/** What a page is given of an extension: an archive or a folder, as Qlik would serve it. */

import { isDroppedByQlik } from '../core/digest.js';
import { shownVersion } from '../core/manifest/parsed.js';
import { parseManifest } from '../core/manifest.js';
import type { DesiredExtension } from '../core/model.js';
import { openArchive } from '../source/archive/archive.js';
import { readUnchanged } from '../source/archive/pack.js';
import type { PreviewVersion } from './preview.js';

/** As it would be uploaded: the files that are kept, with the line endings of the config. @throws SourceError */
export function readFolder(extension: DesiredExtension): PreviewVersion {
  const { manifest, files } = extension;
  return versionOf(manifest, new Map(files.map((file) => [file.path, readUnchanged(extension, file)])));
}

/** @param name of the extension. @throws UnreadableArchiveError */
export async function readArchive(bytes: Uint8Array, name: string): Promise<PreviewVersion> {
  const files = new Map<string, Buffer>();
  for (const { path, read } of openArchive(bytes).files) {
    if (!isDroppedByQlik(path)) files.set(path, await read());
  }
  const manifest = files.get(`${name}.qext`);
  return versionOf(manifest === undefined ? undefined : parseManifest(manifest).manifest, files);
}

function versionOf(
  manifest: DesiredExtension['manifest'] | undefined,
  files: PreviewVersion['files'],
): PreviewVersion {
  const version = manifest === undefined ? undefined : shownVersion(manifest);
  return {
    kind: manifest?.supernova === true ? 'supernova' : 'classic',
    ...(version !== undefined && { version }),
    files,
  };
}
