/** Everything that one version of the config file decides: the folders to watch, the tenant to write to. */

import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Release } from '../reconcile/lock/lock.js';
import { createRevisions, type Revisions } from '../reconcile/write/revisions.js';
import { connect } from '../run/connect.js';
import type { Approvals, SharedFlags } from '../run/flags.js';
import type { Io, Notices } from '../run/io.js';
import { createLock } from '../run/lock.js';
import { createPast } from '../run/past.js';
import type { Run } from '../run/run.js';
import { readSettings } from '../run/settings.js';
import { openRunStore } from '../run/store.js';
import { type FolderWatch, type Wake, watchFolders } from '../source/watch/watch.js';
import { createSessionRecord, type SessionRecord } from './record.js';

export interface Session {
  readonly run: Run;
  readonly folders: FolderWatch;
  /** Held by every cycle. */
  readonly lock: () => Promise<Release>;
  readonly record: SessionRecord;
  readonly revisions: Revisions;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export interface SessionOptions {
  readonly flags: WatchFlags;
  readonly io: Io;
  readonly onWake: (wake: Wake) => void;
  readonly notices: Notices;
  /** Ends every request. */
  readonly cutOff: AbortSignal;
}

/** @throws UserError if the config or the credentials are not usable */
export async function openSession({ flags, io, onWake, notices, cutOff }: SessionOptions): Promise<Session> {
  const settings = await readSettings(flags, io);
  const { config, cwd, own } = settings;
  const tenant = await connect(settings, io, { onWait: notices.say, signal: cutOff });
  const folders = watchFolders({
    root: config.root,
    cwd,
    extensions: config.extensions,
    ignore: config.ignore,
    own,
    configFile: config.file,
    ...(flags.quietPeriod !== undefined && { quietMs: flags.quietPeriod }),
    ...(flags.maxWait !== undefined && { maxWaitMs: flags.maxWait }),
    onWake,
    onError: (error) => notices.say(explainLostEvents(error)),
  });
  await folders.ready;
  const store = await openRunStore(settings, io);
  const past = createPast({ settings, tenant, store });
  const begun = Promise.resolve();
  const run = { settings, tenant, io, signal: io.interrupted, notices, store, begun, past };
  const record = createSessionRecord(run, flags);
  const close = async (exitCode: ExitCode): Promise<void> => {
    await folders.close();
    await record.close(exitCode);
    await store?.close();
    await tenant.close();
  };
  return {
    ...{ run, folders, record, close },
    lock: shareLock(createLock(run, 'watch')),
    revisions: createRevisions(),
  };
}

/** The periodic sweep works without events, only later. */
function explainLostEvents(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UserError && error.hint !== undefined ? ` ${error.hint}` : '';
  return `File events are lost, so saves are noticed later: ${reason}${hint}`;
}

/** One lock for several simultaneous cycles of this process: taken by the first, released by the last. */
function shareLock(take: () => Promise<Release>): () => Promise<Release> {
  let holders = 0;
  let taken: Promise<Release> | undefined;
  let released = Promise.resolve();

  async function leave(): Promise<void> {
    holders -= 1;
    if (holders > 0 || taken === undefined) return;
    const held = taken;
    taken = undefined;
    released = held.then((release) => release()).catch(() => undefined);
    await released;
  }

  return async () => {
    holders += 1;
    taken ??= released.then(take);
    try {
      await taken;
    } catch (error) {
      await leave();
      throw error;
    }
    return leave;
  };
}

/** All times in milliseconds. */
export interface WatchFlags extends SharedFlags, Approvals {
  readonly quietPeriod?: number;
  readonly maxWait?: number;
  readonly interval?: number;
  readonly deleteGrace?: number;
}
