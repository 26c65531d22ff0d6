/** Who uses which extension: the apps of the Items API, what the engine says they hold, and how much they are seen. */

import type { AppContent } from '../../core/app-content.js';
import { TenantError } from '../../core/errors.js';
import type { AppFacts, Impact, UnopenedApp } from '../../core/impact.js';
import { type AppReading, findUses, tallyExtensions } from '../../core/impact-tally.js';
import type { Engine } from '../../tenant/engine/engine.js';
import type { ItemsClient } from '../../tenant/items.js';
import { type AppList, type AppQuery, type ListedApp, listApps } from './apps.js';
import type { AppCache } from './cache.js';
import { compareLists, describeMoved } from './changed-list.js';
import { readDetails } from './details.js';
import { type Budget, type Scanned, scanApps } from './scan.js';

export interface AssessInput {
  readonly items: ItemsClient;
  readonly engine: Engine;
  readonly cache: AppCache;
  readonly query: AppQuery;
  /** Extensions to tell about, whether or not anything uses them. */
  readonly names: readonly string[];
  /** Other types that are told about where an app holds one. */
  readonly isWanted: (type: string) => boolean;
  /** Sessions open at once. */
  readonly sessions: number;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Of those done. */
  readonly fromCache: number;
}

export interface Assessment {
  readonly impact: Impact;
  /** What ended it early. */
  readonly stopped?: 'budget' | 'engine';
}

/** @throws TenantError where the apps cannot be listed at all; UserError; the signal's reason */
export async function assessImpact(input: AssessInput): Promise<Assessment> {
  const { items, query, signal } = input;
  const [usage, listed] = await Promise.all([readUsage(items, signal), listApps(items, query, signal)]);
  const desk = createDesk(input, usage.measured);
  const scans = [await desk.scan(listed)];
  const last = await settle(input, desk, listed, scans);
  const readings = await withDetails(input, desk);
  if (isEverything(query) && last.list.broken === undefined) {
    await input.cache.retain(last.list.apps.map(({ facts }) => facts.id));
  }
  const stopped = scans.find((scan) => scan.stopped !== undefined)?.stopped;
  const impact: Impact = {
    extensions: tallyExtensions(desk.names(), readings.readings),
    unopened: desk.unopened(),
    apps: {
      listed: last.seen,
      opened: sum(scans, ({ opened }) => opened),
      fromCache: sum(scans, ({ fromCache }) => fromCache),
    },
    usage: usage.measured,
    missing: [...describeScans(scans, desk), ...last.missing, ...usage.missing, ...readings.missing],
  };
  return { impact, ...(stopped !== undefined && { stopped: stopped.by }) };
}

// ── What is known so far ────────────────────────────────────────────────────────────────────────────────

/** Apps by id; a later reading of one replaces the earlier. */
interface Desk {
  readonly scan: (list: AppList) => Promise<Scanned>;
  readonly readings: () => readonly { readonly app: ListedApp; readonly reading: AppReading }[];
  readonly unopened: () => readonly UnopenedApp[];
  readonly names: () => readonly string[];
  readonly passing: () => number;
}

function createDesk(input: AssessInput, usage: Impact['usage']): Desk {
  const read = new Map<string, { app: ListedApp; reading: AppReading }>();
  const unopened = new Map<string, UnopenedApp>();
  const names = new Set(input.names);
  const progress = { done: 0, total: 0, fromCache: 0 };
  let passing = 0;
  const onRead = (app: ListedApp, content: AppContent): void => {
    const uses = findUses(content, (type) => names.has(type) || input.isWanted(type));
    for (const { type } of uses) names.add(type);
    const facts = usage === 'on' ? app.facts : withoutUsage(app.facts);
    unopened.delete(keyOf(app.facts));
    if (uses.length > 0) read.set(keyOf(app.facts), { app, reading: { app: facts, uses } });
    else read.delete(keyOf(app.facts));
  };
  return {
    readings: () => [...read.values()],
    unopened: () =>
      [...unopened.values()].sort((a, b) => (b.app.usage?.users ?? 0) - (a.app.usage?.users ?? 0)),
    names: () => [...names],
    passing: () => passing,
    async scan({ apps }) {
      progress.total += apps.length;
      const scanned = await scanApps({
        ...input,
        apps: [...apps].sort((a, b) => (b.facts.usage?.users ?? 0) - (a.facts.usage?.users ?? 0)),
        onRead,
        onDone: () => {
          progress.done += 1;
          input.onProgress({ ...progress });
        },
      });
      progress.fromCache += scanned.fromCache;
      passing += scanned.passing;
      // An app that was read before and cannot be opened any more is not known any more.
      for (const entry of scanned.unopened) {
        read.delete(keyOf(entry.app));
        unopened.set(keyOf(entry.app), entry);
      }
      return scanned;
    },
  };
}

function keyOf({ id, itemId = '' }: Pick<AppFacts, 'id'> & Partial<AppFacts>): string {
  return id === '' ? `item ${itemId}` : id;
}

function withoutUsage({ usage: _, ...facts }: AppFacts): AppFacts {
  return facts;
}

// ── A list that moves ───────────────────────────────────────────────────────────────────────────────────

interface Settled {
  readonly list: AppList;
  /** Apps seen in any of the lists. */
  readonly seen: number;
  readonly missing: readonly string[];
}

/** What appeared or changed while apps were read is read too, once; what still moves then is told. */
async function settle(input: AssessInput, desk: Desk, first: AppList, scans: Scanned[]): Promise<Settled> {
  const broken = first.broken;
  if (broken !== undefined) {
    const missing = [`the list of apps broke off after ${first.apps.length}: ${broken}`];
    return { list: first, seen: first.apps.length, missing };
  }
  if (scans[0]?.stopped !== undefined) return { list: first, seen: first.apps.length, missing: [] };
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
async function listAgain({ items, query, signal }: AssessInput): Promise<AppList> {
  try {
    return await listApps(items, query, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TenantError)) throw error;
    return { apps: [], broken: error.message };
  }
}

function unchecked(reason: string): string {
  return `whether apps changed while they were read could not be checked: ${reason}`;
}

// ── The rest ────────────────────────────────────────────────────────────────────────────────────────────

async function withDetails({ items, signal }: AssessInput, desk: Desk) {
  const entries = desk.readings();
  const wanted = [...entries].map(({ app }) => app);
  const details = await readDetails(items, wanted, signal);
  const readings = entries.map(({ reading }) => {
    const told = details.facts.get(reading.app.id);
    if (told === undefined) return reading;
    const { publishedCopies, collections, tags } = told;
    return { ...reading, app: { ...reading.app, publishedCopies, collections, tags } };
  });
  return { readings, missing: details.missing };
}

async function readUsage(items: ItemsClient, signal: AbortSignal) {
  try {
    const { usageMetricsEnabled } = await items.settings.get({ signal });
    return { measured: usageMetricsEnabled ? 'on' : 'off', missing: [] } as const;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TenantError)) throw error;
    const reason = `whether the tenant measures usage could not be read: ${error.message}`;
    return { measured: 'on', missing: [reason] } as const;
  }
}

function describeScans(scans: readonly Scanned[], desk: Desk): readonly string[] {
  const stops = scans.flatMap(({ stopped }) => (stopped === undefined ? [] : [stopped]));
  const passing = desk.passing();
  return [
    ...stops.map(({ apps, reason }) => `${apps} apps were not opened: ${reason}`),
    ...(passing === 0 ? [] : [`${passing} apps could not be opened this time; another run may open them`]),
  ];
}

function isEverything({ spaces, apps }: AppQuery): boolean {
  return spaces.length === 0 && apps.length === 0;
}

function sum<T>(list: readonly T[], valueOf: (entry: T) => number): number {
  return list.reduce((total, entry) => total + valueOf(entry), 0);
}
