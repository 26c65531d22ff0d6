/** Which archives need no download before they are overwritten or deleted. */

import { existsSync } from 'node:fs';
import type { StoredArchives } from '../core/budget.js';
import { ownPlace } from '../reconcile/own-place.js';
import type { Connection } from './connect.js';
import type { ApprovalOptions } from './options.js';
import type { Settings } from './settings.js';

/** By their names alone; whether the bytes are whole is looked at when they are needed. */
export async function readStoredArchives(
  { config: { root } }: Settings,
  { identity: tenant }: Connection,
  { backup }: Pick<ApprovalOptions, 'backup'>,
): Promise<StoredArchives> {
  if (backup === false) return 'off';
  if (!existsSync(ownPlace(root, 'backups'))) return new Set();
  const { openVault } = await import('../reconcile/vault.js');
  return new Set((await openVault({ root, tenant }).list()).map(({ key }) => key));
}
