/** A run that may write to a tenant: its settings, its connection and the lock, all given back at its end. */

import type { ExitCode } from '../core/exit-codes.js';
import type { RunStart } from '../reconcile/run-record.js';
import { createDeadline } from '../reconcile/stop.js';
import { renderInterrupted } from '../report/history.js';
import { type RunPlace, type Site, withConnection } from './connect.js';
import type { OnEnvironments } from './environments.js';
import type { SharedFlags } from './flags.js';
import type { Io, Notices } from './io.js';
import { type Exclusive, withLock } from './lock.js';
import { oneEnvironment, openSettings, readSettings } from './settings.js';

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
  return AbortSignal.any([interrupted, createDeadline(maxDuration)]);
}

// What the last run left behind if it died, for people; never to decide.

/** Resolves to whether there was anything to tell. */
export async function tellInterrupted({ settings, connection, io }: RunPlace): Promise<boolean> {
  const { readLastRun } = await import('../reconcile/journal/runs.js');
  const { describeInterrupted } = await import('../reconcile/journal/unfinished.js');
  const { root, project } = settings.config;
  const last = await readLastRun({ root, tenant: connection.identity, project });
  if (last === undefined || (await isRunning(last.start.who, io))) return false;
  const interrupted = describeInterrupted(last);
  if (interrupted !== undefined) io.stderr.write(renderInterrupted(interrupted));
  return interrupted !== undefined;
}

/** A watch session's journal stays open for as long as it lives, and it has the lock only now and then. */
async function isRunning(who: RunStart['who'], { self }: Io): Promise<boolean> {
  const { lookAt } = await import('../reconcile/lock/process-facts.js');
  return who.pid !== self.pid && lookAt(who, self) === 'running';
}

// One command on the environment it was asked for, or on each of several.

/** @throws UserError, ConfigError; with several environments only for what concerns all of them */
export async function onEnvironments(input: OnEnvironments): Promise<ExitCode> {
  const { given, io, work } = input;
  const source = await openSettings(given, io);
  const { asked, asksForAll } = source;
  if (asked.length < 2 && !asksForAll && given.shard === undefined) {
    return work({ settings: source.settingsFor(oneEnvironment(asked)), io });
  }
  const { runSeveral } = await import('./environments.js');
  return runSeveral(input, source);
}
