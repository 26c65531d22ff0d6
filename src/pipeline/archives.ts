/** The archives of a run's tenant: read from wherever they are, and which of them are stored already. */

import { existsSync } from 'node:fs';
import type { StoredArchives } from '../core/budget.js';
import { type ArchiveReader, createArchiveReader } from '../reconcile/archives.js';
import { ownPlace } from '../reconcile/own-place.js';
import type { Approvals } from '../run/flags.js';
import type { Run } from '../run/run.js';

type Place = Pick<Run, 'settings' | 'tenant' | 'io'>;

export function archivesOf({ settings: { config, flags }, tenant, io }: Place): ArchiveReader {
  return createArchiveReader({
    clients: tenant,
    root: config.root,
    tenant: tenant.identity,
    cache: flags.cache === false ? 'off' : 'on',
    signal: io.interrupted,
  });
}

/**
 * Those that need no download before they are overwritten or deleted, going by their names alone: their bytes are checked
 * when they are needed.
 */
export async function readStoredArchives(
  { settings, tenant }: Pick<Run, 'settings' | 'tenant'>,
  { backup }: Pick<Approvals, 'backup'>,
): Promise<StoredArchives> {
  if (backup === false) return 'off';
  const { config, flags } = settings;
  const { root } = config;
  const [vault, cache] = await Promise.all([
    existsSync(ownPlace(root, 'backups')) ? listVault(root, tenant.identity) : [],
    flags.cache !== false && existsSync(ownPlace(root, 'cache')) ? listCache(root) : [],
  ]);
  return new Set([...vault, ...cache]);
}

async function listVault(root: string, tenant: string): Promise<readonly string[]> {
  const { createVault } = await import('../reconcile/backup/vault.js');
  // Only a forecast: whoever needs a backup says why it cannot be read.
  const stored = await createVault({ root, tenant })
    .list()
    .catch(() => []);
  return stored.map(({ key }) => key);
}

async function listCache(root: string): Promise<readonly string[]> {
  const { createArchiveCache } = await import('../reconcile/archive-cache.js');
  return createArchiveCache(root).list();
}
