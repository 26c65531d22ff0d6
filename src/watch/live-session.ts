/** The session in force: its files wake the loop, and a changed config file puts another session in its place. */

import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Selector } from '../run/selection.js';
import { createRepacker } from '../source/archive/pack.js';
import type { Wake } from '../source/watch/watch.js';
import type { Teller } from './announcer.js';
import { createSessionApprovals } from './approvals.js';
import { type CycleInput, runCycle } from './cycle.js';
import { createLoop, type Loop, type Settled, type Turn } from './loop.js';
import { openSession, type Session, type SessionOptions, type WatchFlags } from './session.js';

export interface LiveSessionOptions extends Omit<SessionOptions, 'onWake'> {
  readonly selector: Selector | undefined;
  readonly tell: Teller;
  readonly crash: Crash;
}

export interface LiveSession {
  /** The first session. @throws UserError where the config or the credentials are not usable */
  readonly open: () => Promise<Session>;
  readonly loop: Loop;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export function createLiveSession(options: LiveSessionOptions): LiveSession {
  const { given, io, selector, tell, crash } = options;
  const means = { selector, approvals: createSessionApprovals(given), io, tell, pack: createRepacker() };
  const loop = createLoop({ run: (turn) => crash.guard(() => runTurn(turn), 'done') });
  let session: Session | undefined;

  /** Before the first look at everything a wake tells nothing new. */
  function onWake(wake: Wake): void {
    if (session === undefined) return;
    if (wake.config) void crash.guard(() => reload(session), undefined);
    else
      loop.wake(mayDelete(wake, session, given) ? 'all' : select(wake.names, selector), wake.firstChangeAt);
  }

  async function open(): Promise<Session> {
    session = await openSession({ ...options, onWake });
    return session;
  }

  async function runTurn(turn: Turn): Promise<Settled> {
    return session === undefined ? 'retry' : runCycle({ ...means, ...facts(session), ...stepsOf(turn) });
  }

  /** A config that cannot be used changes nothing: the one before goes on. */
  async function reload(previous: Session | undefined): Promise<void> {
    try {
      await open();
      tell.tell({ event: 'config', status: 'reloaded', message: '' });
      loop.wake('all', performance.now());
      await previous?.close(exitCodes.ok);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell.tell({ event: 'config', status: 'rejected', message: error.message });
    }
  }

  return {
    open,
    loop,
    close: async (exitCode) => session?.close(exitCode),
  };
}

function select(names: Wake['names'], selector: Selector | undefined): Iterable<string> | 'all' {
  return names === 'all' || selector === undefined ? names : [...names].filter(selector.matches);
}

/** A look at names alone never deletes: what is no longer there shows only in a look at everything. */
function mayDelete({ structure }: Wake, { settings }: Session, { prune }: WatchFlags): boolean {
  return structure && (prune ?? settings.config.prune);
}

type FactsOfSession = Pick<
  CycleInput,
  'settings' | 'connection' | 'record' | 'revisions' | 'lock' | 'uploadCheck'
>;

/** The upload check is created before anything is read. */
function facts({ settings, connection, record, revisions, lock, folders }: Session): FactsOfSession {
  return { settings, connection, record, revisions, lock, uploadCheck: folders.createUploadCheck() };
}

function stepsOf(turn: Turn): Pick<CycleInput, 'names' | 'sinceSave' | 'onWrites' | 'onWritten'> {
  return {
    names: turn.names,
    sinceSave: (name) => performance.now() - turn.since(name),
    onWrites: turn.hold,
    onWritten: turn.release,
  };
}

// Background work of a command that goes on for hours: its first bug ends the command.

export interface Crash {
  /** Rejects with the first bug. */
  readonly happened: Promise<never>;
  /** What runs in the background must not fail unheard. */
  readonly guard: <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;
}

export function createCrash(): Crash {
  let fail: (error: unknown) => void = () => undefined;
  const happened = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  happened.catch(() => undefined);
  return {
    happened,
    guard: (work, otherwise) =>
      work().catch((error: unknown) => {
        fail(error);
        return otherwise;
      }),
  };
}
