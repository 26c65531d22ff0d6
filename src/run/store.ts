/** The store of a run: where what it leaves outlives the machine, and where runs on all machines wait for each other. */

import type { Lease, LeaseHolder } from '../reconcile/lock/lease.js';
import type { Release } from '../reconcile/lock/lock-place.js';
import type { FoundTicket } from '../reconcile/lock/ticket.js';
import type { StorePlace } from '../reconcile/store-place.js';
import type { Store } from '../store/store.js';
import type { Io } from './io.js';
import type { Settings } from './settings.js';

export interface RunStore {
  readonly store: Store;
  /**
   * The lock of all machines, or the ticket that holds it. Then the journals of other machines are here too.
   *
   * @throws StoreError
   */
  readonly take: (holder: LeaseHolder, of: Omit<StorePlace, 'store'>) => Promise<Release | FoundTicket>;
  /** To be called right before each write to the tenant. @throws LockLostError */
  readonly assertHeld: () => void;
  readonly close: () => Promise<void>;
}

/** As the config or `QLIK_SYNC_STORE` names it, unless `--no-store`. */
function addressOf({ flags, config }: Settings): string | undefined {
  return flags.store === false ? undefined : (flags.storeAddress ?? config.store);
}

/** `undefined` where there is none. No request is made. @throws UserError where its address or credentials are not usable */
export async function openStoreOf(settings: Settings, io: Io): Promise<Store | undefined> {
  const address = addressOf(settings);
  if (address === undefined) return undefined;
  const [{ parseStoreAddress }, { openStore }] = await Promise.all([
    import('../store/location.js'),
    import('../store/open-store.js'),
  ]);
  return openStore(parseStoreAddress(address, io.env), {
    address,
    env: io.env,
    proxies: io.env,
    userAgent: io.tool,
    timeoutMs: settings.flags.timeout,
  });
}

export async function openRunStore(settings: Settings, io: Io): Promise<RunStore | undefined> {
  const store = await openStoreOf(settings, io);
  return store && createRunStore(store, settings.config.root);
}

function createRunStore(store: Store, root: string): RunStore {
  let lease: Lease | undefined;
  return {
    store,
    take: async (holder, of) => {
      const { tryLease } = await import('../reconcile/lock/lease.js');
      const taken = await tryLease({ ...holder, place: { ...of, store } });
      if (!('release' in taken)) return taken;
      lease = taken;
      try {
        const { fetchRuns } = await import('../reconcile/journal/fetch-runs.js');
        await fetchRuns({ root, store, of });
        return taken.release;
      } catch (error) {
        await taken.release().catch(() => undefined);
        throw error;
      }
    },
    assertHeld: () => lease?.check(),
    close: () => store.close(),
  };
}
