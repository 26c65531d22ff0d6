/** The current session: its files wake the loop, and a changed config file replaces it with another session. */

import { UserError } from '../core/errors.js';
import { type ExitCode, exitCodes } from '../core/exit-codes.js';
import type { Selector } from '../run/selection.js';
import { createRepacker } from '../source/archive/repack.js';
import { baseOf } from '../source/discover/pattern.js';
import { type GitMoment, readGitMoment } from '../source/git/operation.js';
import { findNestedTops } from '../source/git/repository.js';
import { createPacks } from '../source/watch/packs.js';
import type { Wake } from '../source/watch/watch.js';
import type { Announcer } from './announcer.js';
import { createSessionApprovals } from './approvals.js';
import { createBrake } from './brake.js';
import { type CycleInput, runCycle } from './cycle.js';
import { createDeleteGrace } from './delete-grace.js';
import { createFileGrace } from './file-grace.js';
import { createLoop, type Loop, type Settled, type Turn } from './loop.js';
import { createRenameHolds } from './rename-holds.js';
import { openSession, type Session, type SessionOptions, type WatchFlags } from './session.js';
import { createTally } from './tally.js';

interface LiveSessionOptions extends Omit<SessionOptions, 'onWake'> {
  readonly selector: Selector | undefined;
  readonly announce: Announcer;
  readonly background: BackgroundErrors;
}

export interface LiveSession {
  /** The first session. @throws UserError if the config or the credentials are not usable */
  readonly open: () => Promise<Session>;
  readonly loop: Loop;
  readonly close: (exitCode: ExitCode) => Promise<void>;
}

export function createLiveSession(options: LiveSessionOptions): LiveSession {
  const { flags, selector, announce, background } = options;
  let session: Session | undefined;
  const turns = new Set<Promise<unknown>>();
  const loop = createLoop({ run: (turn) => background.guard(() => runTurn(turn), 'done') });
  const grace = createDeleteGrace({
    waitMs: flags.deleteGrace,
    rest: options.io.patience?.rest,
    readMoment: (folders) => momentOf(session, folders),
    onOver: () => loop.wake('all', performance.now()),
  });
  const fileGrace = createFileGrace({
    rest: options.io.patience?.rest,
    onOver: (name) => loop.wake([name], performance.now()),
  });
  const packing = { pack: createRepacker(), digests: new Map<string, string>() };
  const shared = {
    selector,
    approvals: createSessionApprovals(flags),
    announce,
    brake: createBrake(),
    grace,
    fileGrace,
    renameHolds: createRenameHolds(),
    tally: createTally({ periodMs: () => limitPeriodOf(flags, session) }),
  };

  /** Before the first look at everything, a wake says nothing new. */
  function onWake(wake: Wake): void {
    if (session === undefined) return;
    if (wake.config) void background.guard(() => reload(session), undefined);
    else loop.wake(mayDelete(wake, flags) ? 'all' : select(wake.names, selector), wake.firstChangeAt);
  }

  async function open(): Promise<Session> {
    session = await openSession({ ...options, onWake });
    return session;
  }

  async function runTurn(turn: Turn): Promise<Settled> {
    if (session === undefined) return 'retry';
    const facts = factsOf(session);
    const packs = createPacks({ ...packing, ...facts });
    const cycle = runCycle({ ...shared, ...facts, packs, ...stepsOf(turn) });
    turns.add(cycle);
    return cycle.finally(() => turns.delete(cycle));
  }

  /**
   * A config that cannot be used changes nothing: the previous session continues. A session that is replaced ends what it
   * has begun with its own tenant, before that is closed.
   */
  async function reload(previous: Session | undefined): Promise<void> {
    try {
      await open();
      const begun = [...turns];
      announce.event({ event: 'config', status: 'reloaded', message: '' });
      loop.wake('all', performance.now());
      await Promise.allSettled(begun);
      await previous?.close(exitCodes.ok);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      announce.event({ event: 'config', status: 'rejected', message: error.message });
    }
  }

  return {
    open,
    loop,
    close: async (exitCode) => {
      grace.close();
      fileGrace.close();
      await session?.close(exitCode);
    },
  };
}

/** Wherever extensions are, or were: in the repository of the config, in others, in clones within one. */
function momentOf(session: Session | undefined, folders: readonly string[]): GitMoment {
  if (session === undefined) return { head: '' };
  const { root, extensions } = session.run.settings.config;
  const bases = [root, ...extensions.map((pattern) => baseOf(pattern, root))];
  return readGitMoment([...bases, ...findNestedTops(bases, folders)]);
}

/** A session that reconciles on a timer may run for months. */
function limitPeriodOf({ interval }: WatchFlags, session: Session | undefined): number | undefined {
  return interval === undefined ? undefined : session?.run.settings.config.limitPeriodMs;
}

function select(names: Wake['names'], selector: Selector | undefined): Iterable<string> | 'all' {
  return names === 'all' || selector === undefined ? names : [...names].filter(selector.matches);
}

/** A look at names alone never deletes: only a look at everything shows what is gone. */
function mayDelete({ structure }: Wake, { prune }: WatchFlags): boolean {
  return structure && prune === true;
}

type FactsOfSession = Pick<CycleInput, 'run' | 'record' | 'revisions' | 'lock' | 'list' | 'uploadCheck'>;

/** The upload check is created before anything is read. */
function factsOf({ run, record, revisions, lock, folders }: Session): FactsOfSession {
  return { run, record, revisions, lock, list: folders.list, uploadCheck: folders.createUploadCheck() };
}

function stepsOf(turn: Turn): Pick<CycleInput, 'names' | 'sinceSave' | 'onWrites' | 'onWritten'> {
  return {
    names: turn.names,
    sinceSave: (name) => performance.now() - turn.since(name),
    onWrites: turn.hold,
    onWritten: turn.release,
  };
}

/** Work in the background of a command that runs for hours: its first bug ends the command. */
export interface BackgroundErrors {
  /** Rejects with the first bug. */
  readonly first: Promise<never>;
  /** Resolves to `otherwise` if the work fails. */
  readonly guard: <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;
}

export function createBackgroundErrors(): BackgroundErrors {
  let fail: (error: unknown) => void = () => undefined;
  const first = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  first.catch(() => undefined);
  return {
    first,
    guard: (work, otherwise) =>
      work().catch((error: unknown) => {
        fail(error);
        return otherwise;
      }),
  };
}
