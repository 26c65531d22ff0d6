/** `qlik-sync watch`: the pipeline of `apply`, woken by files, until it is interrupted. */

import { once } from 'node:events';
import { type ExitCode, exitCodes, UserError } from '../core/errors.js';
import { createRepacker } from '../source/repack.js';
import type { Wake } from '../source/watch.js';
import { confirmPlan } from './confirm.js';
import { protectedBy } from './connect.js';
import { tellInterrupted } from './exclusive.js';
import type { Io } from './io.js';
import type { ApprovalOptions } from './options/approvals.js';
import type { SharedFlags } from './options/shared.js';
import { createSelector } from './selection.js';
import { createCrash } from './watch/crash.js';
import { runCycle } from './watch/cycle.js';
import { createLoop, type Loop, type Turn } from './watch/loop.js';
import { openOutput } from './watch/output.js';
import { openSession, type Session } from './watch/session.js';
import { createTeller, type Teller } from './watch/teller.js';

export interface WatchFlags extends SharedFlags, ApprovalOptions {
  /** Milliseconds. */
  readonly quietPeriod?: number;
  readonly maxWait?: number;
  readonly interval?: number;
  readonly confirm?: readonly string[];
}

/** What is in flight at Ctrl-C may take this long; then it is cut off. */
const patienceMs = 10_000;

export async function watch(names: readonly string[], given: WatchFlags, io: Io): Promise<ExitCode> {
  const selector = await createSelector(names);
  const output = openOutput(given, io);
  const tell = createTeller(output.tell);
  const pack = createRepacker();
  const cutOff = new AbortController();
  const crash = createCrash();
  const loop = createLoop({ run: (turn) => crash.guard(() => runTurn(turn), 'done') });
  const options = { given, io, onWake, onNotice: output.notice, cutOff: cutOff.signal };
  let session: Session | undefined;
  let exitCode: ExitCode = exitCodes.bug;

  /** Before the first look at everything a wake tells nothing new. */
  function onWake(wake: Wake): void {
    if (session === undefined) return;
    if (wake.config) void crash.guard(() => reload(session), undefined);
    else loop.wake(mayDelete(wake, session) ? 'all' : selected(wake.names), wake.firstChangeAt);
  }

  function selected(names: Wake['names']): Iterable<string> | 'all' {
    return names === 'all' || selector === undefined ? names : [...names].filter(selector.matches);
  }

  /** A look at names alone never deletes: what is no longer there shows only in a look at everything. */
  function mayDelete({ structure }: Wake, { settings }: Session): boolean {
    return structure && (given.prune ?? settings.config.prune);
  }

  async function runTurn(turn: Turn): Promise<'done' | 'retry'> {
    if (session === undefined) return 'retry';
    const { settings, connection, folders, record, revisions } = session;
    const witness = folders.openWitness();
    const sinceSave = (name: string): number => performance.now() - turn.since(name);
    const { hold: onWrites, release: onWritten } = turn;
    const own = { record, revisions, lock: session.lock };
    const means = { ...own, selector, settings, connection, approvals: given, io, pack, witness, tell };
    return runCycle({ names: turn.names, ...means, sinceSave, onWrites, onWritten });
  }

  /** A config that cannot be used changes nothing: the one before goes on. */
  async function reload(previous: Session | undefined): Promise<void> {
    try {
      session = await openSession(options);
      tell.tell({ event: 'config', status: 'reloaded', message: '' });
      loop.wake('all', performance.now());
      await previous?.close(exitCodes.ok);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell.tell({ event: 'config', status: 'rejected', message: error.message });
    }
  }

  try {
    session = await openSession(options);
    await tellInterrupted({ ...session, io });
    await assertConfirmed(session, given, io);
    const lookAtAll = (): void => loop.wake('all', performance.now());
    lookAtAll();
    const timer = given.interval && setInterval(lookAtAll, given.interval);
    await Promise.race([
      untilAborted(AbortSignal.any([io.interrupted, io.stdout.closed])),
      crash.happened,
    ]).finally(() => clearInterval(timer));
    await finish(loop, tell, cutOff);
    exitCode = io.interrupted.aborted ? exitCodes.interrupted : exitCodes.ok;
    return exitCode;
  } finally {
    await session?.close(exitCode);
    output.close();
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Starting `watch` approves what it will write, but a protected environment still wants its name. */
async function assertConfirmed(
  { settings, connection }: Session,
  { confirm }: WatchFlags,
  io: Io,
): Promise<void> {
  const protectedEnvironment = protectedBy(settings.config, connection);
  const answer = await confirmPlan({ yes: true, confirm, protectedEnvironment }, io);
  if (answer === 'approved') return;
  const exitCode = answer === 'cancelled' ? exitCodes.interrupted : exitCodes.incomplete;
  throw new UserError('Nothing is watched: the environment was not confirmed.', { exitCode });
}

async function finish(loop: Loop, tell: Teller, cutOff: AbortController): Promise<void> {
  const stopping = loop.stop();
  const names = loop.inFlight();
  if (names.length > 0)
    tell.tell({ event: 'stopping', message: `Finishing ${names.join(', ')}; Ctrl-C again stops at once.` });
  const deadline = setTimeout(() => {
    tell.tell({ event: 'stopping', message: `Cut off after 10 s: ${loop.inFlight().join(', ')}.` });
    cutOff.abort(new UserError('cut off', { exitCode: exitCodes.interrupted }));
  }, patienceMs);
  await stopping;
  clearTimeout(deadline);
  tell.tell({ event: 'stopped', synced: tell.count() });
}
