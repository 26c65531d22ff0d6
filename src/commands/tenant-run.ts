/** A run that may write to a tenant: its settings, its connection and the lock, all given back at its end. */

import type { ExitCode } from '../core/errors.js';
import { openDeadline } from '../reconcile/stop.js';
import type { Io } from './io.js';
import type { Notices } from './notices.js';
import type { SharedFlags } from './options/shared.js';
import type { RunPlace } from './run-place.js';
import { readSettings } from './settings.js';
import { type Exclusive, withLock } from './settle/exclusive.js';
import { tellInterrupted } from './settle/tell-interrupted.js';
import type { Site } from './site.js';
import { withConnection } from './with-connection.js';

export interface Running {
  /** Ends the starting of anything new: an interrupt, or `--max-duration`. */
  readonly signal: AbortSignal;
  readonly notices: Notices;
  /** Whether the run before this one died, which people were told. */
  readonly afterDeath: boolean;
}

export interface RunFlags extends SharedFlags {
  /** Milliseconds from the start of the command. */
  readonly maxDuration?: number;
}

/** @throws UserError where the config, the credentials or the lock are not to be had */
export async function runOnTenant(
  command: Exclusive['command'],
  given: RunFlags,
  io: Io,
  work: Work,
): Promise<ExitCode> {
  const signal = stopSignal(given, io);
  return runAt(command, { settings: await readSettings(given, io), io }, signal, work);
}

export type Work = (place: RunPlace, running: Running) => Promise<ExitCode>;

/** @throws UserError where the credentials or the lock are not to be had */
export function runAt(
  command: Exclusive['command'],
  site: Site,
  signal: AbortSignal,
  work: Work,
): Promise<ExitCode> {
  return withConnection(site, (place, notices) =>
    withLock(place, { command, say: notices.say, signal }, async () => {
      const afterDeath = await tellInterrupted(place);
      return work(place, { signal, notices, afterDeath });
    }),
  );
}

/** Begins to count at once. */
export function stopSignal({ maxDuration }: RunFlags, { interrupted }: Io): AbortSignal {
  if (maxDuration === undefined) return interrupted;
  return AbortSignal.any([interrupted, openDeadline(maxDuration)]);
}
