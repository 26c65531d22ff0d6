/**
 * Downloaded archives, `.qlik-sync/cache/archives/<md5>.zip`. Only a convenience: what cannot be written is downloaded
 * again, and what is read is checked against its name, so a damaged file counts as missing.
 */

import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { asMd5, md5Of } from '../core/digest.js';
import { discard, finalNameOf, writeAtomically } from '../source/write-atomically.js';
import { isOwnPlace, makeOwnPlace, ownPlace } from './own-place.js';

export interface ArchiveCache {
  /** @param md5 32 lower-case hex digits */
  find(md5: string): Promise<Buffer | undefined>;
  /** @param bytes whose md5 is `md5` */
  keep(md5: string, bytes: Buffer): Promise<void>;
  /** The MD5 of each archive, taken from its name alone. */
  list(): Promise<readonly string[]>;
}

/** How many bytes the cache may hold; the least recently used archives are removed first. */
const defaultMaxBytes = 256 * 2 ** 20;

/** @param root absolute: the folder of the config file */
export function createArchiveCache(root: string, maxBytes: number = defaultMaxBytes): ArchiveCache {
  const folder = ownPlace(root, 'cache', 'archives');
  const fileOf = (md5: string): string => join(folder, `${md5}.zip`);
  return {
    async list() {
      const names = await readdir(folder).catch(() => []);
      return names.flatMap((name) => md5OfName(name) ?? []);
    },
    async find(md5) {
      const bytes = isOwnPlace(root, folder) ? await readFile(fileOf(md5)).catch(() => undefined) : undefined;
      if (bytes === undefined) return undefined;
      if (md5Of(bytes) !== md5) {
        await discard(fileOf(md5));
        return undefined;
      }
      const now = new Date();
      await utimes(fileOf(md5), now, now).catch(() => undefined);
      return bytes;
    },
    async keep(md5, bytes) {
      if (bytes.length > maxBytes) return;
      try {
        await makeOwnPlace(root, folder);
        await writeAtomically(fileOf(md5), bytes, { mode: 0o600 });
        await makeRoom(folder, maxBytes);
      } catch {
        // It is downloaded again.
      }
    },
  };
}

function md5OfName(name: string): string | undefined {
  return name.endsWith('.zip') ? asMd5(name.slice(0, -'.zip'.length)) : undefined;
}

/** Leftovers of interrupted writes count and are removed like all others; files that the cache did not write stay. */
async function makeRoom(folder: string, maxBytes: number): Promise<void> {
  const own = (await readdir(folder)).filter((name) => md5OfName(finalNameOf(name) ?? name) !== undefined);
  const files = await Promise.all(
    own.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { path: join(folder, name), size, mtimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (total <= maxBytes) return;
    await discard(path);
    total -= size;
  }
}
