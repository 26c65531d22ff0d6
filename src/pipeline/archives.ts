/** The archives of this run's tenant, and how many had to be downloaded. */

import { existsSync } from 'node:fs';
import type { StoredArchives } from '../core/budget.js';
import { type CountingReader, createArchiveReader } from '../reconcile/archives.js';
import { ownPlace } from '../reconcile/own-place.js';
import type { Connection } from '../run/connect.js';
import type { ApprovalOptions } from '../run/flags.js';
import type { Io } from '../run/io.js';
import type { Settings } from '../run/settings.js';

export function openArchiveReader(
  { config, flags }: Settings,
  { extensions, identity }: Connection,
  io: Io,
): CountingReader {
  let downloads = 0;
  const readArchive = createArchiveReader({
    extensions,
    root: config.root,
    tenant: identity,
    cache: flags.cache === false ? 'off' : 'on',
    signal: io.interrupted,
    onDownload: () => {
      downloads += 1;
    },
  });
  return { readArchive, downloads: () => downloads };
}

// Which archives need no download before they are overwritten or deleted.

/** By their names alone; whether the bytes are whole is looked at when they are needed. */
export async function readStoredArchives(
  { config: { root }, flags }: Settings,
  { identity: tenant }: Connection,
  { backup }: Pick<ApprovalOptions, 'backup'>,
): Promise<StoredArchives> {
  if (backup === false) return 'off';
  const [vault, cache] = await Promise.all([
    existsSync(ownPlace(root, 'backups')) ? listVault(root, tenant) : [],
    flags.cache !== false && existsSync(ownPlace(root, 'cache')) ? listCache(root) : [],
  ]);
  return new Set([...vault, ...cache]);
}

async function listVault(root: string, tenant: string): Promise<readonly string[]> {
  const { createVault } = await import('../reconcile/backup/vault.js');
  return (await createVault({ root, tenant }).list()).map(({ key }) => key);
}

async function listCache(root: string): Promise<readonly string[]> {
  const { createArchiveCache } = await import('../reconcile/archive-cache.js');
  return createArchiveCache(root).list();
}
