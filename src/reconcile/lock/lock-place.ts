/**
 * A folder where whoever wants to write puts down a ticket of its own, `<project>.<random>.json`, and may go on if no
 * other live ticket is there. Of two that come at once the later look sees both, so never do both go on; and since no
 * ticket's name is used twice, a stale one can be removed by anybody at any moment.
 */

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
  /** For whoever has to wait: `apply`. */
  readonly command: string;
  readonly self: Self;
}

/** Gives the lock back. Harmless when it was given back before. */
export type Release = () => Promise<void>;

const heartbeatMs = 5_000;

/** The lock, or the ticket that is in its way. @throws UserError where nothing can be written there */
export async function tryLock(place: LockPlace, holder: LockHolder): Promise<Release | FoundTicket> {
  const [before] = await findOthers(place, holder, undefined);
  if (before !== undefined) return before;
  const own = await putDown(place, holder);
  const [other] = await findOthers(place, holder, own);
  if (other === undefined) return hold(own);
  await rm(own, { force: true });
  return other;
}

async function putDown({ root, folder }: LockPlace, { project, command, self }: LockHolder): Promise<string> {
  try {
    await makeOwnPlace(root, folder);
    await removeIncomplete(folder, project);
    return await writeTicket(folder, project, command, self);
  } catch (error) {
    throw unwritable(error, `The lock in ${folder}`, {
      hint: 'It keeps two runs apart. Free some space or make the folder writable, and run again.',
    });
  }
}

/** Those that live; the others are removed. */
async function findOthers(
  { root, folder }: LockPlace,
  { project, self }: LockHolder,
  own: string | undefined,
): Promise<readonly FoundTicket[]> {
  if (!isOwnPlace(root, folder)) return [];
  const tickets = await readTickets(folder, project, self);
  const others = tickets.filter(({ path }) => path !== own);
  const stale = others.filter(({ isLive }) => !isLive);
  await Promise.all(stale.map(({ path }) => rm(path, { force: true }).catch(() => undefined)));
  return others.filter(({ isLive }) => isLive);
}

/** Touches the ticket now and then, for those who cannot see this process. */
function hold(path: string): Release {
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
  };
}
