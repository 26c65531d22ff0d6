/** Reads what apps hold, a few at a time, from the cache where nothing changed, within a budget. */

import type { AppContent } from '../../core/app-content.js';
import type { Engine } from '../../tenant/engine/engine.js';
import type { Reading, Unopened } from '../../tenant/engine/reading.js';
import type { AppCache } from './cache.js';
import type { ListedApp } from './listed-app.js';

export interface ScanInput {
  /** In the order they are read. */
  readonly apps: readonly ListedApp[];
  readonly engine: Engine;
  readonly cache: AppCache;
  /** Sessions open at once. */
  readonly sessions: number;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly onRead: (app: ListedApp, content: AppContent) => void;
  /** Called once for each app that is dealt with, whatever became of it. */
  readonly onDone: () => void;
}

/** Shared by all scans of one run. */
export interface Budget {
  /** Apps that may still be opened. */
  left: number;
  /** Aborted when time is up. */
  readonly time: AbortSignal;
  /** How people call each limit: `--max-apps 100`. */
  readonly apps: string;
  readonly duration: string;
}

export interface Scanned {
  readonly opened: number;
  readonly fromCache: number;
  readonly unopened: readonly UnopenedListed[];
  /** Apps that were not tried, and why: a limit of the budget, or an engine that answers nobody. */
  readonly stopped?: { readonly apps: number; readonly by: 'budget' | 'engine'; readonly reason: string };
}

export interface UnopenedListed {
  readonly app: ListedApp;
  readonly reason: string;
  /** `untried`: a limit was reached before. */
  readonly lasts: Unopened['lasts'] | 'untried';
}

/** So many in a row that fail in passing, each after its tries, mean that the engine is not to be had. */
const hopeless = 12;

interface State {
  opened: number;
  fromCache: number;
  failedInARow: number;
  readonly unopened: UnopenedListed[];
  readonly untried: ListedApp[];
  stop: Stop | undefined;
}

type Stop = Omit<NonNullable<Scanned['stopped']>, 'apps'>;

/** @throws the signal's reason; UserError where the credential cannot be had */
export async function scanApps(input: ScanInput): Promise<Scanned> {
  const state: State = {
    opened: 0,
    fromCache: 0,
    failedInARow: 0,
    unopened: [],
    untried: [],
    stop: undefined,
  };
  await inParallel(input, (app, signal) => deal(input, state, app, signal));
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
    ...(stop !== undefined && { stopped: { apps: untried.length, ...stop } }),
  };
}

/** One failure that ends the run ends all sessions, and none outlives this function. */
async function inParallel(
  { apps, sessions, signal, budget, onDone }: ScanInput,
  deal: (app: ListedApp, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const broken = new AbortController();
  const either = AbortSignal.any([signal, budget.time, broken.signal]);
  const queue = apps.values();
  const work = async (): Promise<void> => {
    for (const app of queue) {
      signal.throwIfAborted();
      broken.signal.throwIfAborted();
      await deal(app, either);
      onDone();
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

async function deal(input: ScanInput, state: State, app: ListedApp, signal: AbortSignal): Promise<void> {
  if (await readCached(input, app)) {
    state.fromCache += 1;
    return;
  }
  state.stop ??= whyStop(input.budget, state.failedInARow);
  if (state.stop !== undefined) return void state.untried.push(app);
  input.budget.left -= 1;
  const reading = await open(input, app, signal);
  if (reading !== undefined) return note(input, state, app, reading);
  state.stop ??= whyStop(input.budget, state.failedInARow);
  state.untried.push(app);
}

async function readCached({ cache, onRead }: ScanInput, app: ListedApp): Promise<boolean> {
  const content = app.stamp === undefined ? undefined : await cache.find(app.facts.id, app.stamp);
  if (content !== undefined) onRead(app, content);
  return content !== undefined;
}

/** `undefined` where time ran out meanwhile. */
async function open(
  { engine, budget, signal }: ScanInput,
  { facts }: ListedApp,
  either: AbortSignal,
): Promise<Reading | undefined> {
  if (facts.id === '') return { kind: 'unopened', reason: 'its item names no app', lasts: 'lasting' };
  try {
    return await engine.read(facts.id, either);
  } catch (error) {
    signal.throwIfAborted();
    if (budget.time.aborted) return undefined;
    throw error;
  }
}

async function note(
  { cache, onRead }: ScanInput,
  state: State,
  app: ListedApp,
  reading: Reading,
): Promise<void> {
  const { facts, stamp } = app;
  if (reading.kind === 'read') {
    state.failedInARow = 0;
    state.opened += 1;
    onRead(app, reading.content);
    if (stamp !== undefined) await cache.keep(facts.id, stamp, reading.content);
    return;
  }
  const { reason, lasts } = reading;
  state.failedInARow = lasts === 'passing' ? state.failedInARow + 1 : 0;
  state.unopened.push({ app, reason, lasts });
}

function whyStop(budget: Budget, failedInARow: number): Stop | undefined {
  if (budget.time.aborted) return { by: 'budget', reason: budget.duration };
  if (budget.left <= 0) return { by: 'budget', reason: budget.apps };
  if (failedInARow < hopeless) return undefined;
  return { by: 'engine', reason: `the engine answered none of the last ${hopeless} apps` };
}
