/** Looks without being told to: often at the folders' stamps, as often as is cheap at every file's. */

import { isMoved } from './extension.js';
import type { Subject, Territory } from './map.js';
import type { Roster } from './roster.js';

export interface SweepOptions {
  readonly roster: Roster;
  readonly territory: () => Territory;
  readonly sweepMs: number;
  /** `performance.now()` of the last wake. */
  readonly wokenAt: () => number;
  readonly onFound: (subject: Subject) => void;
}

const restlessMs = 5 * 60_000;

/** Less often when nothing has moved for long. */
const restFactor = 5;

export function startSweep({ roster, territory, sweepMs, wokenAt, onFound }: SweepOptions): Rounds {
  const isRestless = (at: number): boolean => performance.now() - at < restlessMs;
  const periodMs = (): number => (isRestless(wokenAt()) ? sweepMs : sweepMs * restFactor);
  const glances = startRounds({
    items: () => [roster],
    look: () => territory().glance().forEach(onFound),
    periodMs,
    isUrgent: () => false,
  });
  const rounds = startRounds({
    items: roster.extensions,
    look: (extension) => {
      if (isMoved(extension)) onFound(extension);
    },
    periodMs,
    isUrgent: ({ movedAt }) => isRestless(movedAt),
  });
  return {
    close: () => {
      glances.close();
      rounds.close();
    },
  };
}

// Looks at everything in turn, for as long as the program runs, on a small share of one processor's time.

export interface RoundsOptions<T> {
  readonly items: () => Iterable<T>;
  readonly look: (item: T) => void;
  /** Milliseconds between two looks at the same item, where the share allows it. */
  readonly periodMs: (item: T) => number;
  /** Looked at before others that are due. */
  readonly isUrgent: (item: T) => boolean;
}

export interface Rounds {
  readonly close: () => void;
}

/** The glance at the folders and the timers cost about as much again; together below one per cent. */
const share = 0.0025;

/** An event that comes meanwhile waits this long. */
const sliceMs = 3;

/** A slice that took longer was interrupted by other work of the machine, which is not ours to pay for. */
const longestSliceMs = 10;

const shortestPauseMs = 10;

export function startRounds<T extends object>(options: RoundsOptions<T>): Rounds {
  const { items, look, periodMs, isUrgent } = options;
  const dueAt = new WeakMap<T, number>();
  let timer = setTimeout(turn, 0);

  function turn(): void {
    const startedAt = performance.now();
    const all = [...items()];
    for (const item of all) if (!dueAt.has(item)) dueAt.set(item, startedAt + periodMs(item));
    for (const item of inOrder(all, startedAt)) {
      look(item);
      const now = performance.now();
      dueAt.set(item, now + periodMs(item));
      if (now - startedAt > sliceMs) break;
    }
    timer = setTimeout(turn, pauseAfter(startedAt, all));
  }

  function inOrder(all: readonly T[], now: number): readonly T[] {
    const due = all.filter((item) => dueOf(item) <= now).sort((a, b) => dueOf(a) - dueOf(b));
    return [...due.filter(isUrgent), ...due.filter((item) => !isUrgent(item))];
  }

  function dueOf(item: T): number {
    return dueAt.get(item) ?? 0;
  }

  function pauseAfter(startedAt: number, all: readonly T[]): number {
    const now = performance.now();
    const nextAt = Math.min(...all.map(dueOf), now + 1_000);
    const cost = Math.min(now - startedAt, longestSliceMs);
    return Math.max(shortestPauseMs, cost / share, nextAt - now);
  }

  return { close: () => clearTimeout(timer) };
}
