/**
 * One writing run at a time for one tenant and project on this machine. Whoever wants the lock puts down a ticket of
 * its own, `.qlik-sync/locks/<tenant>/<project>.<random>.json`, and has the lock if no other live ticket is there.
 * Of two that come at once the later look sees both, so never do both go on; and since no ticket's name is used twice,
 * a stale one can be removed by anybody at any moment.
 */

import { rm, utimes } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { exitCodes, UserError } from '../core/errors.js';
import type { TenantIdentity } from '../core/model.js';
import { makeOwnPlace, ownPlace, tenantKey, unwritable } from './own-place.js';
import type { Self } from './process-facts.js';
import { describeStop } from './stop.js';
import { type FoundTicket, readTickets, removeIncomplete, type Ticket, writeTicket } from './ticket.js';

export interface LockScope {
  /** Absolute: the folder of the config. */
  readonly root: string;
  readonly tenant: TenantIdentity;
  readonly project: string;
  readonly self: Self;
}

export interface LockOptions extends LockScope {
  /** For whoever has to wait: `apply`. */
  readonly command: string;
  /** Told once, with what is waited for: `waiting for apply of pid 4711, running for 12 s`. */
  readonly onWait: (notice: string) => void;
  /** Milliseconds until waiting is given up; 10 s unless told. */
  readonly waitMs?: number;
  /** Ends the waiting: a `TimeoutError` says that time ran out, anything else is thrown as it is. */
  readonly signal?: AbortSignal;
}

/** Gives the lock back. Harmless when it was given back before. */
export type Release = () => Promise<void>;

const defaultWaitMs = 10_000;
const heartbeatMs = 5_000;

/**
 * @throws UserError, exit 7 and with the pid and age of the process that has it, when waiting was in vain; exit 9 when
 *   time ran out meanwhile; exit 3 where the lock cannot be written
 */
export async function takeLock(options: LockOptions): Promise<Release> {
  const { signal, waitMs = defaultWaitMs } = options;
  const deadline = performance.now() + waitMs;
  for (let tries = 1; ; tries += 1) {
    const isLate = signal?.aborted === true && describeStop(signal.reason).code === 'out-of-time';
    if (!isLate) signal?.throwIfAborted();
    const taken = await tryLock(options);
    if (typeof taken === 'function') return taken;
    if (isLate) throw outOfTime(taken, options);
    if (performance.now() >= deadline) throw busy(taken, options);
    // Of two that met at once, one has it at the second try.
    if (tries === 2) options.onWait(`waiting for ${describeFound(taken)}`);
    await pause(20 + Math.random() * 80, undefined, signal && { signal }).catch(() => undefined);
  }
}

/** The lock, or the ticket that is in its way. */
async function tryLock(options: LockOptions): Promise<Release | FoundTicket> {
  const [before] = await findOthers(options, undefined);
  if (before !== undefined) return before;
  const own = await putDown(options);
  const [other] = await findOthers(options, own);
  if (other === undefined) return hold(own);
  await rm(own, { force: true });
  return other;
}

async function putDown({ command, self, ...scope }: LockOptions): Promise<string> {
  const folder = folderOf(scope);
  try {
    await makeOwnPlace(scope.root, folder);
    await removeIncomplete(folder, scope.project);
    return await writeTicket(folder, scope.project, command, self);
  } catch (error) {
    throw unwritable(error, `The lock in ${folder}`, {
      hint: 'It keeps two runs apart. Free some space or make the folder writable, and run again.',
    });
  }
}

/** Those that live; the others are removed. */
async function findOthers(scope: LockScope, own: string | undefined): Promise<readonly FoundTicket[]> {
  const tickets = await readTickets(folderOf(scope), scope.project, scope.self);
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

function folderOf({ root, tenant }: Pick<LockScope, 'root' | 'tenant'>): string {
  return ownPlace(root, 'locks', tenantKey(tenant));
}

function busy(found: FoundTicket, { tenant, project }: LockOptions): UserError {
  const { ticket, path } = found;
  const hint =
    ticket === undefined
      ? `Run again when it is done. A lock that nobody touches is given up after a minute: ${path}`
      : `Run again when it is done. If process ${ticket.pid} on ${ticket.host} hangs, end it: its lock ends with it.`;
  return new UserError(
    `Another run is writing to ${tenant} for project ${project}: ${describeFound(found)}.`,
    { hint, exitCode: exitCodes.conflict },
  );
}

function outOfTime(found: FoundTicket, { tenant }: LockOptions): UserError {
  return new UserError(`Out of time while waiting to write to ${tenant}: ${describeFound(found)}.`, {
    hint: 'Nothing was written. Run again when it is done.',
    exitCode: exitCodes.budget,
  });
}

function describeFound({ ticket }: FoundTicket): string {
  return ticket === undefined ? 'a run whose lock cannot be read' : describeTicket(ticket);
}

function describeTicket({ command, pid, startedAt }: Ticket): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(startedAt)) / 1000));
  return `${command} of pid ${pid}, running for ${seconds} s`;
}
