/** What the list of apps leaves out, read only for the apps that matter. */

import { TenantError } from '../../core/errors.js';
import { count } from '../../core/format.js';
import type { AppFacts } from '../../core/impact/impact.js';
import { isGone } from '../../tenant/http/answers.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { TimedReads } from './budget.js';
import type { ListedApp } from './listed-app.js';

interface Details {
  /** By app id. */
  readonly facts: ReadonlyMap<string, AppFacts>;
  /** Sentences about what could not be read. */
  readonly untold: readonly string[];
}

/** For how many apps details are requested; the most used come first. */
const most = 200;

const atOnce = 8;

/** Published copies, and collections of which the list has only the ids. @throws the run's own abort reason */
export async function readDetails(
  items: ItemsClient,
  apps: readonly ListedApp[],
  reads: TimedReads,
): Promise<Details> {
  const asked = apps.filter(({ kind, unreadCollections }) => kind === 'original' || unreadCollections > 0);
  const facts = new Map<string, AppFacts>();
  const failed: string[] = [];
  const cut: string[] = [];
  const queue = asked.slice(0, most).values();
  const work = async (): Promise<void> => {
    for (const app of queue) {
      const result = await tryDetails(items, app, reads);
      if (result.kind === 'read') facts.set(app.facts.id, result.facts);
      else if (result.kind === 'failed') failed.push(app.facts.name);
      else if (result.kind === 'cut') cut.push(result.by);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const untold = [...describeFailures(failed), ...describeCut(cut), ...describeRest(asked.length - most)];
  return { facts, untold };
}

type DetailsResult =
  | { readonly kind: 'read'; readonly facts: AppFacts }
  | { readonly kind: 'cut'; readonly by: string }
  | { readonly kind: 'failed' }
  /** The next list shows that the app is gone. */
  | { readonly kind: 'gone' };

async function tryDetails(items: ItemsClient, app: ListedApp, reads: TimedReads): Promise<DetailsResult> {
  try {
    return { kind: 'read', facts: await readOne(items, app, reads.signal) };
  } catch (error) {
    const by = reads.cutBy();
    if (by !== undefined) return { kind: 'cut', by };
    if (!(error instanceof TenantError)) throw error;
    return { kind: isGone(error) ? 'gone' : 'failed' };
  }
}

async function readOne(
  items: ItemsClient,
  { facts, kind, unreadCollections }: ListedApp,
  signal: AbortSignal,
): Promise<AppFacts> {
  const { itemId } = facts;
  const copies = kind === 'original' ? await countEntries(items.publishedItems(itemId, page, { signal })) : 0;
  const publishedCopies = Math.max(facts.publishedCopies, copies);
  if (unreadCollections === 0) return { ...facts, publishedCopies };
  const [collections, tags]: [string[], string[]] = [[], []];
  for await (const { type, name } of items.collections(itemId, page, { signal })) {
    (type === 'public' ? tags : collections).push(name);
  }
  return { ...facts, publishedCopies, collections, tags };
}

const page = { limit: 100 } as const;

async function countEntries(entries: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of entries) count += 1;
  return count;
}

function describeFailures(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    `published copies and collections of ${count(names.length, 'app')} could not be read, such as ${names[0]}`,
  ];
}

function describeCut(limits: readonly string[]): readonly string[] {
  if (limits.length === 0) return [];
  return [`published copies and collections of ${count(limits.length, 'app')} were not read: ${limits[0]}`];
}

function describeRest(apps: number): readonly string[] {
  if (apps <= 0) return [];
  return [
    `published copies and collections were read for the ${most} most used apps, and not for ${apps === 1 ? '1 other' : `${apps} others`}`,
  ];
}
