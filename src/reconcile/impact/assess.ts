/** Who uses which extension: the apps of the Items API, what the engine says they hold, and how much they are seen. */

import { TenantError } from '../../core/errors.js';
import { count } from '../../core/format.js';
import type { Impact } from '../../core/impact/impact.js';
import { tallyExtensions } from '../../core/impact/tally.js';
import type { ItemsClient } from '../../tenant/items.js';
import { type AppQuery, assertMatched, listApps } from './apps.js';
import { limitReads, type TimedReads } from './budget.js';
import { closeAssessment } from './close-assessment.js';
import { bySeen, type Desk, type DeskInput, openDesk } from './desk.js';
import { readDetails } from './details.js';
import type { Scanned } from './scan.js';

interface AssessInput extends DeskInput {
  readonly items: ItemsClient;
  readonly query: AppQuery;
}

export interface Assessment {
  readonly impact: Impact;
  /** What ended it early. */
  readonly stopped?: 'budget' | 'engine';
  /** Unopened apps that another run may well open. */
  readonly passing: number;
}

/** @throws TenantError where the apps cannot be listed at all; UserError, also for a filter that finds none; the signal's reason */
export async function assessImpact(input: AssessInput): Promise<Assessment> {
  const { items, query } = input;
  const reads = limitReads(input.signal, input.budget);
  const [usage, listed] = await Promise.all([readUsage(items, reads), listApps(items, query, reads)]);
  assertMatched(query, listed.unmatched);
  const desk = openDesk(input, usage.measured);
  const scans = [await desk.scan(listed)];
  const last = await closeAssessment({ items, query, reads }, desk, listed, scans);
  const readings = await withDetails(items, desk, reads);
  if (isEverything(query) && last.list.broken === undefined) {
    await input.cache.retain(last.list.apps.map(({ facts }) => facts.id));
  }
  const stopped = reads.wasCut() ? 'budget' : scans.find((scan) => scan.stopped !== undefined)?.stopped?.by;
  const impact: Impact = {
    extensions: tallyExtensions(desk.names(), readings.readings),
    unopened: desk.unopened(),
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
  return { impact, passing: desk.passing(), ...(stopped !== undefined && { stopped }) };
}

async function withDetails(items: ItemsClient, desk: Desk, reads: TimedReads) {
  const entries = desk.readings();
  const wanted = entries.map(({ app }) => app).sort(bySeen);
  const details = await readDetails(items, wanted, reads);
  const readings = entries.map(({ reading }) => {
    const told = details.facts.get(reading.app.id);
    if (told === undefined) return reading;
    const { publishedCopies, collections, tags } = told;
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

/** Two scans may stop for one reason. */
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
