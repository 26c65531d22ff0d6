/** A folder as a store, such as one on a share. A name is a path below it. */

import { existsSync, mkdirSync } from 'node:fs';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { isSystemError, reasonOf } from '../core/system-error.js';
import {
  discard,
  finalNameOf,
  syncFolder,
  temporaryNameOf,
  writeAtomically,
} from '../source/write-atomically.js';
import { leastNow, type Store, type StoredObject, StoreError, type StoreProblem } from './store.js';

/** The folder that everything is kept below. */
interface Root {
  /** Absolute. */
  readonly folder: string;
  /** Whether this process has seen it there. */
  wasSeen: boolean;
}

/** @param folder absolute; made with the first `put` where only its last part is missing */
export function openFileStore(folder: string, address: string): Store {
  const root: Root = { folder, wasSeen: false };
  const attempt = <T>(verb: string, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => explain(error, verb, address));
  return {
    address,
    put: (name, bytes) => attempt(`writing ${name}`, () => write(root, name, bytes)),
    get: (name) =>
      attempt(`reading ${name}`, () => unlessAbsent(root, readFile(join(folder, ...name.split('/'))))),
    list: (prefix) =>
      attempt('listing', async () => {
        await findRoot(root);
        const clock = await readClock(folder);
        const start = join(folder, ...prefix.split('/').slice(0, -1));
        const below = await listBelow(folder, start);
        // What goes away meanwhile would look like a store that holds less.
        await findRoot(root);
        const objects = below.filter(({ name }) => name.startsWith(prefix));
        return { objects, now: clock ?? leastNow(objects) };
      }),
    remove: (name) =>
      attempt(`removing ${name}`, () => unlessAbsent(root, rm(join(folder, ...name.split('/'))))),
    close: async () => undefined,
  };
}

async function write(root: Root, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(root.folder, ...name.split('/'));
  await makeBelow(root, dirname(path));
  root.wasSeen = true;
  await writeAtomically(path, bytes, { mode: 0o600, durability: 'durable' });
  await syncFolder(dirname(path));
}

/**
 * The folder at `path` and those between it and the root, with the disk waited for. Unlike `source/make-folders`, it makes
 * nothing above: where a share is not mounted, or not any more, its folder must not be made on the local disk. So the root
 * is made only where it was never seen and nothing but its last part is missing.
 */
async function makeBelow(root: Root, path: string): Promise<void> {
  const isRoot = path === root.folder;
  if (!isRoot && !existsSync(dirname(path))) await makeBelow(root, dirname(path));
  if (isRoot && root.wasSeen) {
    await stat(path);
    return;
  }
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return;
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The clock of the machine that keeps the files, taken from the time of a new one; absent if none can be created. */
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

/** A folder that was never created is an empty store; one whose parent is missing cannot be read. */
async function findRoot(root: Root): Promise<void> {
  const isThere = (await unlessMissing(stat(root.folder))) !== undefined;
  if (!isThere) await stat(root.wasSeen ? root.folder : dirname(root.folder));
  root.wasSeen ||= isThere;
}

/** Leaves out files that disappear meanwhile, and those that are being written. */
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

/** Nothing where the store is there and does not hold it. */
function unlessAbsent<T>(root: Root, work: Promise<T>): Promise<T | undefined> {
  return work.catch(async (error: unknown) => {
    if (!isMissing(error)) throw error;
    await findRoot(root);
    return undefined;
  });
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && error.code === 'ENOENT';
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
  const reason = problem === 'missing' ? 'its folder is not there' : reasonOf(error);
  throw new StoreError(problem, `The store ${address}: ${verb}: ${reason}.`, { hint, cause: error });
}
