/**
 * The lock in a store, for runs on different machines. Conditional writes cannot carry it, since many servers ignore them,
 * so it works with tickets, as on the disk: put one, list, go on if it is alone, else withdraw. If two come at once, the
 * later list shows both, so they never both go on. Whether a ticket is alive is judged by the store's clock alone.
 */

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import { type Listing, type StoredObject, StoreError } from '../../store/store.js';
import { createDeadline } from '../stop.js';
import { prefixOf, type StorePlace } from '../store-place.js';
import type { LockHolder, Release } from './lock-place.js';
import { describeProcess } from './process-facts.js';
import { type FoundTicket, parseTicket, type Ticket } from './ticket.js';

export interface Lease {
  /** To be called right before each write to the tenant. @throws LockLostError if another run may hold the lock by now */
  readonly check: () => void;
  readonly isHeld: () => boolean;
  /** Releasing it twice is harmless. */
  readonly release: Release;
}

/** In milliseconds. */
export interface LeaseTimes {
  /** Time between heartbeats. */
  readonly beat: number;
  /** Age of the last confirmed heartbeat at which the holder stops writing: long before others take its lock. */
  readonly held: number;
  /** Time without a heartbeat, by the store's clock, after which a ticket is dead. */
  readonly dead: number;
}

const usualLeaseTimes: LeaseTimes = { beat: 10_000, held: 45_000, dead: 90_000 };

export interface LeaseHolder extends LockHolder {
  /** Where a person can read what the holder does, such as the address of its job. */
  readonly address?: string | undefined;
}

export interface LeaseOptions extends LeaseHolder {
  readonly place: StorePlace;
  /** `look`: lists the tickets of others before putting one, as for a run that had to wait. */
  readonly first: 'put' | 'look';
  readonly times?: LeaseTimes;
  /** Aborts the attempt. Has no effect once the lock is held. */
  readonly signal?: AbortSignal | undefined;
}

/** How many milliseconds removing a ticket may take, which only saves others the wait until it is dead. */
const giveBackMs = 3_000;

/** Another run may hold the lock by now. Exit 7. */
export class LockLostError extends UserError {
  override readonly name = 'LockLostError';
  readonly code = 'lock-lost';

  constructor(store: string, silentMs: number | undefined) {
    const why =
      silentMs === undefined
        ? 'its ticket was removed'
        : `its last sign of life there is ${Math.round(silentMs / 1000)} s old`;
    super(`this run no longer holds the lock in the store ${store} (${why}), so nothing more is written`, {
      exitCode: exitCodes.conflict,
      hint: 'Another run may be writing now: look at qlik-sync history, and run again when it is done.',
    });
  }
}

/** The lock, or the ticket that holds it. @throws StoreError; the reason of the signal */
export async function tryLease(options: LeaseOptions): Promise<Lease | FoundTicket> {
  const { place, times = usualLeaseTimes, signal } = options;
  const before = options.first === 'look' ? await findOthers(options) : [];
  if (typeof before[0] === 'object') return describe(options, before[0]);
  const name = `${prefixOf('locks', place)}${randomBytes(8).toString('hex')}.json`;
  const ticket = createTicket(options);
  const heartbeat = createHeartbeat(times);
  const sent = heartbeat.begin();
  try {
    await place.store.put(name, ticket, signal);
    heartbeat.confirm(sent);
    const other = await findRival(options, name);
    const isYoung = heartbeat.ageMs() < times.held;
    if (other === undefined && isYoung) return hold({ options, name, ticket, heartbeat });
    // A ticket that took too long to put may have been removed as dead.
    if (other === 'unseen' && isYoung) throw tooLate(place);
    await place.store.remove(name, signal);
    return typeof other === 'object' ? describe(options, other) : { path: name, isLive: true };
  } catch (error) {
    // Even without an answer it may exist.
    await place.store.remove(name, createDeadline(giveBackMs)).catch(() => undefined);
    throw error;
  }
}

/** How often the first of several checks whether the others have withdrawn. */
const rivalTries = 20;

/** Of several that came at once, all but the first by name withdraw at once; that one goes on only when it is alone. */
async function findRival(options: LeaseOptions, own: string): Promise<Rival | 'unseen' | undefined> {
  for (let tries = 1; ; tries += 1) {
    const others = await findOthers(options, own);
    if (others === 'unseen') return others;
    const [other] = others;
    const isFirst = others.every(({ object }) => own < object.name);
    if (other === undefined || !isFirst || tries === rivalTries) return other;
    await sleep(10 + Math.random() * 20);
  }
}

function createTicket({ self, command, address }: LeaseOptions): Buffer {
  const startedAt = new Date().toISOString();
  const ticket: Ticket = {
    ...{ ...describeProcess(self.pid), command, startedAt },
    ...(address !== undefined && { address }),
  };
  return Buffer.from(`${JSON.stringify(ticket)}\n`);
}

const lagTries = 12;

/** A ticket of another run, and the list that showed it. */
interface Rival {
  readonly object: StoredObject;
  readonly listing: Listing;
}

/** The live tickets of others. Removes dead ones. @param own a ticket that the list has to contain */
async function findOthers(options: LeaseOptions, own?: string): Promise<readonly Rival[] | 'unseen'> {
  const { place, times = usualLeaseTimes, signal } = options;
  const listing = await listWith(options, own);
  if (listing === undefined) return 'unseen';
  const others = listing.objects.filter(({ name }) => name !== own);
  const dead = others.filter((object) => isDead(object, listing, times));
  await Promise.all(dead.map(({ name }) => place.store.remove(name, signal)));
  return others.filter((object) => !dead.includes(object)).map((object) => ({ object, listing }));
}

/** A list that lags shows our own ticket late: until it does, it says nothing about the others either. */
async function listWith({ place, signal }: LeaseOptions, own?: string): Promise<Listing | undefined> {
  for (let tries = 1; ; tries += 1) {
    const listing = await place.store.list(prefixOf('locks', place), signal);
    if (own === undefined || holds(listing, own)) return listing;
    if (tries === lagTries) return undefined;
    await sleep(20 * tries);
  }
}

function tooLate({ store }: StorePlace): StoreError {
  return new StoreError(
    'answer',
    `The store ${store.address}: its lists do not show what was put a second ago.`,
    {
      hint: 'The lock needs lists that show every object whose put has ended. Another store does that, or --no-store does without.',
    },
  );
}

function holds({ objects }: Listing, own: string): boolean {
  return objects.some(({ name }) => name === own);
}

function ageOf({ modifiedAt }: StoredObject, { now }: Listing): number {
  return now.getTime() - modifiedAt.getTime();
}

function isDead(object: StoredObject, listing: Listing, { dead }: LeaseTimes): boolean {
  return ageOf(object, listing) > dead;
}

async function describe(
  { place: { store }, signal }: LeaseOptions,
  { object, listing }: Rival,
): Promise<FoundTicket> {
  const text = (await store.get(object.name, signal))?.toString('utf8') ?? '';
  const ticket = parseTicket(text);
  const touchedMs = Date.now() - ageOf(object, listing);
  const path = `${store.address} ${object.name}`;
  if (ticket === undefined) return { path, isLive: true, touchedMs };
  return { path, isLive: true, touchedMs, ticket, where: ticket.address ?? ticket.host };
}

/** Measures the time since the last confirmed heartbeat was sent, by the clock that advanced further (machines sleep). */
interface Heartbeat {
  readonly begin: () => Moment;
  readonly confirm: (sent: Moment) => void;
  readonly ageMs: () => number;
}

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

function createHeartbeat({ held }: LeaseTimes): Heartbeat {
  const now = (): Moment => ({ monotonicMs: performance.now(), wallMs: Date.now() });
  const since = (then: Moment): number => {
    const { monotonicMs, wallMs } = now();
    return Math.max(monotonicMs - then.monotonicMs, wallMs - then.wallMs);
  };
  let last: Moment | undefined;
  return {
    begin: now,
    confirm: (sent) => {
      if (last === undefined || sent.monotonicMs > last.monotonicMs) last = sent;
    },
    ageMs: () => (last === undefined ? held : since(last)),
  };
}

interface Holding {
  readonly options: LeaseOptions;
  readonly name: string;
  readonly ticket: Buffer;
  readonly heartbeat: Heartbeat;
}

function hold({ options, name, ticket, heartbeat }: Holding): Lease {
  const { place, times = usualLeaseTimes } = options;
  const { store } = place;
  let lost: LockLostError | undefined;
  let beating = Promise.resolve();
  let isReleased = false;
  const giveUp = new AbortController();

  /** Once the ticket is too old, another run may have removed it: then it must not be put again. */
  function review(): LockLostError | undefined {
    const ageMs = heartbeat.ageMs();
    if (lost === undefined && ageMs >= times.held) lost = new LockLostError(store.address, ageMs);
    return lost;
  }

  async function beat(): Promise<void> {
    if (isReleased || review() !== undefined) return;
    const sent = heartbeat.begin();
    const list = (): Promise<Listing> => store.list(prefixOf('locks', place), giveUp.signal);
    if (!holds(await list(), name) && !holds(await list(), name)) {
      lost ??= new LockLostError(store.address, undefined);
    }
    if (isReleased || review() !== undefined) return;
    await store.put(name, ticket, giveUp.signal);
    heartbeat.confirm(sent);
  }

  const timer = setInterval(() => {
    // A failure shows when the last heartbeat is too old.
    beating = beating.then(beat).catch(() => undefined);
  }, times.beat);
  timer.unref();
  return {
    check: () => {
      const error = review();
      if (error !== undefined) throw error;
    },
    isHeld: () => !isReleased && review() === undefined,
    release: async () => {
      if (isReleased) return;
      isReleased = true;
      clearInterval(timer);
      const patience = setTimeout(() => giveUp.abort(), giveBackMs);
      await beating;
      clearTimeout(patience);
      // If it stays, it is dead after a while.
      await store.remove(name, createDeadline(giveBackMs)).catch(() => undefined);
    },
  };
}

/** A ticket in a store, for people. */
export interface ShownTicket {
  readonly name: string;
  readonly ticket: Ticket | undefined;
  readonly ageMs: number;
  readonly isDead: boolean;
}

/** Every ticket of the project, including dead ones, the oldest heartbeat first. @throws StoreError */
export async function listTickets(place: StorePlace): Promise<readonly ShownTicket[]> {
  const listing = await place.store.list(prefixOf('locks', place));
  const shown = listing.objects.map(async (object): Promise<ShownTicket> => {
    const text = (await place.store.get(object.name))?.toString('utf8') ?? '';
    const ageMs = ageOf(object, listing);
    return {
      name: object.name,
      ticket: parseTicket(text),
      ageMs,
      isDead: isDead(object, listing, usualLeaseTimes),
    };
  });
  return (await Promise.all(shown)).sort((a, b) => b.ageMs - a.ageMs);
}

/** Who holds the lock, or wants it. Takes one list, and a get for each. @throws StoreError */
export async function findLiveHolders(place: StorePlace): Promise<readonly Ticket[]> {
  const tickets = await listTickets(place);
  return tickets.flatMap(({ ticket, isDead }) => (ticket === undefined || isDead ? [] : [ticket]));
}
