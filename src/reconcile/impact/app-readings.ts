/** What is known about the apps so far. A later reading of an app replaces the earlier one. */

import type { AppContent, AppFacts, Impact, UnopenedApp } from '../../core/impact/impact.js';
import { type AppReading, createNaming, findUses } from '../../core/impact/tally.js';
import type { AppList } from './apps.js';
import { keyOf, type ListedApp } from './listed-app.js';
import { type ScanInput, type Scanned, scanApps } from './scan.js';

export interface AppReadings {
  readonly scan: (list: Pick<AppList, 'apps'>) => Promise<Scanned>;
  /** Apps that use one of the types in question. */
  readonly readings: () => readonly { readonly app: ListedApp; readonly reading: AppReading }[];
  /** Most used first. */
  readonly unopened: () => readonly UnopenedApp[];
  /** The extensions in question, and those that were found. */
  readonly names: () => readonly string[];
  /** How many apps another run may be able to open. */
  readonly passing: () => number;
}

export interface AppReadingsInput extends Omit<ScanInput, 'apps' | 'onRead' | 'onDone'> {
  /** Extensions to report on, whether or not anything uses them. */
  readonly names: readonly string[];
  /** Other types to report if an app holds one. */
  readonly isWanted: (type: string) => boolean;
  readonly onProgress: (progress: Progress) => void;
}

interface Progress {
  readonly done: number;
  readonly total: number;
}

export function createAppReadings(input: AppReadingsInput, usage: Impact['usage']): AppReadings {
  const read = new Map<string, { app: ListedApp; reading: AppReading }>();
  const unopened = new Map<string, UnopenedApp>();
  const passing = new Set<string>();
  const names = new Set(input.names);
  const askedAs = createNaming(input.names);
  const namesOf = (type: string): readonly string[] => {
    const asked = askedAs(type);
    return asked.length === 0 && input.isWanted(type) ? [type] : asked;
  };
  const progress = { done: 0, total: 0 };

  function forget(key: string): void {
    for (const known of [read, unopened, passing]) known.delete(key);
  }

  function onRead(app: ListedApp, content: AppContent): void {
    const uses = findUses(content, namesOf);
    for (const { type } of uses) names.add(type);
    const facts = usage === 'on' ? app.facts : withoutUsage(app.facts);
    forget(keyOf(app));
    if (uses.length > 0) read.set(keyOf(app), { app, reading: { app: facts, uses } });
  }

  return {
    readings: () => [...read.values()],
    unopened: () => [...unopened.values()].sort((a, b) => usersOf(b.app) - usersOf(a.app)),
    names: () => [...names],
    passing: () => passing.size,
    async scan({ apps }) {
      progress.total += apps.length;
      input.onProgress({ ...progress });
      const onDone = (): void => {
        progress.done += 1;
        input.onProgress({ ...progress });
      };
      const mostSeenFirst = [...apps].sort(bySeen);
      const scanned = await scanApps({ ...input, apps: mostSeenFirst, onRead, onDone });
      for (const { app, reason, lasts } of scanned.unopened) {
        // An app that was read before and can no longer be opened is no longer known.
        forget(keyOf(app));
        unopened.set(keyOf(app), {
          app: usage === 'on' ? app.facts : withoutUsage(app.facts),
          reason,
          ...(lasts === 'untried' && { untried: true }),
        });
        if (lasts === 'passing') passing.add(keyOf(app));
      }
      return scanned;
    },
  };
}

/** Most used first. */
export function bySeen(a: ListedApp, b: ListedApp): number {
  return usersOf(b.facts) - usersOf(a.facts);
}

function usersOf({ usage }: Pick<AppFacts, 'id'> & Partial<AppFacts>): number {
  return usage?.users ?? 0;
}

function withoutUsage({ usage: _, ...facts }: AppFacts): AppFacts {
  return facts;
}
