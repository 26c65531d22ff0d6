/** Looks for changes without events: often at the folders' stamps, and at every file's as often as is cheap. */

import { hasChanged } from './extension.js';
import type { FolderOwners, Subject } from './map.js';
import type { WatchedExtensions } from './watched-extensions.js';

interface SweepOptions {
  readonly watched: WatchedExtensions;
  readonly owners: () => FolderOwners;
  readonly sweepMs: number;
  /** `performance.now()` of the last wake. */
  readonly wokenAt: () => number;
  readonly onFound: (subject: Subject) => void;
}

const restlessMs = 5 * 60_000;

/** Less often when nothing has changed for long. */
const restFactor = 5;

export function startSweep({ watched, owners, sweepMs, wokenAt, onFound }: SweepOptions): Rounds {
  const isRestless = (at: number): boolean => performance.now() - at < restlessMs;
  const periodMs = (): number => (isRestless(wokenAt()) ? sweepMs : sweepMs * restFactor);
  const glances = startRounds({
    items: () => [watched],
    look: () => owners().glance().forEach(onFound),
    periodMs,
    isUrgent: () => false,
  });
  const rounds = startRounds({
    items: watched.extensions,
    look: (extension) => {
      if (hasChanged(extension)) onFound(extension);
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

export interface RoundsOptions<T> {
  readonly items: () => Iterable<T>;
  readonly look: (item: T) => void;
  /** Milliseconds between two looks at the same item, if the share allows it. */
  readonly periodMs: (item: T) => number;
  /** Items to look at before others that are due. */
  readonly isUrgent: (item: T) => boolean;
}

export interface Rounds {
  readonly close: () => void;
}

/**
 * The share of one processor's time. The glances at the folders and the timers cost about as much again; together below 1
 * %.
 */
const share = 0.0025;

/** The longest that an event waits which arrives in the meantime. */
const sliceMs = 3;

/** A longer slice was interrupted by other work of the machine, which does not count. */
const longestSliceMs = 10;

const shortestPauseMs = 10;

/** Looks at all items in turn, again and again, within a small share of one processor's time. */
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
