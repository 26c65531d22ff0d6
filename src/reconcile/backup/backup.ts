/** Stores what is about to be overwritten or deleted: always the record, and its archive unless it is stored already. */

import { asMd5, md5Of } from '../../core/digest.js';
import { TenantError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { withoutUndefined } from '../../core/json.js';
import type { Kind } from '../../core/kind.js';
import { actualOf, clientOf, type KindClients } from '../../tenant/actual.js';
import { apiPaths, type ExtensionsClient } from '../../tenant/extensions.js';
import type { CallOptions } from '../../tenant/pages.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { ArchiveCache } from '../archive-cache.js';
import type { PreviousRecord } from '../run-record.js';
import type { Backup } from '../write-dependencies.js';
import type { Vault } from './vault.js';

interface BackupContext {
  readonly vault: Vault;
  readonly tenant: KindClients<Pick<ExtensionsClient, 'downloadArchive'>>;
  /** Archives that planning downloaded. */
  readonly cache?: Pick<ArchiveCache, 'find'>;
}

export function createBackup(context: BackupContext): Backup {
  const { vault } = context;
  const { begin, isStored } = createLooks(vault);
  return {
    expect: begin,
    keep: async (record, { kind = 'extension', onSettling, ...options } = {}) => {
      const [sha256, md5] = await Promise.all([
        vault.putRecord(record, onSettling),
        keepArchive({ record, kind }, { ...context, isStored }, options),
      ]);
      return { ...previousOf(record), md5, archive: 'stored', record: sha256 };
    },
    keepRecord: async (record, { onSettling } = {}) => ({
      ...previousOf(record),
      record: await vault.putRecord(record, onSettling),
    }),
    // Only saves a later download: a full disk is reported when something has to be stored.
    keepUploaded: async ({ bytes, md5 }) => {
      await vault.putLightly(bytes, md5).catch(() => undefined);
    },
  };
}

interface Looks {
  readonly begin: (md5: string | undefined) => void;
  /** The look that has begun, or a new one. */
  readonly isStored: (md5: string) => Promise<boolean>;
}

function createLooks(vault: Pick<Vault, 'has' | 'isThere'>): Looks {
  const begun = new Map<string, Promise<boolean>>();
  return {
    begin: (text) => {
      const md5 = asMd5(text);
      if (md5 === undefined) return;
      const looking = vault.has(md5);
      looking.catch(() => undefined);
      begun.set(md5, looking);
    },
    isStored: async (md5) => {
      const looking = begun.get(md5);
      begun.delete(md5);
      if (looking === undefined) return vault.has(md5);
      // Reading the record may have had to wait its turn, and somebody may have removed the copy meanwhile.
      return (await looking) && (vault.isThere(md5) || vault.has(md5));
    },
  };
}

/** The journal's form of a record if nothing is stored (`--no-backup`). */
export function previousOf(record: ExtensionRecord): PreviousRecord {
  const { id, tags, md5, archiveName, qextVersion, revision, supernova } = actualOf(record);
  const known = withoutUndefined({ md5: asMd5(md5), archiveName, version: qextVersion, revision });
  return { id, tags, supernova, archive: 'not-stored', ...known };
}

/** Resolves to the MD5 under which the archive is stored. */
async function keepArchive(
  { record, kind }: { readonly record: ExtensionRecord; readonly kind: Kind },
  { vault, tenant, cache, isStored }: BackupContext & Pick<Looks, 'isStored'>,
  options: CallOptions,
): Promise<string> {
  const expected = asMd5(actualOf(record).md5);
  if (expected !== undefined && (await isStored(expected))) return expected;
  const cached = expected === undefined ? undefined : await cache?.find(expected);
  if (cached !== undefined) return vault.put(cached);
  const client = clientOf(tenant, kind);
  const archive = await client
    .downloadArchive(record.id, options)
    .catch((error) => explainDownload(error, kind));
  const md5 = md5Of(archive);
  if (expected !== undefined && md5 !== expected)
    throw changedMeanwhile(`${apiPaths[kind]}/${record.id}/file`, expected, md5);
  return vault.put(archive);
}

function explainDownload(error: unknown, kind: Kind): never {
  if (!(error instanceof TenantError)) throw error;
  const { method, path, status, code, traceId } = error;
  const answer = { method, path, status, code, traceId, cause: error };
  if (status !== 403) {
    throw new TenantError(`no backup, so nothing was written: ${error.message}`, {
      ...answer,
      hint: error.hint,
      exitCode: error.exitCode,
    });
  }
  throw new TenantError(
    `this key may not download archives${kind === 'theme' ? ' of themes' : ''} (tenant or analytics admins only), so no backup can be kept`,
    { ...answer, hint: 'Use the key of an admin, or --no-backup to write without a copy to go back to.' },
  );
}

function changedMeanwhile(path: string, expected: string, md5: string): TenantError {
  return new TenantError(
    `no backup, so nothing was written: the tenant says its archive has md5 ${expected}, but what it sent has ${md5}`,
    {
      method: 'GET',
      path,
      code: 'archive-moved',
      hint: 'It was changed at this moment, or the stored archive is damaged. Run plan again; if that does not help, --no-backup writes without a copy.',
      exitCode: exitCodes.conflict,
    },
  );
}
