/** What a page is given of an extension: an archive or a folder, as Qlik would serve it, and data from a file beside it. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDroppedByQlik } from '../core/digest.js';
import { SourceError } from '../core/errors.js';
import { isObject } from '../core/json.js';
import { shownVersion } from '../core/manifest/parsed.js';
import { parseManifest } from '../core/manifest.js';
import type { DesiredExtension } from '../core/model.js';
import { isSystemError } from '../core/system-error.js';
import { openArchive } from '../source/archive/archive.js';
import { readUnchanged } from '../source/archive/pack.js';
import type { ObjectData } from './sample-data.js';
import type { PreviewVersion } from './side.js';

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

export interface Fixture {
  /** Absolute. */
  readonly file: string;
  readonly data: ObjectData;
}

/** @param folder absolute: that of the `.qext` */
export function fixtureFile(folder: string, name: string): string {
  return join(dirname(folder), `${name}.preview.json`);
}

/** `undefined` where there is none, or the extension's name leaves no room for one. @throws SourceError where it is not a fixture */
export function readFixture(folder: string, name: string): Fixture | undefined {
  const file = fixtureFile(folder, name);
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const content = parse(text, file);
  if (!isObject(content) || !isObject(content['layout'])) {
    throw new SourceError('it has no object "layout"', {
      file,
      hint: 'A fixture is {"layout": {…}, "properties": {…}}, as the engine gives them; --capture writes one.',
    });
  }
  const properties = isObject(content['properties']) ? content['properties'] : {};
  return { file, data: { layout: content['layout'], properties } };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENAMETOOLONG')) return undefined;
    throw new SourceError('it cannot be read', { file, cause: error });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError(`it is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      file,
      cause,
    });
  }
}
