/** The archive of a record: from a local store that has these exact bytes, else from the tenant. */

import { asMd5, md5Of } from '../core/digest.js';
import { TenantError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import type { ActualExtension, TenantIdentity } from '../core/model.js';
import { UnreadableArchiveError } from '../core/zip/unreadable.js';
import { clientOf, type KindClients } from '../tenant/actual.js';
import { apiPaths, type ExtensionsClient } from '../tenant/extensions.js';
import { createArchiveCache } from './archive-cache.js';
import { createVault } from './backup/vault.js';

interface ArchiveSource {
  readonly clients: KindClients<Pick<ExtensionsClient, 'downloadArchive'>>;
  /** Absolute: the folder of the config file, which contains `.qlik-sync/`. */
  readonly root: string;
  /** The tenant whose backups are searched. */
  readonly tenant: TenantIdentity;
  /** `off`: neither the cache nor the backups are used, and nothing is kept. */
  readonly cache: 'on' | 'off';
  readonly signal: AbortSignal;
}

/**
 * The bytes with the MD5 that the record states. Each archive is loaded once, however many callers ask at the same time.
 *
 * @throws TenantError if it cannot be downloaded (403: whole archives are for administrators only), or is not the one
 * that the record states
 */
export type ReadArchive = (record: ActualExtension) => Promise<Buffer>;

export interface ArchiveReader {
  readonly read: ReadArchive;
  /** How many archives had to be downloaded so far. */
  readonly downloads: () => number;
}

export function createArchiveReader(source: ArchiveSource): ArchiveReader {
  const stores = source.cache === 'on' ? createStores(source) : noStores;
  const underWay = new Map<string, Promise<Buffer>>();
  let downloads = 0;
  const load = async (record: ActualExtension): Promise<Buffer> => {
    const md5 = asMd5(record.md5);
    const local = md5 === undefined ? undefined : await stores.find(md5);
    if (local !== undefined) return local;
    downloads += 1;
    const bytes = await download(record, source);
    if (md5 !== undefined) await stores.keep(md5, bytes);
    return bytes;
  };
  return {
    read: (record) => {
      const key = `${record.id} ${record.md5}`;
      const reading = underWay.get(key) ?? load(record).finally(() => underWay.delete(key));
      underWay.set(key, reading);
      return reading;
    },
    downloads: () => downloads,
  };
}

/**
 * Why one archive could not be read, as a clause; `undefined` if the error concerns more than this archive, such as a
 * credential that is no longer accepted (401).
 */
export function whyUnreadable(error: unknown): string | undefined {
  if (error instanceof UnreadableArchiveError) return `its archive ${error.why}`;
  return error instanceof TenantError && error.status !== 401 ? error.message : undefined;
}

interface Stores {
  readonly find: (md5: string) => Promise<Buffer | undefined>;
  readonly keep: (md5: string, bytes: Buffer) => Promise<void>;
}

const noStores: Stores = { find: async () => undefined, keep: async () => undefined };

/** Backups hold the archives from before each write: often the one that is needed. */
function createStores({ root, tenant }: ArchiveSource): Stores {
  const cache = createArchiveCache(root);
  const vault = createVault({ root, tenant });
  return {
    find: async (md5) => (await cache.find(md5)) ?? vault.read(md5).catch(() => undefined),
    keep: cache.keep,
  };
}

async function download(record: ActualExtension, source: ArchiveSource): Promise<Buffer> {
  const kind = kindOf(record.name ?? '');
  const client = clientOf(source.clients, kind);
  const bytes = await client.downloadArchive(record.id, { signal: source.signal });
  if (record.md5 === undefined || md5Of(bytes) === record.md5) return bytes;
  throw new TenantError(
    `The archive of ${record.name ?? record.id} has the md5 ${md5Of(bytes)}; the list says ${record.md5}.`,
    {
      method: 'GET',
      path: `${apiPaths[kind]}/${record.id}/file`,
      code: 'other-archive',
      hint: 'It was changed on the tenant meanwhile, or damaged on the way: run the command again.',
    },
  );
}
