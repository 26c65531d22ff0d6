/** The right to write: one run at a time on this machine, for one tenant and project. */

import type { Release } from '../reconcile/lock.js';
import type { RunStart } from '../reconcile/run-record.js';
import { renderInterrupted } from '../report/interrupted-text.js';
import type { Connection } from './connect.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

/** Where a run writes to, and what it may know of itself. */
export interface RunPlace {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly io: Io;
}

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

/** What the last run left behind if it died, for people; never to decide. Resolves to whether there was anything to tell. */
export async function tellInterrupted({ settings, connection, io }: RunPlace): Promise<boolean> {
  const { readLastRun } = await import('../reconcile/runs.js');
  const { describeInterrupted } = await import('../reconcile/unfinished.js');
  const { root, project } = settings.config;
  const last = await readLastRun({ root, tenant: connection.identity, project });
  if (last === undefined || (await isRunning(last.start.who, io))) return false;
  const interrupted = describeInterrupted(last);
  if (interrupted !== undefined) io.stderr.write(renderInterrupted(interrupted));
  return interrupted !== undefined;
}

/** A watch session's journal stays open for as long as it lives, and it has the lock only now and then. */
async function isRunning(who: RunStart['who'], { self }: Io): Promise<boolean> {
  const { lookAt } = await import('../reconcile/process-facts.js');
  return who.pid !== self.pid && lookAt(who, self) === 'running';
}
