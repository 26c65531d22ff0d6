/** The right to write: one run at a time on this machine, for one tenant and project. */

import type { RunStart } from '../../reconcile/journal/run-record.js';
import type { Release } from '../../reconcile/lock/lock.js';
import type { RunPlace } from '../run-place.js';
import { findMachineLocks } from './machine-locks.js';

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
  const release = await openLock(place, exclusive)();
  try {
    return await work();
  } finally {
    await release();
  }
}

/** For who takes it again and again: what stays as it is, is told once. */
export function openLock(
  place: RunPlace,
  { command, say, signal = place.io.interrupted }: Exclusive,
): () => Promise<Release> {
  const { settings, connection, io } = place;
  const onAlone = tellOnce((reason) => {
    if (settings.flags.verbose === true)
      say(`${reason} Only runs from ${settings.config.root} are waited for.`);
  });
  return async () => {
    const { takeLock } = await import('../../reconcile/lock/lock.js');
    const machine = findMachineLocks({ ...connection, root: settings.config.root }, io.env);
    if (machine === undefined) onAlone('This machine has no folder for locks, since HOME is not set.');
    return takeLock({
      ...{ root: settings.config.root, tenant: connection.identity, project: settings.config.project },
      ...{ self: io.self, command, machine, signal, onAlone },
      onWait: say,
    });
  };
}

function tellOnce(tell: (text: string) => void): (text: string) => void {
  let isTold = false;
  return (text) => {
    if (!isTold) tell(text);
    isTold = true;
  };
}
