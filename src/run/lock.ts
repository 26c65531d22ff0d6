/** The right to write: one run at a time for each tenant and project, on this machine and on all that share a store. */

import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { dirOfSandbox } from '../config/tenant/sandbox-place.js';
import type { WritingCommand } from '../core/past-run.js';
import type { LockOptions, LockPlace, Release } from '../reconcile/lock/lock.js';
import type { LockHolder } from '../reconcile/lock/lock-place.js';
import { tenantKey } from '../reconcile/own-place.js';
import type { StorePlace } from '../reconcile/store-place.js';
import type { OpenTenant } from './connect.js';
import type { Io } from './io.js';
import type { Run } from './run.js';
import type { RunStore } from './store.js';

/** Those that exclude each other: all that write to the tenant or to folders. */
export type LockingCommand = WritingCommand | 'pull';

type Locking = Pick<Run, 'settings' | 'tenant' | 'io' | 'notices' | 'signal' | 'store'>;

/** What a run has to wait for. Both throw as `withLock`. */
interface Turn {
  /** Until it resolves, the tenant must not be read: other machines may be writing. */
  readonly alone: Promise<void>;
  /** Until it resolves, what earlier runs left must not be read: journals of other machines are not here yet. */
  readonly journals: Promise<void>;
}

/**
 * This machine's lock is taken before anything is read, so that nothing changes between reading and writing; the lock of
 * all machines is taken meanwhile. Both are released at the end.
 *
 * @throws UserError if another run keeps it (exit 7, or 9 when time ran out), or `.qlik-sync` is not writable (exit 3);
 *   StoreError
 */
export async function withLock<T>(
  run: Locking,
  command: LockingCommand,
  work: (turn: Turn) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const { here, everywhere, journals } = createLocks(run, command);
  const release = await here();
  const taking = everywhere(AbortSignal.any([run.signal, giveUp.signal]));
  const alone = taking.then(() => undefined);
  const turn = { alone, journals: alone.then(journals) };
  for (const one of Object.values(turn)) one.catch(() => undefined);
  try {
    return await work(turn);
  } finally {
    giveUp.abort(ended);
    await taking.then(
      (releaseAll) => releaseAll(),
      () => undefined,
    );
    await release();
  }
}

/** Shared, since Node would create an error of its own, with a stack, for each run. */
const ended = new Error('the run has ended');

/** For a session that takes it again and again: a notice that does not change is printed once. */
export function createLock(run: Locking, command: LockingCommand): () => Promise<Release> {
  const { here, everywhere, journals } = createLocks(run, command);
  return async () => {
    const taken = [await here()];
    const release: Release = async () => {
      for (const one of [...taken].reverse()) await one();
    };
    try {
      taken.push(await everywhere(run.signal));
      await journals();
      return release;
    } catch (error) {
      await release();
      throw error;
    }
  };
}

interface Locks {
  readonly here: () => Promise<Release>;
  /** To be taken second. Does nothing without a store. */
  readonly everywhere: (signal: AbortSignal) => Promise<Release>;
  /** Resolves when the journals of other machines are here, which are fetched along with the lock. */
  readonly journals: () => Promise<void>;
}

function createLocks(
  { settings, tenant, io, notices, signal, store }: Locking,
  command: LockingCommand,
): Locks {
  const { root, project } = settings.config;
  const onAlone = once((reason) => {
    if (settings.flags.verbose === true) notices.say(`${reason} Only runs from ${root} are waited for.`);
  });
  const { kind, identity } = tenant;
  const holder = { project, command, self: io.self };
  const options: LockOptions = { ...holder, root, tenant: identity, signal, onWait: notices.say };
  return {
    here: async () => {
      const { takeLock } = await import('../reconcile/lock/lock.js');
      const machine = findMachineLocks({ kind, identity, root }, io.env);
      if (machine === undefined) onAlone('This machine has no folder for locks, since HOME is not set.');
      return takeLock({ ...options, machine, onAlone });
    },
    everywhere: async (until) => {
      if (store === undefined) return async () => undefined;
      const { takeSharedLock } = await import('../reconcile/lock/lock.js');
      const take = () => takeShared(store, holder, { tenant: identity, project }, { io, until });
      return takeSharedLock(take, { ...options, signal: until });
    },
    journals: async () => {
      if (store === undefined) return;
      const { inTime } = await import('../reconcile/lock/lock.js');
      await inTime(store.fetched(), options);
    },
  };
}

/** Names the job to those who wait. */
async function takeShared(
  { take }: RunStore,
  holder: LockHolder,
  of: Omit<StorePlace, 'store'>,
  { io, until }: { readonly io: Io; readonly until: AbortSignal },
): ReturnType<RunStore['take']> {
  const { addressOfJob } = await import('./facts.js');
  return take({ ...holder, address: addressOfJob(io.env) }, of, until);
}

interface Importing extends Pick<LockOptions, 'root' | 'onWait'> {
  readonly io: Io;
}

/**
 * Works on what runs left in a store, without a tenant to write to: meanwhile no run of the project goes on, which
 * `assertAlone` makes sure of.
 *
 * @throws as `withLock`
 */
export async function aloneInStore(
  place: StorePlace,
  { root, io, onWait }: Importing,
  work: (assertAlone: () => void) => Promise<void>,
): Promise<void> {
  const [{ takeSharedLock }, { tryLease }, { addressOfJob }] = await Promise.all([
    import('../reconcile/lock/lock.js'),
    import('../reconcile/lock/lease.js'),
    import('./facts.js'),
  ]);
  const { tenant, project } = place;
  const { self, env, interrupted: signal } = io;
  const holder = { project, command: 'store import', self, address: addressOfJob(env) };
  let assertAlone = (): void => undefined;
  const take = async (): ReturnType<RunStore['take']> => {
    const taken = await tryLease({ ...holder, place, first: 'look', signal });
    if (!('release' in taken)) return taken;
    assertAlone = taken.check;
    return taken.release;
  };
  const release = await takeSharedLock(take, { ...holder, root, tenant, signal, onWait });
  try {
    await work(assertAlone);
  } finally {
    await release();
  }
}

function once(say: (text: string) => void): (text: string) => void {
  let isSaid = false;
  return (text) => {
    if (!isSaid) say(text);
    isSaid = true;
  };
}

interface TenantOfFolder extends Pick<OpenTenant, 'kind' | 'identity'> {
  /** Absolute: the folder of the config. */
  readonly root: string;
}

/**
 * The folder where runs of one user that start in different folders see each other's locks, beside the state of other
 * programs. `undefined` if the environment names no home.
 */
export function findMachineLocks(tenant: TenantOfFolder, env: Io['env']): LockPlace | undefined {
  const root = findState(env);
  return root === undefined
    ? undefined
    : { root, folder: join(root, 'qlik-sync', 'locks', machineKey(tenant)) };
}

/** As in the XDG base directory specification, which ignores relative paths; Windows has a variable of its own. */
function findState({ XDG_STATE_HOME, LOCALAPPDATA, HOME }: Io['env']): string | undefined {
  const usual = HOME === undefined ? undefined : join(HOME, '.local', 'state');
  return [XDG_STATE_HOME, LOCALAPPDATA, usual].find((path) => path !== undefined && isAbsolute(path));
}

/** The name of an embedded tenant is relative to the config's folder, so two folders may name the same one. */
function machineKey({ kind, identity, root }: TenantOfFolder): string {
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
