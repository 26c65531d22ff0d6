/**
 * The local store of archives and records, `.qlik-sync/backups/<tenant>/`. Each file is named by its content, written
 * under a temporary name and renamed, so that several processes can use it at once and every file is complete. A file is
 * trusted only as far as its bytes match its name.
 */

import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { md5Of } from '../../core/digest.js';
import { exitCodes } from '../../core/exit-codes.js';
import type { TenantIdentity } from '../../core/model.js';
import {
  type Durability,
  finalNameOf,
  syncFolder,
  temporaryNameOf,
  writeAtomically,
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

export interface Vault {
  /** Whether the archive with this MD5 is stored intact. Marks it as in use, so that no other process removes it. */
  has(md5: string): Promise<boolean>;
  /** The archive, if its bytes match its name; `undefined` otherwise. */
  read(md5: string): Promise<Buffer | undefined>;
  /** Durable when it resolves, with the archive's MD5. */
  put(archive: Uint8Array): Promise<string>;
  /** Like `put` without waiting for the disk: for archives that can be downloaded again. */
  putLightly(archive: Uint8Array): Promise<string>;
  /** Durable when it resolves, with the SHA-256 of the record's JSON. */
  putRecord(record: object): Promise<string>;
  /** The record's parsed JSON, if its bytes match its name. */
  readRecord(sha256: string): Promise<unknown>;
  list(): Promise<readonly StoredFile[]>;
  /** Removes a file that was neither written nor used since `before`; safe while other processes use the store. */
  removeUnused(name: string, before: Date): Promise<'removed' | 'kept'>;
  /** Removes half-written files of processes that died. */
  removeLeftovers(before: Date): Promise<void>;
}

interface VaultPlace {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
}

/** Creates nothing until something is put. */
export function createVault({ root, tenant }: VaultPlace): Vault {
  const folder = ownPlace(root, 'backups', tenantKey(tenant));
  const read = (md5: string) => readWhole({ root, folder, name: `${md5}.zip` });
  const putArchive = async (archive: Uint8Array, durability: Durability) => {
    const md5 = md5Of(archive);
    await deposit({ root, folder, name: `${md5}.zip`, content: archive, durability });
    return md5;
  };
  return {
    has: async (md5) =>
      isOwnPlace(root, folder) &&
      (await markUsed(folder, `${md5}.zip`, 'durable')) &&
      (await read(md5)) !== undefined,
    read,
    put: (archive) => putArchive(archive, 'durable'),
    putLightly: (archive) => putArchive(archive, 'light'),
    putRecord: async (record) => {
      const content = Buffer.from(JSON.stringify(record));
      const sha256 = createHash('sha256').update(content).digest('hex');
      await deposit({ root, folder, name: `${sha256}.json`, content, durability: 'durable' });
      return sha256;
    },
    readRecord: async (sha256) => {
      const content = await readWhole({ root, folder, name: `${sha256}.json` });
      return content === undefined ? undefined : JSON.parse(content.toString('utf8'));
    },
    list: () => listFiles(folder),
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

/** Whatever in a journal could be the MD5 or SHA-256 that a file is named by, each once. */
export function contentKeysIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\b(?:[0-9a-f]{32}){1,2}\b/g));
}

/**
 * `undefined` for any name that is not a content name, and for what is not there or damaged.
 *
 * @throws UserError where it is there and cannot be read: a backup that cannot be seen is not one that is missing
 */
async function readWhole({
  root,
  folder,
  name,
}: Omit<Deposit, 'content' | 'durability'>): Promise<Buffer | undefined> {
  const key = contentKey(name);
  if (key === undefined) return undefined;
  assertOwnPlace(root, folder, what);
  const content = await readFile(join(folder, name)).catch((error: unknown) =>
    unlessMissing(error, folder, what),
  );
  if (content === undefined) return undefined;
  const algorithm = name.endsWith('.zip') ? 'md5' : 'sha256';
  return createHash(algorithm).update(content).digest('hex') === key ? content : undefined;
}

interface Deposit {
  readonly root: string;
  readonly folder: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly durability: Durability;
}

async function deposit({ root, folder, name, content, durability }: Deposit): Promise<void> {
  try {
    await makeOwnPlace(root, folder);
    const isKnown = await markUsed(folder, name, durability);
    if (isKnown && (await readWhole({ root, folder, name })) !== undefined) return;
    await writeAtomically(join(folder, name), content, { mode: 0o600, durability });
    if (durability === 'durable') await syncFolder(folder);
  } catch (error) {
    throw unwritable(error, `The backups in ${folder}`, {
      hint: 'Free some space or make the folder writable, or write without a copy to go back to: --no-backup.',
      exitCode: exitCodes.incomplete,
    });
  }
}

/** Marks the file as in use before it is read, so that a process that removes files either sees it or was first. */
async function markUsed(folder: string, name: string, durability: Durability): Promise<boolean> {
  if (contentKey(name) === undefined) return false;
  const handle = await open(join(folder, name), 'r+').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const now = new Date();
    await handle.utimes(now, now);
    if (durability === 'durable') await handle.sync();
  } finally {
    await handle.close();
  }
  if (durability === 'durable') await syncFolder(folder);
  return true;
}

interface StoredFile {
  /** `<md5>.zip` or `<sha256>.json`. */
  readonly name: string;
  /** The MD5 or SHA-256 that it is named by. */
  readonly key: string;
  readonly bytes: number;
  readonly usedAt: Date;
}

async function listFiles(folder: string): Promise<readonly StoredFile[]> {
  const names = await listOwnFolder(folder, what);
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
  const names = await readdir(folder).catch(() => []);
  const aside = names.filter((name) => contentKey(finalNameOf(name) ?? '') !== undefined);
  await Promise.all(
    aside.map(async (name) => {
      const stats = await stat(join(folder, name)).catch(() => undefined);
      if (stats !== undefined && stats.mtime < before) await rm(join(folder, name), { force: true });
    }),
  );
}
