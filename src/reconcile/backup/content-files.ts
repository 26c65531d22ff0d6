/** One file of the vault: written, looked at, brought to the disk, removed. */

import { closeSync, openSync, readSync, statSync, utimesSync } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../../core/exit-codes.js';
import {
  type Durability,
  finalNameOf,
  syncFile,
  syncFolder,
  temporaryNameOf,
  writeAtomically,
  writeAtomicallySync,
} from '../../source/write-atomically.js';
import { assertOwnPlace, listOwnFolder, unlessMissing, unwritable } from '../own-place.js';
import type { OnSettling } from '../write-dependencies.js';
import { backups, contentKey, hasKey } from './content-names.js';

export interface OpenPlace {
  readonly root: string;
  readonly folder: string;
  /** Creates the folder. @throws Error if it is a link to another place */
  readonly make: () => Promise<void>;
}

interface Deposit extends OpenPlace {
  readonly name: string;
  readonly content: Uint8Array;
  readonly durability: Durability;
}

/**
 * `undefined` for any name that is not a content name, and if the file does not exist or is damaged.
 *
 * @throws UserError if it exists and cannot be read: a backup that cannot be read is not a missing one
 */
export async function readWhole({
  root,
  folder,
  name,
}: Pick<Deposit, 'root' | 'folder' | 'name'>): Promise<Buffer | undefined> {
  const key = contentKey(name);
  if (key === undefined) return undefined;
  assertOwnPlace(root, folder, backups);
  const content = await readFile(join(folder, name)).catch((error: unknown) =>
    unlessMissing(error, folder, backups),
  );
  return content !== undefined && hasKey(content, key) ? content : undefined;
}

/** @param onSettling takes the wait for the disk, where the file is written already */
export async function deposit(
  { root, folder, make, name, content, durability }: Deposit,
  onSettling?: OnSettling,
): Promise<void> {
  try {
    await make();
    if (await isIntact({ root, folder, name, durability })) return;
    await write(join(folder, name), content);
  } catch (error) {
    explain(error, folder);
  }
  if (durability === 'light') return;
  const settling = settle(folder, name).catch((error) => explain(error, folder));
  if (onSettling === undefined) await settling;
  else onSettling(settling);
}

function explain(error: unknown, folder: string): never {
  throw unwritable(error, `The backups in ${folder}`, {
    hint: 'Free some space or make the folder writable, or write without a copy to go back to: --no-backup.',
    exitCode: exitCodes.incomplete,
  });
}

const mode = 0o600;

/** Bytes up to which a file is written synchronously, in less time than one of five calls on another thread begins. */
const smallBytes = 2 ** 16;

async function write(path: string, content: Uint8Array): Promise<void> {
  if (content.length <= smallBytes) writeAtomicallySync(path, content, mode);
  else await writeAtomically(path, content, { mode });
}

/**
 * Marks the file as in use before it is read, so that a process that removes files either sees the mark or was first.
 *
 * @param bytes what the name stands for, where it is at hand
 */
export async function isIntact(
  { root, folder, name, durability }: Omit<Deposit, 'make' | 'content'>,
  bytes?: Uint8Array,
): Promise<boolean> {
  if (!markUsed(folder, name)) return false;
  const place = { root, folder, name };
  const settling = durability === 'light' ? Promise.resolve(true) : canSettle(folder, name);
  // While a request is on its way and the disk is at work, this process has time to compare.
  if (bytes !== undefined) return (await settling) && holds(place, bytes);
  const [content, isSettled] = await Promise.all([readWhole(place), settling]);
  return content !== undefined && isSettled;
}

/** Whether the file is these bytes. @throws UserError as `readWhole` */
function holds(
  { root, folder, name }: Pick<Deposit, 'root' | 'folder' | 'name'>,
  bytes: Uint8Array,
): boolean {
  assertOwnPlace(root, folder, backups);
  try {
    const file = openSync(join(folder, name), 'r');
    try {
      return readsAs(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return unlessMissing(error, folder, backups) ?? false;
  }
}

/** In pieces, so that nothing of the archive's size is allocated for it. */
function readsAs(file: number, bytes: Uint8Array): boolean {
  const piece = Buffer.allocUnsafe(Math.min(pieceBytes, bytes.length + 1));
  for (let at = 0; ; ) {
    const count = readSync(file, piece);
    if (count === 0) return at === bytes.length;
    if (!piece.subarray(0, count).equals(bytes.subarray(at, at + count))) return false;
    at += count;
  }
}

const pieceBytes = 2 ** 18;

/** @returns whether the file exists */
export function markUsed(folder: string, name: string): boolean {
  if (contentKey(name) === undefined) return false;
  const now = new Date();
  try {
    utimesSync(join(folder, name), now, now);
    return true;
  } catch {
    return false;
  }
}

/** One wait for both: the name may reach the disk before the content, since it shows whether the content is whole. */
async function settle(folder: string, name: string): Promise<void> {
  await Promise.all([syncFile(join(folder, name)), syncFolder(folder)]);
}

/** `false` if the file may not be written, or another process has just removed it. */
export function canSettle(folder: string, name: string): Promise<boolean> {
  return settle(folder, name).then(
    () => true,
    () => false,
  );
}

/** Renames the file first and checks it again: a file that was touched meanwhile goes back to its place. */
export async function removeUnused(folder: string, name: string, before: Date): Promise<'removed' | 'kept'> {
  if (contentKey(name) === undefined) return 'kept';
  const path = join(folder, name);
  const aside = temporaryNameOf(path);
  // Thousands may be too young, and be looked at in every run of their first hour: a promise for each costs several times as much.
  const stats = statSync(path, { throwIfNoEntry: false });
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
  const names = listOwnFolder(folder, backups);
  const unfinished = names.filter((name) => contentKey(finalNameOf(name) ?? '') !== undefined);
  await Promise.all(
    unfinished.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats !== undefined && stats.mtime < before) await rm(join(folder, name), { force: true });
    }),
  );
}
