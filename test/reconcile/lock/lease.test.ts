import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Lease,
  type LeaseOptions,
  type LeaseTimes,
  LockLostError,
  listTickets,
  tryLease,
} from '../../../src/reconcile/lock/lease.js';
import type { FoundTicket } from '../../../src/reconcile/lock/ticket.js';
import { startStore } from '../../../src/sandbox/store/start-store.js';
import type { Store } from '../../../src/store/store.js';
import { itOverStores } from '../../store/over-stores.js';
import { openStoreOf } from '../../store/running-store.js';
import { control, envOf, openAt, type StoreKind, startTestStore } from '../../store/stores.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const self = { pid: process.pid, isAlive: () => true };
const tenant = 'https://acme.eu.qlikcloud.com';

function optionsOf(store: Store, more: Partial<LeaseOptions> = {}): LeaseOptions {
  return {
    place: { store, tenant, project: 'acme' },
    project: 'acme',
    command: 'apply',
    self,
    first: 'put',
    ...more,
  };
}

async function take(options: LeaseOptions): Promise<Lease> {
  const taken = await tryLease(options);
  if (!isLease(taken)) throw new Error(`held by ${taken.path}`);
  closing.push(taken.release);
  return taken;
}

function isLease(taken: Lease | FoundTicket): taken is Lease {
  return 'release' in taken;
}

/** A part of the running test's store that nobody else knows. */
async function open(): Promise<Store> {
  const store = await openStoreOf(randomUUID());
  if (store === undefined) throw new Error('these tests are about a store');
  closing.push(() => store.close());
  return store;
}

describe('the lock in a store', () => {
  itOverStores('is one for a tenant and project, says who has it, and leaves nothing behind', async () => {
    const store = await open();
    const lease = await take(optionsOf(store, { address: 'https://ci.example/jobs/7' }));
    lease.check();
    expect(await tryLease(optionsOf(store))).toMatchObject({
      isLive: true,
      ticket: { command: 'apply', pid: process.pid },
      where: 'https://ci.example/jobs/7',
    });
    await take(optionsOf(store, { place: { store, tenant, project: 'acme-two' } }));
    await take(optionsOf(store, { place: { store, tenant: 'https://other.example', project: 'acme' } }));
    await lease.release();
    await lease.release();
    expect(await listTickets({ store, tenant, project: 'acme' })).toEqual([]);
    await take(optionsOf(store));
  });

  itOverStores('of eight that come at once, at most one goes on', async () => {
    const store = await open();
    for (let round = 0; round < 5; round += 1) {
      const taken = await Promise.all(Array.from({ length: 8 }, () => tryLease(optionsOf(store))));
      const leases = taken.filter(isLease);
      expect(leases.length).toBeLessThanOrEqual(1);
      await Promise.all(leases.map(({ release }) => release()));
    }
  });
});

/** A bucket, and a client of it. */
async function openBucket(clock?: () => number) {
  const running = await startStore({ apiKey: 'control', ...(clock && { clock }) });
  const store = await openAt(running.address, envOf(running));
  closing.push(running.close, () => store.close());
  return { running, store };
}

/** Without heartbeats of its own: what a machine leaves that is gone. */
const silent: LeaseTimes = { beat: 3_600_000, held: 45_000, dead: 90_000 };

describe('a holder that is gone', () => {
  it('is waited for until 90 s after its last heartbeat, by the clock of the store alone', async () => {
    const started = Date.now();
    let ahead = 0;
    const { store } = await openBucket(() => started + ahead);
    await take(optionsOf(store, { times: silent }));
    ahead = 88_000;
    expect(isLease(await tryLease(optionsOf(store)))).toBe(false);
    ahead = 92_000;
    await take(optionsOf(store));
  });

  itOverStores(
    'stops writing 45 s after its last confirmed sign of life, and never takes the lock back',
    async () => {
      const store = await open();
      const lease = await take(optionsOf(store, { times: { beat: 20, held: 3_000, dead: 90_000 } }));
      const ticket = (await listTickets({ store, tenant, project: 'acme' }))[0]?.name ?? '';
      store.put = async () => {
        throw new Error('out of reach');
      };
      lease.check();
      await expect.poll(() => attempt(lease.check), { timeout: 120_000 }).toBeInstanceOf(LockLostError);
      expect(attempt(lease.check)).toMatchObject({ exitCode: 7, code: 'lock-lost' });
      expect(ticket).toMatch(/^locks\/acme\.eu\.qlikcloud\.com\/acme\/[0-9a-f]{16}\.json$/);
    },
  );

  itOverStores('stops when somebody removes its ticket, and does not put it back', async () => {
    const store = await open();
    const lease = await take(optionsOf(store, { times: { beat: 20, held: 60_000, dead: 90_000 } }));
    const [ticket] = await listTickets({ store, tenant, project: 'acme' });
    // Also what a heartbeat that was under way put back.
    const removeAndCheck = async (): Promise<unknown> => {
      await store.remove(ticket?.name ?? '');
      return attempt(lease.check);
    };
    await expect
      .poll(removeAndCheck, { timeout: 120_000 })
      .toMatchObject({ message: expect.stringContaining('was removed') });
    await sleep(100);
    expect(await listTickets({ store, tenant, project: 'acme' })).toEqual([]);
  });
});

function attempt(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Forty times as fast: 90 s of the store's clock are 2.25 s here. */
const speed = 40;

/** As the clock of the store goes, and as that of everybody else does. */
interface Pace {
  readonly times: LeaseTimes;
  /** Milliseconds here until a ticket is dead. */
  readonly lifeMs: number;
}

const fast: Pace = {
  times: { beat: 10_000 / speed, held: 45_000 / speed, dead: 90_000 },
  lifeMs: 90_000 / speed,
};

/** Where the clock of the store cannot be moved. That of Azure counts in seconds. */
function paceOver(kind: StoreKind): Pace {
  const dead = kind === 'file' ? 2_250 : 9_000;
  return { times: { beat: dead / 9, held: dead / 2, dead }, lifeMs: dead };
}

interface Race {
  readonly runners: number;
  readonly acquisitions: number;
  /** How many of a hundred steps are followed by a pause that is longer than the lock lives. */
  readonly stallPercent: number;
  readonly pace: Pace;
}

/** Everything of one process passes here, so that a pause of it is one of its heartbeat too. */
function createGate(random: () => number, { stallPercent, pace: { lifeMs } }: Race) {
  let open: Promise<unknown> = Promise.resolve();
  return async (): Promise<void> => {
    if (random() * 100 < stallPercent) open = sleep(lifeMs * (1.1 + random() / 3));
    await open;
  };
}

function gated(store: Store, gate: () => Promise<void>): Store {
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    await gate();
    const result = await work();
    await gate();
    return result;
  };
  return {
    ...store,
    put: (name, bytes) => pass(() => store.put(name, bytes)),
    get: (name) => pass(() => store.get(name)),
    list: (prefix) => pass(() => store.list(prefix)),
    remove: (name) => pass(() => store.remove(name)),
  };
}

async function race(store: Store, given: Race) {
  const { runners, acquisitions, stallPercent, pace } = given;
  const random = randomOf(20261128);
  const seen = { held: 0, lost: 0, mostWriters: 0 };
  let writers = 0;

  async function write(lease: Lease, gate: () => Promise<void>): Promise<void> {
    await gate();
    lease.check();
    writers += 1;
    seen.mostWriters = Math.max(seen.mostWriters, writers);
    await sleep(random() * 10);
    writers -= 1;
  }

  async function writeAll(lease: Lease, gate: () => Promise<void>): Promise<void> {
    for (let writes = 0; writes < 3; writes += 1) {
      const error = await write(lease, gate).catch((reason: unknown) => reason);
      if (error instanceof LockLostError) seen.lost += 1;
      else if (error !== undefined) throw error;
    }
  }

  // Where a pause falls depends on the machine: it goes on until one has fallen on a holder.
  const isOver = (): boolean => seen.held >= acquisitions && (stallPercent === 0 || seen.lost > 0);

  async function compete(): Promise<void> {
    const gate = createGate(random, given);
    const options = optionsOf(gated(store, gate), { times: pace.times });
    let first: LeaseOptions['first'] = 'put';
    while (!isOver()) {
      const taken = await tryLease({ ...options, first });
      first = isLease(taken) ? 'put' : 'look';
      if (isLease(taken)) {
        seen.held += 1;
        await writeAll(taken, gate);
        await taken.release();
      }
      await sleep(random() * 40);
    }
  }

  await Promise.all(Array.from({ length: runners }, compete));
  return seen;
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const acceleratedClock = (): (() => number) => {
  const begun = Date.now();
  return () => begun + (Date.now() - begun) * speed;
};

/** LOCK_RACES=all takes 1,000 acquisitions, which are minutes of work for two cores, and more over the other kinds. */
const isWhole = process.env['LOCK_RACES'] === 'all';

const raced = isWhole ? { acquisitions: 1_000, stallPercent: 0.1 } : { acquisitions: 150, stallPercent: 0.4 };

describe('races over the wire', () => {
  it('many acquisitions by 8 runners, with pauses longer than the lock lives: never two writers', {
    timeout: 1_800_000,
  }, async () => {
    const { store } = await openBucket(acceleratedClock());
    const seen = await race(store, { runners: 8, pace: fast, ...raced });
    expect(seen.mostWriters).toBe(1);
    expect(seen.held).toBeGreaterThanOrEqual(raced.acquisitions);
    expect(seen.lost).toBeGreaterThan(0);
  });

  it('with lists that lag 30 ms: never two writers', { timeout: 600_000 }, async () => {
    const { running, store } = await openBucket(acceleratedClock());
    await control(running, 'PUT', 'switches', { listLagMs: 30 });
    const seen = await race(store, { runners: 4, acquisitions: 100, stallPercent: 0, pace: fast });
    expect(seen.mostWriters).toBe(1);
  });

  it.runIf(isWhole).each(['file', 'azblob'] as const)(
    'over %s: never two writers',
    {
      timeout: 3_600_000,
    },
    async (kind) => {
      const running = await startTestStore(kind);
      const store = await running.open();
      closing.push(running.close, () => store.close());
      const seen = await race(store, { runners: 8, pace: paceOver(kind), ...raced, acquisitions: 300 });
      expect(seen.mostWriters).toBe(1);
      expect(seen.lost).toBeGreaterThan(0);
    },
  );
});
