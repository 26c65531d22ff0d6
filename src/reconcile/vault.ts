/**
 * The local store of archives and records, `.qlik-sync/backups/<tenant>/`: each file is named by its content, written
 * aside and renamed, so that several processes may use it at once and what is there is whole.
 */

import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../core/errors.js';
import { makeOwnPlace, ownPlace, syncFolder, tenantKey, unwritable } from './own-place.js';

export interface Vault {
  /** Whether the archive with this MD5 is there, whole. Marks it as in use, so that no other process tidies it away. */
  has(md5: string): Promise<boolean>;
  /** The archive, if its bytes are what its name says; `undefined` otherwise. */
  read(md5: string): Promise<Buffer | undefined>;
  /** Durable when it resolves, with the archive's MD5. */
  put(archive: Uint8Array): Promise<string>;
  /** Like `put` without waiting for the disk: for what can be had again. */
  putLightly(archive: Uint8Array): Promise<string>;
  /** Durable when it resolves, with the SHA-256 of the record's JSON. */
  putRecord(record: object): Promise<string>;
  /** The record's parsed JSON, if its bytes are what its name says. */
  readRecord(sha256: string): Promise<unknown>;
  list(): Promise<readonly StoredFile[]>;
  /** Removes what nobody wrote or used since `before`, even if it is used at this moment. */
  removeUnused(name: string, before: Date): Promise<'removed' | 'kept'>;
}

export interface StoredFile {
  /** `<md5>.zip` or `<sha256>.json`. */
  readonly name: string;
  /** The MD5 or SHA-256 that it is named by. */
  readonly key: string;
  readonly bytes: number;
  readonly usedAt: Date;
}

/** Creates nothing until something is put. @param tenant the origin, or `sandbox` */
export function openVault({ root, tenant }: { readonly root: string; readonly tenant: string }): Vault {
  const folder = ownPlace(root, 'backups', tenantKey(tenant));
  const read = (md5: string) => readWhole(folder, `${md5}.zip`);
  const putArchive = async (archive: Uint8Array, durability: Durability) => {
    const md5 = createHash('md5').update(archive).digest('hex');
    await keep({ root, folder, name: `${md5}.zip`, content: archive, durability });
    return md5;
  };
  return {
    has: async (md5) => (await markUsed(folder, `${md5}.zip`, 'durable')) && (await read(md5)) !== undefined,
    read,
    put: (archive) => putArchive(archive, 'durable'),
    putLightly: (archive) => putArchive(archive, 'light'),
    putRecord: async (record) => {
      const content = Buffer.from(JSON.stringify(record));
      const sha256 = createHash('sha256').update(content).digest('hex');
      await keep({ root, folder, name: `${sha256}.json`, content, durability: 'durable' });
      return sha256;
    },
    readRecord: async (sha256) => {
      const content = await readWhole(folder, `${sha256}.json`);
      return content === undefined ? undefined : JSON.parse(content.toString('utf8'));
    },
    list: () => listFiles(folder),
    removeUnused: (name, before) => removeUnused(folder, name, before),
  };
}

const namePattern = /^(?:([0-9a-f]{32})\.zip|([0-9a-f]{64})\.json)$/;

/** A name that is no content name is of no file here, whatever it points at. */
async function readWhole(folder: string, name: string): Promise<Buffer | undefined> {
  const [, md5, sha256] = namePattern.exec(name) ?? [];
  const key = md5 ?? sha256;
  if (key === undefined) return undefined;
  const content = await readFile(join(folder, name)).catch(absent);
  if (content === undefined) return undefined;
  const algorithm = md5 === undefined ? 'sha256' : 'md5';
  return createHash(algorithm).update(content).digest('hex') === key ? content : undefined;
}

type Durability = 'durable' | 'light';

interface Deposit {
  readonly root: string;
  readonly folder: string;
  readonly name: string;
  readonly content: Uint8Array;
  readonly durability: Durability;
}

async function keep(deposit: Deposit): Promise<void> {
  const { root, folder, name, durability } = deposit;
  try {
    if ((await markUsed(folder, name, durability)) && (await readWhole(folder, name)) !== undefined) return;
    await makeOwnPlace(root, folder);
    await writeAside(deposit);
    if (durability === 'durable') await syncFolder(folder);
  } catch (error) {
    throw unwritable(error, `The backups in ${folder}`, {
      hint: 'Free some space or make the folder writable, or write without a copy to go back to: --no-backup.',
      exitCode: exitCodes.incomplete,
    });
  }
}

async function writeAside({ folder, name, content, durability }: Deposit): Promise<void> {
  const aside = join(folder, `${name}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(aside, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      if (durability === 'durable') await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, join(folder, name));
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** Says that the file is in use, before it is looked at: whoever tidies sees it or has taken it away already. */
async function markUsed(folder: string, name: string, durability: Durability): Promise<boolean> {
  if (!namePattern.test(name)) return false;
  const handle = await open(join(folder, name), 'r+').catch(absent);
  if (handle === undefined) return false;
  try {
    const now = new Date();
    await handle.utimes(now, now);
    if (durability === 'durable') await handle.sync();
    return true;
  } finally {
    await handle.close();
  }
}

async function listFiles(folder: string): Promise<readonly StoredFile[]> {
  const names = (await readdir(folder).catch(absent)) ?? [];
  const files = await Promise.all(
    names.map(async (name) => {
      const [, md5, sha256] = namePattern.exec(name) ?? [];
      const key = md5 ?? sha256;
      const stats = key === undefined ? undefined : await stat(join(folder, name)).catch(absent);
      if (key === undefined || stats === undefined) return [];
      return [{ name, key, bytes: stats.size, usedAt: stats.mtime }];
    }),
  );
  return files.flat();
}

/** Taken aside first, then looked at again: a file that was touched meanwhile goes back to its place. */
async function removeUnused(folder: string, name: string, before: Date): Promise<'removed' | 'kept'> {
  if (!namePattern.test(name)) return 'kept';
  const path = join(folder, name);
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  const stats = await stat(path).catch(absent);
  if (stats === undefined || stats.mtime >= before) return 'kept';
  await rename(path, aside);
  if ((await stat(aside)).mtime >= before) {
    await rename(aside, path);
    return 'kept';
  }
  await rm(aside);
  return 'removed';
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
