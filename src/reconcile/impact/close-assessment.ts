/** A list that moves while its apps are read: asked again, until nothing is unread that should have been read. */

import { TenantError } from '../../core/errors.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { AppQuery } from './app-filters.js';
import { type AppList, brokenList, listApps } from './apps.js';
import type { TimedReads } from './budget.js';
import { compareLists, describeMoved } from './changed-list.js';
import type { Desk } from './desk.js';
import type { Scanned } from './scan.js';

export interface ClosingInput {
  readonly items: ItemsClient;
  readonly query: AppQuery;
  readonly reads: TimedReads;
}

export interface ClosedAssessment {
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
