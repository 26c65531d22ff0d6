/** The store of a run: where what it leaves outlives the machine, and where runs on all machines wait for each other. */

import { assertExecutionAllowed } from '../config/execution.js';
import type { ListedRun } from '../reconcile/journal/fetch-runs.js';
import type { Lease, LeaseHolder, LeaseOptions } from '../reconcile/lock/lease.js';
import type { Release } from '../reconcile/lock/lock-place.js';
import type { FoundTicket } from '../reconcile/lock/ticket.js';
import type { Slots } from '../reconcile/slots.js';
import type { StorePlace } from '../reconcile/store-place.js';
import type { StoreLocation } from '../store/location.js';
import type { LateMount } from '../store/mount.js';
import type { StoreOptions } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import type { Io } from './io.js';
import { concurrencyOf, type Settings } from './settings.js';

export interface RunStore {
  readonly store: Store;
  /** The lock of all machines, or the ticket that holds it. @throws StoreError; the reason of the signal */
  readonly take: (
    holder: LeaseHolder,
    of: Omit<StorePlace, 'store'>,
    signal: AbortSignal,
  ) => Promise<Release | FoundTicket>;
  /** Resolves when the journals of other machines, which `take` fetches, are here. @throws as `take` */
  readonly fetched: () => Promise<void>;
  /** The same for all of them, including those that ended well. @throws as `take` */
  readonly fetchAll: () => Promise<void>;
  /** To be called right before each write to the tenant. @throws LockLostError */
  readonly assertHeld: () => void;
  /** The slots of the changes that are written: a change that waits for the store gives up its slot meanwhile. */
  readonly slots: Slots;
  /** The journals that existed when the lock was taken, once they are fetched. */
  readonly runs: () => readonly ListedRun[];
  /** Takes work that may be done while the lock is released; `close` waits for it. */
  readonly later: (work: Promise<void>) => void;
  /** Whether what is there may be removed. */
  readonly isHeld: () => boolean;
  readonly close: () => Promise<void>;
}

/** As `QLIK_SYNC_STORE` or the config names it, unless `--no-store`. A trial on the sandbox does not use the config's. */
export function storeAddressOf({ flags, config }: Pick<Settings, 'flags' | 'config'>): string | undefined {
  if (flags.store === false) return undefined;
  const isTrial = flags.sandbox === true || flags.sandboxDir !== undefined;
  return flags.storeAddress ?? (isTrial ? undefined : config.store);
}

/** `undefined` if there is none. No request is made. @throws UserError if its address or credentials are not usable */
export async function openStoreOf(settings: Settings, io: Io): Promise<Store | undefined> {
  const location = await locate(settings, io);
  if (location === undefined) return undefined;
  const { openStore } = await import('../store/open-store.js');
  return openStore(location, optionsOf(settings, io));
}

async function locate(settings: Settings, io: Io): Promise<StoreLocation | undefined> {
  const address = storeAddressOf(settings);
  if (address === undefined) return undefined;
  const { parseStoreAddress } = await import('../store/location.js');
  return parseStoreAddress(address, io.env);
}

function optionsOf(settings: Settings, io: Io): StoreOptions {
  const timeoutMs = settings.flags.timeout;
  return {
    ...{
      address: storeAddressOf(settings) ?? '',
      env: io.env,
      proxies: io.env,
      userAgent: io.tool,
      timeoutMs,
    },
    runCommand: commandOf(settings, io),
  };
}

/** The output of the config's command is for the config's store, and is sent to no other. */
function commandOf({ flags, config, execution }: Settings, io: Io): StoreOptions['runCommand'] {
  const { storeCommand: command, storeVariables: variables = [], displayFile, root } = config;
  if (command === undefined || flags.storeAddress !== undefined) return undefined;
  const key = `storeCredentials in ${displayFile}`;
  return async () => {
    assertExecutionAllowed(execution, `${key} runs the command ${command[0]}`);
    const { runSecretCommand } = await import('../config/tenant/secret-command.js');
    return runSecretCommand({ command, variables, key, cwd: root, env: io.env, signal: io.interrupted });
  };
}

/** The same store without a credential; absent where it needs none. */
export async function openAnonymously(settings: Settings, io: Io): Promise<Store | undefined> {
  const location = await locate(settings, io);
  if (location === undefined || location.kind === 'file') return undefined;
  const { openStore } = await import('../store/open-store.js');
  return openStore(location, { ...optionsOf(settings, io), access: 'anonymous' });
}

/** What is known of a mount that shows late what other machines did. */
export async function findLateMountOf(settings: Settings, io: Io): Promise<LateMount | undefined> {
  const location = await locate(settings, io);
  if (location?.kind !== 'file') return undefined;
  const { findLateMount } = await import('../store/mount.js');
  return findLateMount(location.folder);
}

export async function openRunStore(settings: Settings, io: Io): Promise<RunStore | undefined> {
  const store = await openStoreOf(settings, io);
  if (store === undefined) return undefined;
  const { createSlots } = await import('../reconcile/slots.js');
  return createRunStore(store, settings.config.root, createSlots(concurrencyOf(settings)));
}

function createRunStore(store: Store, root: string, slots: Slots): RunStore {
  let lease: Lease | undefined;
  let first: LeaseOptions['first'] = 'put';
  let runs: readonly ListedRun[] = [];
  let fetching = Promise.resolve();
  let fetchAll = async (): Promise<void> => undefined;
  const underWay = new Set<Promise<void>>();
  const later = (work: Promise<void>): void => {
    const ended = work.catch(() => undefined).then(() => void underWay.delete(ended));
    underWay.add(ended);
  };
  const fetchJournals = async (
    of: Omit<StorePlace, 'store'>,
    which: 'all' | 'news',
    signal: AbortSignal,
  ): Promise<void> => {
    const { fetchRuns } = await import('../reconcile/journal/fetch-runs.js');
    runs = await fetchRuns({ root, store, of, which, signal });
  };
  return {
    store,
    take: async (holder, of, signal) => {
      const { tryLease } = await import('../reconcile/lock/lease.js');
      const taken = await tryLease({ ...holder, place: { ...of, store }, first, signal });
      first = 'release' in taken ? 'put' : 'look';
      if (!('release' in taken)) return taken;
      lease = taken;
      fetchAll = () => fetchJournals(of, 'all', signal);
      // Only a rollback needs to know what runs that ended well did.
      fetching = holder.command === 'rollback' ? fetchAll() : fetchJournals(of, 'news', signal);
      later(fetching);
      return async () => {
        if (lease === taken) lease = undefined;
        await taken.release();
      };
    },
    fetched: () => fetching,
    fetchAll: () => fetchAll(),
    assertHeld: () => {
      if (lease === undefined) throw new Error('a write to the tenant without the lock in the store');
      lease.check();
    },
    slots,
    runs: () => runs,
    later,
    isHeld: () => lease?.isHeld() === true,
    close: async () => {
      await Promise.all(underWay);
      await store.close();
    },
  };
}
