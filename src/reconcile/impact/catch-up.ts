/** Reads a list again that changes while its apps are read, so that none of its apps stays unread. */

import { TenantError } from '../../core/errors.js';
import { count, listNames } from '../../core/format.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { AppReadings } from './app-readings.js';
import { type AppList, type AppQuery, brokenList, listApps } from './apps.js';
import type { TimedReads } from './budget.js';
import { keyOf, type ListedApp } from './listed-app.js';
import type { Scanned } from './scan.js';

interface CatchUpInput {
  readonly items: ItemsClient;
  readonly query: AppQuery;
  readonly reads: TimedReads;
}

interface CaughtUp {
  readonly list: AppList;
  /** Apps seen in any of the lists. */
  readonly seen: number;
  readonly missing: readonly string[];
}

/** Reads apps that appeared or changed meanwhile, once; what still changes after that is reported as missing. */
export async function catchUp(
  input: CatchUpInput,
  apps: AppReadings,
  first: AppList,
  scans: Scanned[],
): Promise<CaughtUp> {
  const broken = first.broken;
  if (broken !== undefined) {
    const missing = [`the list of apps broke off after ${first.apps.length}: ${broken}`];
    return { list: first, seen: first.apps.length, missing };
  }
  const second = await listAgain(input);
  const moved = compareLists(first, second);
  const seen = first.apps.length + moved.appeared.length;
  const gone = describeMoved('left the list while apps were read', moved.left);
  if (second.broken !== undefined) {
    return { list: second, seen, missing: [...gone, unchecked(second.broken)] };
  }
  const fresh = [...moved.appeared, ...moved.changed];
  if (fresh.length === 0) return { list: second, seen, missing: gone };
  scans.push(await apps.scan({ apps: fresh }));
  const third = await listAgain(input);
  const still = compareLists(second, third);
  const restless = describeMoved('appeared or changed again while apps were read', [
    ...still.appeared,
    ...still.changed,
  ]);
  const last = third.broken === undefined ? [] : [unchecked(third.broken)];
  return { list: second, seen, missing: [...gone, ...restless, ...last] };
}

/** A list that fails now must not lose what was read. */
async function listAgain({ items, query, reads }: CatchUpInput): Promise<AppList> {
  try {
    return await listApps(items, query, reads);
  } catch (error) {
    if (!(error instanceof TenantError)) throw error;
    return brokenList(error.message);
  }
}

function unchecked(reason: string): string {
  return `whether apps changed while they were read could not be checked: ${reason}`;
}

/** The differences between two consecutive lists of the same apps. */
interface Moved {
  readonly appeared: readonly ListedApp[];
  readonly changed: readonly ListedApp[];
  readonly left: readonly ListedApp[];
}

/** An incomplete second list says nothing about what is gone. */
function compareLists(before: AppList, after: AppList): Moved {
  const old = new Map(before.apps.map((app) => [keyOf(app), app]));
  const now = new Set(after.apps.map(keyOf));
  return {
    appeared: after.apps.filter((app) => !old.has(keyOf(app))),
    changed: after.apps.filter((app) => {
      const earlier = old.get(keyOf(app));
      return earlier !== undefined && earlier.version.times !== app.version.times;
    }),
    left: after.broken === undefined ? before.apps.filter((app) => !now.has(keyOf(app))) : [],
  };
}

const mostNamed = 5;

/** One sentence, or none. */
function describeMoved(what: string, apps: readonly ListedApp[]): readonly string[] {
  if (apps.length === 0) return [];
  const names = apps.map(({ facts }) => facts.name);
  return [`${count(apps.length, 'app')} ${what}: ${listNames(names, mostNamed)}`];
}
