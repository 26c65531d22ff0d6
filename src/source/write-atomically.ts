/** Writes files that others may read meanwhile: first under a temporary name, so that no one ever sees half a file. */

import { randomBytes } from 'node:crypto';
import { closeSync, fdatasync, fsync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { nameFile } from '../core/system-error.js';
import { makeFolders } from './make-folders.js';

/** `durable`: the content is on the disk before the file gets its name. Syncing the folder is left to the caller. */
export type Durability = 'durable' | 'light';

interface WriteOptions {
  /** Permissions of the file; default: the system's. */
  readonly mode?: number;
  /** Default `light`. */
  readonly durability?: Durability;
}

/** Replaces an existing file. When it fails, nothing has changed and nothing is left over. @throws SystemError */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  { mode, durability }: WriteOptions = {},
): Promise<void> {
  const temporary = temporaryNameOf(path);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      if (durability === 'durable') await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw nameFile(error, path);
  }
}

/** The same for small files, `light`. */
export function writeAtomicallySync(path: string, content: string | Uint8Array, mode: number): void {
  const temporary = temporaryNameOf(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode });
    renameSync(temporary, path);
  } catch (error) {
    discardSync(temporary);
    throw nameFile(error, path);
  }
}

/** A unique name beside `path`. */
export function temporaryNameOf(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}`;
}

/** The final name of a file that a killed process left under a temporary one; `undefined` for every other name. */
export function finalNameOf(name: string): string | undefined {
  return /^(.+)\.[0-9a-f]{12}$/s.exec(name)?.[1];
}

/** Removes the file if it can. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** The same. */
export function discardSync(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Why it was not written says more.
  }
}

/** Creates the folder and its parents, readable by their owner only; if durable, a loss of power does not undo it. */
export async function makeFolder(folder: string, durability: Durability): Promise<void> {
  const first = makeFolders(folder, 0o700);
  if (first === undefined || durability === 'light') return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

/** Makes a file's content survive a loss of power; its times need not. @throws SystemError */
export async function syncFile(path: string): Promise<void> {
  const descriptor = openSync(path, 'r+');
  try {
    await syncData(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the names in a folder survive a loss of power, if the system lets a folder be synced (Windows does not). */
export async function syncFolder(folder: string): Promise<void> {
  const descriptor = openFolder(folder);
  if (descriptor === undefined) return;
  // Only this waits for the disk.
  await sync(descriptor).catch(() => undefined);
  closeSync(descriptor);
}

const sync = promisify(fsync);

const syncData = promisify(fdatasync);

function openFolder(folder: string): number | undefined {
  try {
    return openSync(folder, 'r');
  } catch {
    return undefined;
  }
}
