/** The right to write: one run at a time on this machine, for one tenant and project. */

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { dirOfSandbox } from '../config/tenant/sandbox-place.js';
import type { LockPlace, Release } from '../reconcile/lock/lock.js';
import { tenantKey } from '../reconcile/own-place.js';
import type { RunStart } from '../reconcile/run-record.js';
import type { Connection, RunPlace } from './connect.js';
import type { Io } from './io.js';

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
    const { takeLock } = await import('../reconcile/lock/lock.js');
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

// Where runs of one user meet that start from different folders: beside the other state of that user's programs.

export interface LockedTenant extends Pick<Connection, 'kind' | 'identity'> {
  /** Absolute: the folder of the config. */
  readonly root: string;
}

/** `undefined` where the environment tells of no home. */
export function findMachineLocks(tenant: LockedTenant, env: Io['env']): LockPlace | undefined {
  const root = findState(env);
  return root === undefined
    ? undefined
    : { root, folder: join(root, 'qlik-sync', 'locks', machineKey(tenant)) };
}

/** The XDG base directory specification, by which paths that are not absolute do not count; Windows has one of its own. */
function findState({ XDG_STATE_HOME, LOCALAPPDATA, HOME }: Io['env']): string | undefined {
  const usual = HOME === undefined ? undefined : join(HOME, '.local', 'state');
  return [XDG_STATE_HOME, LOCALAPPDATA, usual].find((path) => path !== undefined && isAbsolute(path));
}

/** What an embedded tenant is called tells where it lies from the config's folder; two folders may mean the same one. */
function machineKey({ kind, identity, root }: LockedTenant): string {
  if (kind === 'tenant') return tenantKey(identity);
  const dir = realPath(dirOfSandbox(identity, { root }));
  return `sandbox-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`;
}

function realPath(dir: string): string {
  try {
    return realpathSync.native(dir);
  } catch {
    return dir;
  }
}
