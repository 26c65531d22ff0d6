/** What archives, uploads and folders hold, in the storm's own terms. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import JSZip from 'jszip';
import { isWhole, sha256, stateOf } from './storm-content.js';

export interface Holding {
  readonly name: string;
  /** Hashes by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly state: string;
  /** Paths of files that lack one of their ends. */
  readonly halves: readonly string[];
}

/** The archive of a multipart body; `undefined` where it carries none. */
export async function readUpload(body: Buffer): Promise<Holding | undefined> {
  const boundary = body.subarray(0, body.indexOf('\r\n'));
  const header = body.indexOf('filename=');
  if (header === -1) return undefined;
  const start = body.indexOf('\r\n\r\n', header) + 4;
  const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start);
  return readArchive(body.subarray(start, end));
}

export async function readArchive(bytes: Buffer): Promise<Holding> {
  const zip = await JSZip.loadAsync(bytes);
  const entries = Object.values(zip.files).map(
    async (entry) => [entry.name, await entry.async('uint8array')] as const,
  );
  return describeFiles(new Map(await Promise.all(entries)));
}

export function readFolder(folder: string): Holding {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return describeFiles(new Map(paths.map((path) => [relative(folder, path), readFileSync(path)])));
}

function describeFiles(contents: ReadonlyMap<string, Uint8Array>): Holding {
  const manifest = [...contents.keys()].find((path) => path.endsWith('.qext')) ?? '';
  const name = manifest.slice(0, -'.qext'.length);
  const files = new Map([...contents].map(([path, bytes]) => [path, sha256(bytes)] as const));
  const halves = [...contents].filter(([path, bytes]) => !isWhole(name, path, Buffer.from(bytes).toString()));
  return { name, files, state: stateOf(files), halves: halves.map(([path]) => path) };
}
