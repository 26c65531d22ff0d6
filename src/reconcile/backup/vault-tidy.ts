/** What a vault holds, and how it gets rid of what nobody needs, while other processes use it. */

import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asideOf, nameOfAside } from '../../source/write-aside.js';
import { contentKey } from './vault-files.js';

export interface StoredFile {
  /** `<md5>.zip` or `<sha256>.json`. */
  readonly name: string;
  /** The MD5 or SHA-256 that it is named by. */
  readonly key: string;
  readonly bytes: number;
  readonly usedAt: Date;
}

export async function listFiles(folder: string): Promise<readonly StoredFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const key = contentKey(name);
      const stats = key === undefined ? undefined : await stat(join(folder, name)).catch(() => undefined);
      if (key === undefined || stats === undefined) return [];
      return [{ name, key, bytes: stats.size, usedAt: stats.mtime }];
    }),
  );
  return files.flat();
}

/** Taken aside first, then looked at again: a file that was touched meanwhile goes back to its place. */
export async function removeUnused(folder: string, name: string, before: Date): Promise<'removed' | 'kept'> {
  if (contentKey(name) === undefined) return 'kept';
  const path = join(folder, name);
  const aside = asideOf(path);
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || stats.mtime >= before) return 'kept';
  await rename(path, aside);
  if ((await stat(aside)).mtime >= before) {
    await rename(aside, path);
    return 'kept';
  }
  await rm(aside);
  return 'removed';
}

export async function removeLeftovers(folder: string, before: Date): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const aside = names.filter((name) => contentKey(nameOfAside(name) ?? '') !== undefined);
  await Promise.all(
    aside.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats !== undefined && stats.mtime < before) await rm(join(folder, name), { force: true });
    }),
  );
}
