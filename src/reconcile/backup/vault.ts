/**
 * The local store of archives and records, `.qlik-sync/backups/<tenant>/`. Each file is named by its content, written
 * under a temporary name and renamed, so that several processes can use it at once and every file is complete. A file is
 * trusted only as far as its bytes match its name.
 */

import { createHash } from 'node:crypto';
import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { md5Of } from '../../core/digest.js';
import type { TenantIdentity } from '../../core/model.js';
import { isOwnPlace, listOwnFolder, makeOwnPlace, ownPlace, tenantKey } from '../own-place.js';
import type { OnSettling } from '../write-dependencies.js';
import {
  canSettle,
  deposit,
  isIntact,
  markUsed,
  type OpenPlace,
  readWhole,
  removeLeftovers,
  removeUnused,
} from './content-files.js';
import { backups, contentKey } from './content-names.js';
import type { UploadedArchives } from './uploaded.js';

export interface Vault {
  /** Whether the archive with this MD5 is stored intact. Marks it as in use, so that no other process removes it. */
  has(md5: string): Promise<boolean>;
  /** Whether a file has its name here, after `has`. Marks it as in use, too. */
  isThere(md5: string): boolean;
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
    isThere: (md5) => markUsed(folder, `${md5}.zip`),
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

export interface StoredFile {
  /** `<md5>.zip` or `<sha256>.json`. */
  readonly name: string;
  /** The MD5 or SHA-256 that it is named by. */
  readonly key: string;
}

function listFiles(folder: string): readonly StoredFile[] {
  return listOwnFolder(folder, backups).flatMap((name) => {
    const key = contentKey(name);
    return key === undefined ? [] : [{ name, key }];
  });
}
