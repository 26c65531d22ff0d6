/**
 * The local store of archives and records, `.qlik-sync/backups/<tenant>/`. Each file is named by its content, written
 * under a temporary name and renamed, so that several processes can use it at once and every file is complete. A file is
 * trusted only as far as its bytes match its name.
 */

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, utimesSync } from 'node:fs';
import { link, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { md5Of } from '../../core/digest.js';
import { exitCodes } from '../../core/exit-codes.js';
import type { TenantIdentity } from '../../core/model.js';
import {
  type Durability,
  finalNameOf,
  syncFile,
  syncFolder,
  temporaryNameOf,
  writeAtomically,
  writeAtomicallySync,
} from '../../source/write-atomically.js';
import {
  assertOwnPlace,
  isOwnPlace,
  listOwnFolder,
  makeOwnPlace,
  ownPlace,
  tenantKey,
  unlessMissing,
  unwritable,
} from '../own-place.js';
import type { OnSettling } from '../write-dependencies.js';
import type { UploadedArchives } from './uploaded.js';

export interface Vault {
  /** Whether the archive with this MD5 is stored intact. Marks it as in use, so that no other process removes it. */
  has(md5: string): Promise<boolean>;
  /** The archive, if its bytes match its name; `undefined` otherwise. */
  read(md5: string): Promise<Buffer | undefined>;
  /** Durable when it resolves, with the archive's MD5. */
  put(archive: Uint8Array): Promise<string>;
  /**
   * Like `put`, but does not wait for the disk: for archives that can be downloaded again.
   *
   * @param md5 the archive's, if known
   */
  putLightly(archive: Uint8Array, md5?: string): Promise<string>;
  /** Durable when it resolves, with the SHA-256 of the record's JSON; or when what `onSettling` is given does. */
  putRecord(record: object, onSettling?: OnSettling): Promise<string>;
  /** The record's parsed JSON, if its bytes match its name. */
  readRecord(sha256: string): Promise<unknown>;
  /** Taken from their names alone. @throws UserError if the folder cannot be read */
  list(): Promise<readonly StoredFile[]>;
  /** Removes a file that was neither written nor used since `before`; safe while other processes use the store. */
  removeUnused(name: string, before: Date): Promise<'removed' | 'kept'>;
  /** Removes half-written files of processes that died, unless they were written since `before`. */
  removeLeftovers(before: Date): Promise<void>;
}

interface VaultPlace {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  /** In a run on several tenants: the path of each archive that one of them put lightly, by its MD5. */
  readonly copies?: Map<string, string>;
  /** Of a session: notes what is put lightly, which `has` compares with what is stored. */
  readonly uploaded?: UploadedArchives | undefined;
}

/** Creates nothing until something is put. */
export function createVault({ root, tenant, copies = new Map(), uploaded }: VaultPlace): Vault {
  const folder = ownPlace(root, 'backups', tenantKey(tenant));
  const read = (md5: string) => readWhole({ root, folder, name: `${md5}.zip` });
  let making: Promise<void> | undefined;
  /** Runs before every put, as someone may have removed the folder or put a link there; simultaneous puts share one call. */
  const make = (): Promise<void> => {
    making ??= makeOwnPlace(root, folder).finally(() => {
      making = undefined;
    });
    return making;
  };
  const place = { root, folder, make };
  const putLightly = async (archive: Uint8Array, md5 = md5Of(archive)): Promise<string> => {
    const name = `${md5}.zip`;
    const copy = copies.get(md5);
    if (copy === undefined || !(await linkCopy(copy, place, name))) {
      await deposit({ ...place, name, content: archive, durability: 'light' });
      copies.set(md5, join(folder, name));
    }
    if (uploaded !== undefined) {
      uploaded.note(md5, archive);
      // The next save finds it on the disk.
      void canSettle(folder, name);
    }
    return md5;
  };
  return {
    has: async (md5) => {
      const of = { root, folder, name: `${md5}.zip`, durability: 'durable' } as const;
      return isOwnPlace(root, folder) && isIntact(of, uploaded?.take(md5));
    },
    read,
    put: async (archive) => {
      const md5 = md5Of(archive);
      await deposit({ ...place, name: `${md5}.zip`, content: archive, durability: 'durable' });
      return md5;
    },
    putLightly,
    putRecord: async (record, onSettling) => {
      const content = Buffer.from(JSON.stringify(record));
      const sha256 = createHash('sha256').update(content).digest('hex');
      await deposit({ ...place, name: `${sha256}.json`, content, durability: 'durable' }, onSettling);
      return sha256;
    },
    readRecord: async (sha256) => {
      const content = await readWhole({ root, folder, name: `${sha256}.json` });
      return content === undefined ? undefined : JSON.parse(content.toString('utf8'));
    },
    list: async () => listFiles(folder),
    removeUnused: (name, before) => removeUnused(folder, name, before),
    removeLeftovers: (before) => removeLeftovers(folder, before),
  };
}

const what = 'The backups';

/** The MD5 or SHA-256 that a file is named by; `undefined` for any other name. */
export function contentKey(name: string): string | undefined {
  const [, md5, sha256] = /^(?:([0-9a-f]{32})\.zip|([0-9a-f]{64})\.json)$/.exec(name) ?? [];
  return md5 ?? sha256;
}

/** The file that holds the content with this MD5 or SHA-256. */
export function fileOfKey(key: string): string {
  return key.length === 32 ? `${key}.zip` : `${key}.json`;
}

/** Whether it is the content that has this MD5 or SHA-256. */
export function hasKey(content: Uint8Array, key: string): boolean {
  const algorithm = key.length === 32 ? 'md5' : 'sha256';
  return createHash(algorithm).update(content).digest('hex') === key;
}

/** Whatever in a journal could be the MD5 or SHA-256 that a file is named by, each once. */
export function contentKeysIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\b(?:[0-9a-f]{32}){1,2}\b/g));
}

/**
 * `undefined` for any name that is not a content name, and if the file does not exist or is damaged.
 *
 * @throws UserError if it exists and cannot be read: a backup that cannot be read is not a missing one
 */
async function readWhole({
  root,
  folder,
  name,
}: Pick<Deposit, 'root' | 'folder' | 'name'>): Promise<Buffer | undefined> {
  const key = contentKey(name);
  if (key === undefined) return undefined;
  assertOwnPlace(root, folder, what);
  const content = await readFile(join(folder, name)).catch((error: unknown) =>
    unlessMissing(error, folder, what),
  );
  return content !== undefined && hasKey(content, key) ? content : undefined;
}

interface OpenPlace {
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
 * Links another tenant's file under a name here: one step instead of six, and the bytes are on the disk once. If anything
 * prevents that (a name that is taken, a disk without hard links), the file is written instead.
 */
async function linkCopy(copy: string, { folder, make }: OpenPlace, name: string): Promise<boolean> {
  try {
    await make();
    await link(copy, join(folder, name));
    return true;
  } catch {
    return false;
  }
}

/** @param onSettling takes the wait for the disk, where the file is written already */
async function deposit(
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
async function isIntact(
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
  assertOwnPlace(root, folder, what);
  try {
    const file = openSync(join(folder, name), 'r');
    try {
      return readsAs(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return unlessMissing(error, folder, what) ?? false;
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
function markUsed(folder: string, name: string): boolean {
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
function canSettle(folder: string, name: string): Promise<boolean> {
  return settle(folder, name).then(
    () => true,
    () => false,
  );
}

export interface StoredFile {
  /** `<md5>.zip` or `<sha256>.json`. */
  readonly name: string;
  /** The MD5 or SHA-256 that it is named by. */
  readonly key: string;
}

function listFiles(folder: string): readonly StoredFile[] {
  return listOwnFolder(folder, what).flatMap((name) => {
    const key = contentKey(name);
    return key === undefined ? [] : [{ name, key }];
  });
}

/** Renames the file first and checks it again: a file that was touched meanwhile goes back to its place. */
async function removeUnused(folder: string, name: string, before: Date): Promise<'removed' | 'kept'> {
  if (contentKey(name) === undefined) return 'kept';
  const path = join(folder, name);
  const aside = temporaryNameOf(path);
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

async function removeLeftovers(folder: string, before: Date): Promise<void> {
  const names = listOwnFolder(folder, what);
  const unfinished = names.filter((name) => contentKey(finalNameOf(name) ?? '') !== undefined);
  await Promise.all(
    unfinished.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats !== undefined && stats.mtime < before) await rm(join(folder, name), { force: true });
    }),
  );
}
