/** A list that moves while its apps are read: asked again, until nothing is unread that should have been read. */

import { TenantError } from '../../core/errors.js';
import type { ItemsClient } from '../../tenant/items.js';
import { type AppList, type AppQuery, brokenList, listApps } from './apps.js';
import type { TimedReads } from './budget.js';
import type { Desk } from './desk.js';
import { keyOf, type ListedApp } from './listed-app.js';
import type { Scanned } from './scan.js';

interface ClosingInput {
  readonly items: ItemsClient;
  readonly query: AppQuery;
  readonly reads: TimedReads;
}

interface ClosedAssessment {
  readonly list: AppList;
  /** Apps seen in any of the lists. */
  readonly seen: number;
  readonly missing: readonly string[];
}

/** What appeared or changed while apps were read is read too, once; what still moves then is told. */
export async function closeAssessment(
  input: ClosingInput,
  desk: Desk,
  first: AppList,
  scans: Scanned[],
): Promise<ClosedAssessment> {
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
  scans.push(await desk.scan({ apps: fresh }));
  const third = await listAgain(input);
  const still = compareLists(second, third);
  const restless = describeMoved('appeared or changed again while apps were read', [
    ...still.appeared,
    ...still.changed,
  ]);
  const last = third.broken === undefined ? [] : [unchecked(third.broken)];
  return { list: second, seen, missing: [...gone, ...restless, ...last] };
}

/** A list that fails now is not worth losing what was read. */
async function listAgain({ items, query, reads }: ClosingInput): Promise<AppList> {
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

// What differs between two lists of the same apps, taken one after the other.

interface Moved {
  readonly appeared: readonly ListedApp[];
  readonly changed: readonly ListedApp[];
  readonly left: readonly ListedApp[];
}

/** A second list that is not whole says nothing of what left. */
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

const shown = 5;

/** One sentence, or none. */
function describeMoved(what: string, apps: readonly ListedApp[]): readonly string[] {
  if (apps.length === 0) return [];
  const names = apps.slice(0, shown).map(({ facts }) => facts.name);
  const more = apps.length > shown ? ` and ${apps.length - shown} more` : '';
  const count = apps.length === 1 ? '1 app' : `${apps.length} apps`;
  return [`${count} ${what}: ${names.join(', ')}${more}`];
}
