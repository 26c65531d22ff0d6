/** A run on a tenant: settings, tenant and, for commands that write, the lock; all released when it ends. */

import type { ExitCode } from '../core/exit-codes.js';
import type { RunStart } from '../reconcile/run-record.js';
import { createDeadline } from '../reconcile/stop.js';
import { renderInterrupted } from '../report/history.js';
import { printable } from '../report/paint.js';
import { connect } from './connect.js';
import type { SeveralEnvironments } from './environments.js';
import type { RunFlags } from './flags.js';
import type { Io, Notices, Sink } from './io.js';
import { type LockingCommand, withLock } from './lock.js';
import { createPast } from './past.js';
import type { Run } from './run.js';
import { loadSettings, oneEnvironment, readSettings } from './settings.js';
import { openRunStore } from './store.js';

type Work = (run: Run) => Promise<ExitCode>;

/** Others may write to a tenant at any time, so commands that only read do not wait. All others exclude each other. */
const reading = ['plan', 'drift', 'impact', 'preview'] as const;

type ReadingCommand = (typeof reading)[number];

type Command = ReadingCommand | LockingCommand;

/** @throws UserError if the config, the credentials or the lock are not available */
export async function onTenant(command: Command, flags: RunFlags, io: Io, work: Work): Promise<ExitCode> {
  const signal = stopSignal(flags, io);
  return runOn(command, { settings: await readSettings(flags, io), io, signal }, work);
}

/**
 * One command on the requested environment, or on each of several.
 *
 * @throws UserError, ConfigError; with several environments only for what concerns all of them
 */
export async function onEnvironments(several: SeveralEnvironments, work: Work): Promise<ExitCode> {
  const { command, flags, io } = several;
  const signal = stopSignal(flags, io);
  const source = await loadSettings(flags, io);
  const { asked, asksForSeveral } = source;
  if (asked.length < 2 && !asksForSeveral && flags.shard === undefined) {
    return runOn(command, { settings: source.settingsFor(oneEnvironment(asked)), io, signal }, work);
  }
  const { runSeveral } = await import('./environments.js');
  return runSeveral(several, source, (environment) => runOn(command, { ...environment, signal }, work));
}

/** @throws UserError if the credentials or the lock are not available */
export async function runOn(
  command: Command,
  { settings, io, signal }: Pick<Run, 'settings' | 'io' | 'signal'>,
  work: Work,
): Promise<ExitCode> {
  const notices = createNotices(io.stderr);
  const tenant = await connect(settings, io, { onWait: notices.say });
  const past = createPast({ settings, tenant });
  const run: Run = { settings, tenant, io, signal, notices, begun: Promise.resolve(), past };
  try {
    if (isReading(command)) return await work(run);
    return await withStore(command, run, (stored) =>
      withLock(stored, command, async ({ alone, journals }) => {
        const reported = journals.then(() => reportCrash(stored));
        reported.catch(() => undefined);
        if (!beginsWithFolders(command)) await reported;
        return work({ ...stored, begun: alone, past: createPast(stored, reported) });
      }),
    );
  } finally {
    await tenant.close();
  }
}

/** A run that only writes to folders waits only for runs on its own machine. */
async function withStore<T>(command: LockingCommand, run: Run, work: (run: Run) => Promise<T>): Promise<T> {
  if (command === 'pull') return work(run);
  const store = await openRunStore(run.settings, run.io);
  try {
    return await work({ ...run, store });
  } finally {
    await store?.close();
  }
}

/** These read the folders while the store is read. All others read the tenant or the journals first. */
function beginsWithFolders(command: LockingCommand): boolean {
  return command === 'apply' || command === 'adopt';
}

function isReading(command: Command): command is ReadingCommand {
  return (reading as readonly Command[]).includes(command);
}

/** `--max-duration` begins to count with this call. */
export function stopSignal({ maxDuration }: RunFlags, { interrupted }: Io): AbortSignal {
  if (maxDuration === undefined) return interrupted;
  return AbortSignal.any([interrupted, createDeadline(maxDuration)]);
}

export function createNotices(stderr: Pick<Sink, 'write'>): Notices {
  const plainly = (notice: string): void => stderr.write(`${printable(notice)}\n`);
  let current = plainly;
  return {
    say: (notice) => current(notice),
    redirect: (say) => {
      current = say;
      return () => {
        current = plainly;
      };
    },
  };
}

/** Tells people what the last run left behind if it crashed; never to decide. Resolves to whether it did. */
export async function reportCrash({
  settings,
  tenant,
  io,
  store,
}: Pick<Run, 'settings' | 'tenant' | 'io' | 'store'>): Promise<boolean> {
  const { readLastRun } = await import('../reconcile/journal/runs.js');
  const { idTime } = await import('../reconcile/journal/run-id.js');
  const { describeInterrupted } = await import('../reconcile/journal/unfinished.js');
  const { root, project } = settings.config;
  const last = await readLastRun({ root, tenant: tenant.identity, project });
  if (last === undefined || (await isRunning(last.start, io))) return false;
  // A later run whose journal is not here ended well.
  if (store?.runs().some(({ id }) => idTime(id) > idTime(last.start.id)) === true) return false;
  const interrupted = describeInterrupted(last);
  if (interrupted !== undefined) io.stderr.write(renderInterrupted(interrupted));
  return interrupted !== undefined;
}

/** A watch session keeps its journal open for as long as it lives, and holds the lock only now and then. */
async function isRunning(
  { who, command }: Pick<RunStart, 'who' | 'command'>,
  { self }: Io,
): Promise<boolean> {
  const { lookAt } = await import('../reconcile/lock/process-facts.js');
  const state = lookAt(who, self);
  if (state === 'elsewhere') return command === 'watch';
  return who.pid !== self.pid && ['running', 'perhaps'].includes(state);
}
