/** Which apps use which extensions: apps from the Items API, their content from the engine, and how much they are used. */

import { TenantError } from '../../core/errors.js';
import { count } from '../../core/format.js';
import type { Impact } from '../../core/impact/impact.js';
import { tallyExtensions } from '../../core/impact/tally.js';
import type { ItemsClient } from '../../tenant/items.js';
import { type AppReadings, type AppReadingsInput, bySeen, createAppReadings } from './app-readings.js';
import { type AppQuery, assertMatched, listApps } from './apps.js';
import { limitReads, type TimedReads } from './budget.js';
import { catchUp } from './catch-up.js';
import { readDetails } from './details.js';
import type { Scanned } from './scan.js';

interface AssessInput extends AppReadingsInput {
  readonly items: ItemsClient;
  readonly query: AppQuery;
}

export interface Assessment {
  readonly impact: Impact;
  /** Why it ended early. */
  readonly stopped?: 'budget' | 'engine';
  /** Unopened apps that another run may be able to open. */
  readonly passing: number;
}

/** @throws TenantError if the apps cannot be listed at all; UserError for a filter that finds none; the signal's reason */
export async function assessImpact(input: AssessInput): Promise<Assessment> {
  const { items, query } = input;
  const reads = limitReads(input.signal, input.budget);
  const [usage, listed] = await Promise.all([readUsage(items, reads), listApps(items, query, reads)]);
  assertMatched(query, listed.unmatched);
  const apps = createAppReadings(input, usage.measured);
  const scans = [await apps.scan(listed)];
  const last = await catchUp({ items, query, reads }, apps, listed, scans);
  const readings = await withDetails(items, apps, reads);
  if (isEverything(query) && last.list.broken === undefined) {
    await input.cache.retain(last.list.apps.map(({ facts }) => facts.id));
  }
  const stopped = reads.wasCut() ? 'budget' : scans.find((scan) => scan.stopped !== undefined)?.stopped?.by;
  const impact: Impact = {
    extensions: tallyExtensions(apps.names(), readings.readings),
    unopened: apps.unopened(),
    apps: {
      listed: last.seen,
      opened: sum(scans, ({ opened }) => opened),
      fromCache: sum(scans, ({ fromCache }) => fromCache),
    },
    ...(!isEverything(query) && { only: query }),
    list: last.missing.length === 0 ? 'whole' : 'partial',
    usage: usage.measured,
    missing: [...describeStops(scans), ...last.missing],
    untold: [...usage.untold, ...readings.untold],
  };
  return { impact, passing: apps.passing(), ...(stopped !== undefined && { stopped }) };
}

async function withDetails(items: ItemsClient, apps: AppReadings, reads: TimedReads) {
  const entries = apps.readings();
  const wanted = entries.map(({ app }) => app).sort(bySeen);
  const details = await readDetails(items, wanted, reads);
  const readings = entries.map(({ reading }) => {
    const read = details.facts.get(reading.app.id);
    if (read === undefined) return reading;
    const { publishedCopies, collections, tags } = read;
    return { ...reading, app: { ...reading.app, publishedCopies, collections, tags } };
  });
  return { readings, untold: details.untold };
}

async function readUsage(items: ItemsClient, reads: TimedReads) {
  try {
    const { usageMetricsEnabled } = await items.settings.get({ signal: reads.signal });
    return { measured: usageMetricsEnabled ? 'on' : 'off', untold: [] } as const;
  } catch (error) {
    const cut = reads.cutBy();
    if (cut === undefined && !(error instanceof TenantError)) throw error;
    const reason = cut ?? (error as TenantError).message;
    return {
      measured: 'on',
      untold: [`whether the tenant measures usage could not be read: ${reason}`],
    } as const;
  }
}

/** Two scans may stop for the same reason. */
function describeStops(scans: readonly Scanned[]): readonly string[] {
  const apps = new Map<string, number>();
  for (const { stopped } of scans) {
    if (stopped !== undefined) apps.set(stopped.reason, (apps.get(stopped.reason) ?? 0) + stopped.apps);
  }
  return [...apps].map(([reason, number]) => `${count(number, 'app')} not opened: ${reason}`);
}

function isEverything({ spaces, apps }: AppQuery): boolean {
  return spaces.length === 0 && apps.length === 0;
}

function sum<T>(list: readonly T[], amountOf: (entry: T) => number): number {
  return list.reduce((total, entry) => total + amountOf(entry), 0);
}
