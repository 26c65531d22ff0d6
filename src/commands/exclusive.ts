/** The right to write: one run at a time on this machine, for one tenant and project. */

import type { Release } from '../reconcile/lock.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { RunPlace } from './run-place.js';

export interface Exclusive {
  readonly command: RunStart['command'] | 'pull';
  /** A line for people, without its end. */
  readonly say: (notice: string) => void;
  /** Ends the waiting; absent: an interrupt does. */
  readonly signal?: AbortSignal;
}

/**
 * Takes the lock before anything is looked at, so that nothing moves between looking and writing, and gives it back.
 *
 * @throws UserError where another run keeps it (exit 7, or 9 when time ran out), or where nothing can be written below `.qlik-sync` (exit 3)
 */
export async function withLock<T>(place: RunPlace, exclusive: Exclusive, work: () => Promise<T>): Promise<T> {
  const release = await lock(place, exclusive);
  try {
    return await work();
  } finally {
    await release();
  }
}

export async function lock(
  { settings, connection, io }: RunPlace,
  { command, say, signal = io.interrupted }: Exclusive,
): Promise<Release> {
  const { takeLock } = await import('../reconcile/lock.js');
  return takeLock({
    root: settings.config.root,
    tenant: connection.identity,
    project: settings.config.project,
    self: io.self,
    command,
    onWait: say,
    signal,
  });
}
