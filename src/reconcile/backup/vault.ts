/**
 * The local store of archives and records, `.qlik-sync/backups/<tenant>/`: each file is named by its content, written
 * aside and renamed, so that several processes may use it at once and what is there is whole.
 */

import { createHash } from 'node:crypto';
import { md5Of } from '../../core/md5.js';
import type { TenantIdentity } from '../../core/model.js';
import type { Durability } from '../../source/write-aside.js';
import { ownPlace, tenantKey } from '../own-place.js';
import { deposit, markUsed, readWhole } from './vault-files.js';
import { listFiles, removeLeftovers, removeUnused, type StoredFile } from './vault-tidy.js';

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
  /** Removes what processes that died left half written. */
  removeLeftovers(before: Date): Promise<void>;
}

export interface VaultPlace {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
}

/** Creates nothing until something is put. */
export function openVault({ root, tenant }: VaultPlace): Vault {
  const folder = ownPlace(root, 'backups', tenantKey(tenant));
  const read = (md5: string) => readWhole(folder, `${md5}.zip`);
  const putArchive = async (archive: Uint8Array, durability: Durability) => {
    const md5 = md5Of(archive);
    await deposit({ root, folder, name: `${md5}.zip`, content: archive, durability });
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
      await deposit({ root, folder, name: `${sha256}.json`, content, durability: 'durable' });
      return sha256;
    },
    readRecord: async (sha256) => {
      const content = await readWhole(folder, `${sha256}.json`);
      return content === undefined ? undefined : JSON.parse(content.toString('utf8'));
    },
    list: () => listFiles(folder),
    removeUnused: (name, before) => removeUnused(folder, name, before),
    removeLeftovers: (before) => removeLeftovers(folder, before),
  };
}
