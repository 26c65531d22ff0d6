/** Stores what is about to be overwritten or deleted: always the record, and its archive unless it is stored already. */

import { asMd5, md5Of } from '../../core/digest.js';
import { TenantError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { withoutUndefined } from '../../core/json.js';
import { actualOf } from '../../tenant/actual.js';
import type { ExtensionsClient } from '../../tenant/extensions.js';
import type { CallOptions } from '../../tenant/pages.js';
import type { ExtensionRecord } from '../../tenant/wire.js';
import type { ArchiveCache } from '../archive-cache.js';
import type { PreviousRecord } from '../run-record.js';
import type { Backup } from '../write-dependencies.js';
import type { Vault } from './vault.js';

interface BackupContext {
  readonly vault: Vault;
  readonly extensions: Pick<ExtensionsClient, 'downloadArchive'>;
  /** Archives that planning downloaded. */
  readonly cache?: Pick<ArchiveCache, 'find'>;
}

export function createBackup(context: BackupContext): Backup {
  const { vault } = context;
  return {
    keep: async (record, options) => {
      const [sha256, md5] = await Promise.all([
        vault.putRecord(record),
        keepArchive(record, context, options),
      ]);
      return { ...previousOf(record), md5, archive: 'stored', record: sha256 };
    },
    keepRecord: async (record) => ({ ...previousOf(record), record: await vault.putRecord(record) }),
    // Only saves a later download: a full disk is reported when something has to be stored.
    keepUploaded: async (archive) => {
      await vault.putLightly(archive).catch(() => undefined);
    },
  };
}

/** The journal's form of a record where nothing is stored (`--no-backup`). */
export function previousOf(record: ExtensionRecord): PreviousRecord {
  const { id, tags, md5, archiveName, qextVersion, revision, supernova } = actualOf(record);
  const known = withoutUndefined({ md5: asMd5(md5), archiveName, version: qextVersion, revision });
  return { id, tags, supernova, archive: 'not-stored', ...known };
}

/** Resolves to the MD5 that the archive is stored under. */
async function keepArchive(
  record: ExtensionRecord,
  { vault, extensions, cache }: BackupContext,
  options: CallOptions | undefined,
): Promise<string> {
  const expected = asMd5(actualOf(record).md5);
  if (expected !== undefined && (await vault.has(expected))) return expected;
  const cached = expected === undefined ? undefined : await cache?.find(expected);
  if (cached !== undefined) return vault.put(cached);
  const archive = await extensions.downloadArchive(record.id, options).catch(explainDownload);
  const md5 = md5Of(archive);
  if (expected !== undefined && md5 !== expected) throw moved(record, expected, md5);
  return vault.put(archive);
}

function explainDownload(error: unknown): never {
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
    'this key may not download archives (tenant or analytics admins only), so no backup can be kept',
    { ...answer, hint: 'Use the key of an admin, or --no-backup to write without a copy to go back to.' },
  );
}

function moved({ id }: ExtensionRecord, expected: string, md5: string): TenantError {
  return new TenantError(
    `no backup, so nothing was written: the tenant says its archive has md5 ${expected}, but what it sent has ${md5}`,
    {
      method: 'GET',
      path: `/api/v1/extensions/${id}/file`,
      code: 'archive-moved',
      hint: 'It was changed at this moment, or the stored archive is damaged. Run plan again; if that does not help, --no-backup writes without a copy.',
      exitCode: exitCodes.conflict,
    },
  );
}
