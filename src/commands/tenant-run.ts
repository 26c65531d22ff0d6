/** A run that may write to a tenant: its settings, its connection and the lock, all given back at its end. */

import type { ExitCode } from '../core/errors.js';
import { connect } from './connect.js';
import { type Exclusive, type RunPlace, tellInterrupted, withLock } from './exclusive.js';
import type { Io } from './io.js';
import { type Notices, openNotices } from './notices.js';
import type { SharedFlags } from './options/shared.js';
import { readSettings } from './settings.js';
import { type Site, sharedBy } from './site.js';

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
export async function runAt(
  command: Exclusive['command'],
  site: Site,
  signal: AbortSignal,
  work: Work,
): Promise<ExitCode> {
  const { settings, io } = site;
  const notices = openNotices(io.stderr);
  const connection = await connect(settings, io, { onWait: notices.say, ...sharedBy(site) });
  const place = { settings, connection, io };
  try {
    return await withLock(place, { command, say: notices.say, signal }, async () => {
      const afterDeath = await tellInterrupted(place);
      return work(place, { signal, notices, afterDeath });
    });
  } finally {
    await connection.close();
  }
}

/** Begins to count at once. */
export function stopSignal({ maxDuration }: RunFlags, { interrupted }: Io): AbortSignal {
  if (maxDuration === undefined) return interrupted;
  return AbortSignal.any([interrupted, AbortSignal.timeout(maxDuration)]);
}
