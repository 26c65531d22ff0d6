/**
 * A folder of tickets. A process that wants to write adds its own, `<project>.<random>.json`, and may go on if there is
 * no other live ticket. If two come at once, the later check sees both, so they never both go on. No ticket name is used
 * twice, so any process can remove a stale one at any moment.
 */

import { rmSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import { isOwnPlace, makeOwnPlace, unwritable } from '../own-place.js';
import type { Self } from './process-facts.js';
import { type FoundTicket, readTickets, removeIncomplete, writeTicket } from './ticket.js';

export interface LockPlace {
  /** Absolute. Nothing below it may be a link. */
  readonly root: string;
  /** Absolute, below `root`: the tickets for one tenant. */
  readonly folder: string;
}

export interface LockHolder {
  readonly project: string;
  /** Shown to those who wait: `apply`. */
  readonly command: string;
  readonly self: Self;
}

/** Releases the lock. Releasing it twice is harmless. */
export type Release = () => Promise<void>;

const heartbeatMs = 5_000;

/** The lock, or the ticket that holds it. @throws UserError where the folder is not writable */
export async function tryLock(place: LockPlace, holder: LockHolder): Promise<Release | FoundTicket> {
  const [before] = await findOthers(place, holder, undefined);
  if (before !== undefined) return before;
  const own = await putDown(place, holder);
  const [other] = await findOthers(place, holder, own);
  if (other === undefined) return hold(own);
  pickUp(own);
  return other;
}

async function putDown({ root, folder }: LockPlace, { project, command, self }: LockHolder): Promise<string> {
  try {
    await makeOwnPlace(root, folder, 'light');
    removeIncomplete(folder, project);
    return writeTicket(folder, project, command, self);
  } catch (error) {
    throw unwritable(error, `The lock in ${folder}`, {
      hint: 'It keeps two runs from writing at once. Free some space or make the folder writable, and run again.',
    });
  }
}

/** The live tickets of others. Removes stale ones. */
async function findOthers(
  { root, folder }: LockPlace,
  { project, self }: LockHolder,
  own: string | undefined,
): Promise<readonly FoundTicket[]> {
  if (!isOwnPlace(root, folder)) return [];
  const others = readTickets(folder, project, self, own);
  const stale = others.filter(({ isLive }) => !isLive);
  await Promise.all(stale.map(({ path }) => rm(path, { force: true }).catch(() => undefined)));
  return others.filter(({ isLive }) => isLive);
}

/** Touches the ticket regularly, for processes that cannot see this one. */
function hold(path: string): Release {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();
  return async () => {
    clearInterval(beat);
    pickUp(path);
  };
}

/** Synchronously, as it was put down: another thread would take several times as long. */
function pickUp(path: string): void {
  rmSync(path, { force: true });
}
