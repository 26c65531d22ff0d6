/** Both sides read at once: the tenant's list is on its way while the disk is read. */

import { setImmediate } from 'node:timers/promises';
import { isOwned } from '../../core/marker.js';
import type { ActualState } from '../../core/model.js';
import { readActual } from '../../tenant/actual.js';
import type { RunPlace } from '../run-place.js';
import type { Settings } from '../settings.js';
import { assertFound, type Folders } from './folders.js';

/**
 * Where the disk says no, the list is given up.
 *
 * @throws TenantError, and what the reading throws
 */
export async function besideListing(
  { connection, io }: Pick<RunPlace, 'connection' | 'io'>,
  read: (listing: Promise<ActualState>) => Promise<Folders>,
): Promise<{ readonly folders: Folders; readonly listed: ActualState }> {
  const giveUp = new AbortController();
  const signal = AbortSignal.any([giveUp.signal, io.interrupted]);
  const listing = readActual(connection.extensions, { signal });
  listing.catch(() => undefined);
  try {
    // The request begins to leave before the disk is read.
    await setImmediate();
    const folders = await read(listing);
    return { folders, listed: await listing };
  } finally {
    giveUp.abort();
  }
}

/** Nothing here and nothing of ours there is a mistake in the config rather than a success. @throws UserError, FindingsError */
export function assertWorth(folders: Folders, { extensions }: ActualState, settings: Settings): void {
  const ownsAny = extensions.some((record) => isOwned(record, settings.config.project));
  if (!ownsAny) assertFound(folders, settings);
}
