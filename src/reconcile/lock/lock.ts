/**
 * One writing run at a time for a tenant and project. Its tickets are in up to three places: below `.qlik-sync`, which
 * machines or containers may share; below the user's own state, which all checkouts on a machine share; and in the store,
 * which all machines share. No single place reaches everyone who has to wait.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '../../core/errors.js';
import { exitCodes } from '../../core/exit-codes.js';
import type { TenantIdentity } from '../../core/model.js';
import { ownPlace, tenantKey } from '../own-place.js';
import { describeStop } from '../stop.js';
import { type LockHolder, type LockPlace, type Release, tryLock } from './lock-place.js';
import type { FoundTicket, Ticket } from './ticket.js';

export type { LockPlace, Release };

export interface LockOptions extends LockHolder {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  /** The tickets of this machine's other folders; absent: only runs of this folder wait for each other. */
  readonly machine?: LockPlace | undefined;
  /** Called with the reason if `machine` is not writable. */
  readonly onAlone?: (reason: string) => void;
  /**
   * Called once with the run that holds the lock, `waiting for apply of pid 4711, running for 12 s`, and once more if the
   * wait is longer than usual.
   */
  readonly onWait: (notice: string) => void;
  /** How many milliseconds to wait; 10 s by default. If a holder in a store seems to be gone, until its lock expires. */
  readonly waitMs?: number;
  /** Aborts the wait: a `TimeoutError` says that time ran out, anything else is thrown as it is. */
  readonly signal?: AbortSignal;
}

const defaultWaitMs = 10_000;

/** A holder in a store sends a heartbeat every 10 s. After this long without one it seems to be gone. */
const silentMs = 11_000;

/** By then a lock in a store has expired. */
const longestWaitMs = 120_000;

/**
 * The lock of this machine.
 *
 * @throws UserError with exit 7 and the holder's pid and age when the wait ran out; exit 9 when the run's time ran out;
 *   exit 3 if the lock cannot be written
 */
export function takeLock(options: LockOptions): Promise<Release> {
  return waitFor(() => tryAll(options), options);
}

/** The lock of all machines, for a run that holds that of its own. @throws UserError as `takeLock`; StoreError */
export function takeSharedLock(tryShared: TryOne, options: LockOptions): Promise<Release> {
  return waitFor(tryShared, options);
}

/** Does work that is part of taking the lock. @throws UserError as `takeLock` when time ran out; what the work throws */
export async function inTime<T>(work: Promise<T>, options: LockOptions): Promise<T> {
  return work.catch((error: unknown) => {
    throw isLateBy(error, options) ? outOfTime(undefined, options) : error;
  });
}

function isLateBy(error: unknown, { signal }: LockOptions): boolean {
  return isOutOfTime(signal) && error === signal?.reason;
}

async function waitFor(tryOnce: TryOne, options: LockOptions): Promise<Release> {
  const { signal, waitMs = defaultWaitMs } = options;
  let found: FoundTicket | undefined;
  const begun = performance.now();
  const tell = createNotices(options);
  for (let tries = 1; ; tries += 1) {
    const isLate = isOutOfTime(signal);
    if (!isLate) signal?.throwIfAborted();
    const taken = await tryOnce().catch((error: unknown) => {
      throw isLateBy(error, options) ? outOfTime(found, options) : error;
    });
    if (typeof taken === 'function') return taken;
    found = taken;
    if (isLate) throw outOfTime(taken, options);
    const waitedMs = performance.now() - begun;
    const wait = waitedMs < waitMs ? 'usual' : 'long';
    if (wait === 'long' && !isGone(taken, waitedMs)) throw busy(taken, options);
    // Of two runs that met at once, one gets it at the second try.
    if (tries >= 2) tell(wait, taken);
    await pause(pauseMs(tries), undefined, signal && { signal }).catch(() => undefined);
  }
}

function isOutOfTime(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && describeStop(signal.reason).code === 'out-of-time';
}

/** Each is reported once. */
function createNotices({
  onWait,
}: Pick<LockOptions, 'onWait'>): (wait: 'usual' | 'long', found: FoundTicket) => void {
  const told = new Set<string>();
  return (wait, found) => {
    if (told.has(wait)) return;
    told.add(wait);
    const what = describeFound(found);
    onWait(wait === 'usual' ? `waiting for ${what}` : `waiting until the lock expires of ${what}`);
  };
}

/** A process that was killed leaves its ticket in the store, and is often started again at once. */
function isGone({ where, touchedMs }: FoundTicket, waitedMs: number): boolean {
  return (
    where !== undefined &&
    touchedMs !== undefined &&
    Date.now() - touchedMs > silentMs &&
    waitedMs < longestWaitMs
  );
}

/** Longer and longer, since each try costs calls to the disks and the store. */
function pauseMs(tries: number): number {
  return (20 + Math.random() * 80) * Math.min(8, 1 + tries / 8);
}

type TryOne = () => Promise<Release | FoundTicket>;

/** Both, or the ticket that holds one of them. Every run takes them in the same order. */
async function tryAll(options: LockOptions): Promise<Release | FoundTicket> {
  const { root, machine } = options;
  const folder = ownPlace(root, 'locks', tenantKey(options.tenant));
  const attempts: readonly (TryOne | undefined)[] = [
    () => tryLock({ root, folder }, options),
    machine && (() => tryMachine(machine, options)),
  ];
  const taken: Release[] = [];
  const releaseAll: Release = async () => void (await Promise.all(taken.map((release) => release())));
  for (const attempt of attempts) {
    const one = await attempt?.().catch(async (error: unknown) => {
      await releaseAll();
      throw error;
    });
    if (typeof one === 'function') taken.push(one);
    else if (one !== undefined) {
      await releaseAll();
      return one;
    }
  }
  return releaseAll;
}

/** If it cannot be written, the folder's own lock has to do. */
async function tryMachine(place: LockPlace, options: LockOptions): Promise<Release | FoundTicket> {
  try {
    return await tryLock(place, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    options.onAlone?.(error.message);
    return async () => undefined;
  }
}

function busy(found: FoundTicket, { tenant, project }: LockOptions): UserError {
  const hint = `Run again when it is done. ${describeExpiry(found)}`;
  return new UserError(
    `Another run is writing to ${tenant} for project ${project}: ${describeFound(found)}.`,
    { hint, exitCode: exitCodes.conflict },
  );
}

function describeExpiry({ ticket, path, touchedMs, where }: FoundTicket): string {
  if (where !== undefined) {
    return 'If it is gone, its lock expires 90 s after its last sign of life; qlik-sync unlock removes it at once.';
  }
  const expiry = `A lock that is not renewed expires after a minute: ${path}`;
  if (ticket === undefined) return expiry;
  const end = `If process ${ticket.pid} on ${ticket.host} hangs, end it: its lock ends with it.`;
  return touchedMs === undefined ? end : `${end} ${expiry}`;
}

/** @param found absent if no holder is known, and the store did not answer */
function outOfTime(found: FoundTicket | undefined, { tenant }: LockOptions): UserError {
  const who = found === undefined ? 'the store does not answer' : describeFound(found);
  return new UserError(`Out of time while waiting to write to ${tenant}: ${who}.`, {
    hint: `Nothing was written. Run again when ${found === undefined ? 'it answers' : 'it is done'}.`,
    exitCode: exitCodes.budget,
  });
}

function describeFound({ ticket, touchedMs, where }: FoundTicket): string {
  if (ticket === undefined) return 'a run whose lock cannot be read';
  const sign = touchedMs === undefined ? '' : `, last sign of life ${secondsSince(touchedMs)} s ago`;
  return `${describeTicket(ticket, where)}${sign}`;
}

function describeTicket({ command, pid, startedAt }: Ticket, where: string | undefined): string {
  const place = where === undefined ? '' : ` on ${where}`;
  return `${command} of pid ${pid}${place}, running for ${secondsSince(Date.parse(startedAt))} s`;
}

function secondsSince(ms: number): number {
  return Math.max(0, Math.round((Date.now() - ms) / 1000));
}
