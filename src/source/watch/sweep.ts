/** Looks without being told to: often at the folders' stamps, as often as is cheap at every file's. */

import { isMoved } from './extension.js';
import type { Roster } from './roster.js';
import { type Rounds, startRounds } from './rounds.js';
import type { Subject, Territory } from './territory.js';

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
