/** Which archives need no download before they are overwritten or deleted. */

import { existsSync } from 'node:fs';
import type { StoredArchives } from '../../core/budget.js';
import { ownPlace } from '../../reconcile/own-place.js';
import type { Connection } from '../connect.js';
import type { ApprovalOptions } from '../options/approvals.js';
import type { Settings } from '../settings.js';

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
  const { openVault } = await import('../../reconcile/backup/vault.js');
  return (await openVault({ root, tenant }).list()).map(({ key }) => key);
}

async function listCache(root: string): Promise<readonly string[]> {
  const { openArchiveCache } = await import('../../reconcile/archive-cache.js');
  return openArchiveCache(root).list();
}
