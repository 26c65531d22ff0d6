/** Everything that one version of the config file decides: folders to watch, tenant to write to. */

import { UserError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { Release } from '../reconcile/lock/lock.js';
import { createRevisions, type Revisions } from '../reconcile/write/revisions.js';
import { type Connection, connect } from '../run/connect.js';
import type { ApprovalOptions, SharedFlags } from '../run/flags.js';
import type { Io } from '../run/io.js';
import { openLock } from '../run/lock.js';
import { readSettings, type Settings } from '../run/settings.js';
import { type FolderWatch, type Wake, watchFolders } from '../source/watch/watch.js';
import { createSessionRecord, type SessionRecord } from './record.js';

export interface Session {
  readonly settings: Settings;
  readonly connection: Connection;
  readonly folders: FolderWatch;
  /** Held by every look and what it writes. */
  readonly lock: () => Promise<Release>;
  readonly record: SessionRecord;
  readonly revisions: Revisions;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export interface SessionOptions {
  readonly given: WatchFlags;
  readonly io: Io;
  readonly onWake: (wake: Wake) => void;
  readonly onNotice: (notice: string) => void;
  /** Ends every request. */
  readonly cutOff: AbortSignal;
}

/** @throws UserError where the config or the credentials are not usable */
export async function openSession({ given, io, onWake, onNotice, cutOff }: SessionOptions): Promise<Session> {
  const settings = await readSettings(given, io);
  const { config, cwd } = settings;
  const connection = await connect(settings, io, { onWait: onNotice, signal: cutOff });
  const folders = watchFolders({
    root: config.root,
    cwd,
    extensions: config.extensions,
    ignore: config.ignore,
    configFile: config.file,
    ...(given.quietPeriod !== undefined && { quietMs: given.quietPeriod }),
    ...(given.maxWait !== undefined && { maxWaitMs: given.maxWait }),
    onWake,
    onError: (error) => onNotice(explainLostEvents(error)),
  });
  await folders.ready;
  const place = { settings, connection, io };
  const record = createSessionRecord(place, given);
  const close = async (exitCode: ExitCode): Promise<void> => {
    await folders.close();
    await record.close(exitCode);
    await connection.close();
  };
  return {
    ...{ settings, connection, folders, record, close },
    lock: shareLock(openLock(place, { command: 'watch', say: onNotice })),
    revisions: createRevisions(),
  };
}

/** The sweep goes on without events, only later. */
function explainLostEvents(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = error instanceof UserError && error.hint !== undefined ? ` ${error.hint}` : '';
  return `File events are lost, so saves are noticed later: ${reason}${hint}`;
}

// One lock for several who work side by side in this process: taken by the first of them, given back by the last.

export function shareLock(take: () => Promise<Release>): () => Promise<Release> {
  let holders = 0;
  let taken: Promise<Release> | undefined;
  let givenBack = Promise.resolve();

  async function leave(): Promise<void> {
    holders -= 1;
    if (holders > 0 || taken === undefined) return;
    const held = taken;
    taken = undefined;
    givenBack = held.then((release) => release()).catch(() => undefined);
    await givenBack;
  }

  return async () => {
    holders += 1;
    taken ??= givenBack.then(take);
    try {
      await taken;
    } catch (error) {
      await leave();
      throw error;
    }
    return leave;
  };
}

// What `watch` is given.

export interface WatchFlags extends SharedFlags, ApprovalOptions {
  /** Milliseconds. */
  readonly quietPeriod?: number;
  readonly maxWait?: number;
  readonly interval?: number;
  readonly confirm?: readonly string[];
}
