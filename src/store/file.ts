/** A folder as a store, such as one on a share. A name is a path below it. */

import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isSystemError, reasonOf } from '../core/system-error.js';
import {
  discard,
  finalNameOf,
  makeFolder,
  syncFolder,
  temporaryNameOf,
  writeAtomically,
} from '../source/write-atomically.js';
import { leastNow, type Store, type StoredObject, StoreError, type StoreProblem } from './store.js';

/** @param folder absolute; made with the first `put` where only its last part is missing */
export function openFileStore(folder: string, address: string): Store {
  const attempt = <T>(verb: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => explain(error, verb, address));
  return {
    address,
    put: (name, bytes) => attempt(`writing ${name}`, () => write(folder, name, bytes)),
    get: (name) =>
      attempt(`reading ${name}`, () => unlessMissing(readFile(join(folder, ...name.split('/'))))),
    list: (prefix) =>
      attempt('listing', async () => {
        await assertMounted(folder);
        const clock = await readClock(folder);
        const start = join(folder, ...prefix.split('/').slice(0, -1));
        const below = await listBelow(folder, start);
        const objects = below.filter(({ name }) => name.startsWith(prefix));
        return { objects, now: clock ?? leastNow(objects) };
      }),
    remove: (name) =>
      attempt(`removing ${name}`, () => rm(join(folder, ...name.split('/')), { force: true })),
    close: async () => undefined,
  };
}

async function write(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(folder, ...name.split('/'));
  await makeFolders(folder, dirname(path));
  await writeAtomically(path, bytes, { mode: 0o600, durability: 'durable' });
  await syncFolder(dirname(path));
}

/** Where a share is not mounted, its folder must not be made on the local disk: only its last part may be missing. */
async function makeFolders(folder: string, path: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error;
  });
  await makeFolder(path, 'durable');
}

/** The clock of the machine that keeps the files, as the time of a new one says; absent where none can be made. */
async function readClock(folder: string): Promise<Date | undefined> {
  const probe = temporaryNameOf(join(folder, 'clock'));
  try {
    await (await open(probe, 'wx', 0o600)).close();
    return (await stat(probe)).mtime;
  } catch {
    return undefined;
  } finally {
    await discard(probe);
  }
}

/** A folder that was never made is an empty store; one whose parent is missing cannot be looked at. */
async function assertMounted(folder: string): Promise<void> {
  if ((await unlessMissing(stat(folder))) === undefined) await stat(dirname(folder));
}

/** Files that vanish meanwhile are left out, and those that are being written. */
async function listBelow(root: string, folder: string): Promise<readonly StoredObject[]> {
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return listBelow(root, path);
      if (!entry.isFile() || finalNameOf(entry.name) !== undefined) return [];
      const stats = await unlessMissing(stat(path));
      if (stats === undefined) return [];
      const name = relative(root, path).split(sep).join('/');
      return [{ name, bytes: stats.size, modifiedAt: stats.mtime }];
    }),
  );
  return found.flat();
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  });
}

const problems: Readonly<Record<string, StoreProblem>> = {
  EACCES: 'rights',
  EPERM: 'rights',
  EROFS: 'rights',
  ENOSPC: 'full',
  EDQUOT: 'full',
  ENOENT: 'missing',
};

const hints: Partial<Readonly<Record<StoreProblem, string>>> = {
  rights: 'The user of this run has to be able to read and write there.',
  full: 'Free some space there, and run again.',
  missing: 'Is the share mounted? Make the folder, and run again. --no-store works without it.',
};

function explain(error: unknown, verb: string, address: string): never {
  if (!isSystemError(error)) throw error;
  const problem = problems[error.code ?? ''] ?? 'unreachable';
  const hint = hints[problem];
  throw new StoreError(problem, `The store ${address}: ${verb}: ${reasonOf(error)}.`, { hint, cause: error });
}
