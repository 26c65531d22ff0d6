/** Reads the contents of apps, a few at a time, from the cache if nothing changed, within a budget. */

import type { AppContent } from '../../core/impact/impact.js';
import { createSeat, type Engine, type Seat } from '../../tenant/engine/engine.js';
import type { Reading, Unopened } from '../../tenant/engine/reading.js';
import type { Budget } from './budget.js';
import type { AppCache } from './cache.js';
import type { ListedApp } from './listed-app.js';

export interface ScanInput {
  /** In the order of reading, except that those an earlier run tried in vain come last. */
  readonly apps: readonly ListedApp[];
  readonly engine: Pick<Engine, 'read'>;
  readonly cache: AppCache;
  /** Concurrent sessions. */
  readonly sessions: number;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly onRead: (app: ListedApp, content: AppContent) => void;
  /** Called once for each app that is done, whatever the result. */
  readonly onDone: () => void;
}

export interface Scanned {
  readonly opened: number;
  readonly fromCache: number;
  readonly unopened: readonly UnopenedListed[];
  /** Apps that were not tried, and why: a limit of the budget, or an engine that does not answer. */
  readonly stopped?: { readonly apps: number; readonly by: 'budget' | 'engine'; readonly reason: string };
}

interface UnopenedListed {
  readonly app: ListedApp;
  readonly reason: string;
  /** `untried`: a limit was reached before. */
  readonly lasts: Unopened['lasts'] | 'untried';
}

/** This many unanswered apps in a row, each after its retries, mean that the engine is unavailable. */
const mostUnanswered = 12;

interface State {
  opened: number;
  fromCache: number;
  unansweredInARow: number;
  readonly unopened: UnopenedListed[];
  readonly untried: ListedApp[];
  stop: Stop | undefined;
}

type Stop = Omit<NonNullable<Scanned['stopped']>, 'apps'>;

/** @throws the signal's reason; UserError where there is no credential */
export async function scanApps(input: ScanInput): Promise<Scanned> {
  const state: State = {
    opened: 0,
    fromCache: 0,
    unansweredInARow: 0,
    unopened: [],
    untried: [],
    stop: undefined,
  };
  const turns = await recallAll(input, state);
  const inTurn = (turn: Turn) => input.apps.filter((app) => turns.get(app) === turn);
  await inParallel([...inTurn('first'), ...inTurn('last')], input, async (app, worker) => {
    await open(input, state, app, worker);
    input.onDone();
  });
  const { stop, untried, unopened, opened, fromCache } = state;
  const rest = untried.map((app) => ({
    app,
    reason: `not opened: ${stop?.reason ?? ''}`,
    lasts: 'untried' as const,
  }));
  return {
    opened,
    fromCache,
    unopened: [...unopened, ...rest],
    ...(stop !== undefined && untried.length > 0 && { stopped: { apps: untried.length, ...stop } }),
  };
}

/** `last`: an app that was tried in vain must not use up a small budget run after run. */
type Turn = 'first' | 'last';

/** Finishes every app that need not be opened; the others get their turn. */
async function recallAll(input: ScanInput, state: State): Promise<ReadonlyMap<ListedApp, Turn>> {
  const turns = new Map<ListedApp, Turn>();
  await inParallel(input.apps, input, async (app) => {
    const turn = await recall(input, state, app);
    if (turn === undefined) input.onDone();
    else turns.set(app, turn);
  });
  return turns;
}

async function recall({ cache, onRead }: ScanInput, state: State, app: ListedApp): Promise<Turn | undefined> {
  if (app.facts.id === '') {
    state.unopened.push({ app, reason: 'its item names no app', lasts: 'lasting' });
    return undefined;
  }
  const known = await cache.find(app.facts.id, app.version);
  if (known?.kind !== 'content') return known === undefined ? 'first' : 'last';
  onRead(app, known.content);
  state.fromCache += 1;
  return undefined;
}

async function open(input: ScanInput, state: State, app: ListedApp, worker: Worker): Promise<void> {
  const { budget, cache } = input;
  state.stop ??= whyStop(budget, state);
  if (state.stop !== undefined) return void state.untried.push(app);
  budget.left -= 1;
  const readAt = Date.now();
  const reading = await read(input, app, worker);
  if (reading?.kind === 'read') {
    state.unansweredInARow = 0;
    state.opened += 1;
    input.onRead(app, reading.content);
    const { content } = reading;
    return keepLater(worker, () =>
      cache.keep(app.facts.id, app.version, { kind: 'content', content, readAt }),
    );
  }
  if (reading === undefined) state.untried.push(app);
  else noteUnopened(state, app, reading);
  state.stop ??= whyStop(budget, state);
  await keepLater(worker, () => cache.keep(app.facts.id, app.version, { kind: 'tried' }));
}

/** Runs while the next app opens. */
async function keepLater(worker: Worker, keep: () => Promise<void>): Promise<void> {
  await worker.kept;
  worker.kept = keep();
}

/** `undefined` where time ran out. */
async function read(
  { engine, budget, signal }: ScanInput,
  { facts }: ListedApp,
  { either, seat }: Worker,
): Promise<Reading | undefined> {
  try {
    return await engine.read(facts.id, either, seat);
  } catch (error) {
    signal.throwIfAborted();
    if (budget.time.aborted) return undefined;
    throw error;
  }
}

function noteUnopened(state: State, app: ListedApp, { reason, lasts, halts }: Unopened): void {
  state.unopened.push({ app, reason, lasts });
  state.unansweredInARow = halts === 'never' ? 0 : state.unansweredInARow + 1;
  if (halts === 'at-once') state.stop ??= { by: 'engine', reason };
}

function whyStop(budget: Budget, { unansweredInARow }: State): Stop | undefined {
  if (budget.time.aborted) return { by: 'budget', reason: budget.duration };
  if (budget.left <= 0) return { by: 'budget', reason: budget.apps };
  if (unansweredInARow < mostUnanswered) return undefined;
  return { by: 'engine', reason: `the engine answered none of the last ${mostUnanswered} apps` };
}

/** One of several that work side by side, each with one session at a time. */
interface Worker {
  /** Aborted by the end of the run or of its time, or by the failure of another. */
  readonly either: AbortSignal;
  readonly seat: Seat;
  /** Resolves when what it read last is in the cache. */
  kept: Promise<void>;
}

/** Works through apps with several workers. The failure of one stops all, and nothing of them outlives this function. */
async function inParallel(
  apps: Iterable<ListedApp>,
  { sessions, signal, budget }: Pick<ScanInput, 'sessions' | 'signal' | 'budget'>,
  deal: (app: ListedApp, worker: Worker) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const either = AbortSignal.any([signal, budget.time, broken.signal]);
  const queue = apps[Symbol.iterator]();
  const work = async (): Promise<void> => {
    const worker: Worker = { either, seat: createSeat(), kept: Promise.resolve() };
    try {
      for (let next = queue.next(); next.done !== true; next = queue.next()) {
        signal.throwIfAborted();
        broken.signal.throwIfAborted();
        await deal(next.value, worker);
      }
    } finally {
      await Promise.all([worker.seat.closed, worker.kept]);
    }
  };
  const workers = Array.from({ length: sessions }, () =>
    work().catch((error: unknown) => {
      broken.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(workers);
  await Promise.all(workers);
}
