/** What the list of apps does not tell, asked for the apps that matter only. */

import { TenantError } from '../../core/errors.js';
import { count } from '../../core/format.js';
import type { AppFacts } from '../../core/impact.js';
import { isGone } from '../../tenant/answers.js';
import type { ItemsClient } from '../../tenant/items.js';
import type { ListedApp } from './listed-app.js';

export interface Details {
  /** By app id. */
  readonly facts: ReadonlyMap<string, AppFacts>;
  /** Sentences about what could not be had. */
  readonly untold: readonly string[];
}

/** Apps that are asked about at most; those that most people see come first. */
const most = 200;
const atOnce = 8;

/** Published copies, and collections where the list held their ids only. @throws the signal's reason */
export async function readDetails(
  items: ItemsClient,
  apps: readonly ListedApp[],
  signal: AbortSignal,
): Promise<Details> {
  const asked = apps.filter(({ kind, untoldCollections }) => kind === 'original' || untoldCollections > 0);
  const facts = new Map<string, AppFacts>();
  const failed: string[] = [];
  const queue = asked.slice(0, most).values();
  const work = async (): Promise<void> => {
    for (const app of queue) {
      try {
        facts.set(app.facts.id, await detail(items, app, signal));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof TenantError)) throw error;
        // An app that is gone by now is told by the list.
        if (!isGone(error)) failed.push(app.facts.name);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { facts, untold: [...describeFailures(failed), ...describeRest(asked.length - most)] };
}

async function detail(
  items: ItemsClient,
  { facts, kind, untoldCollections }: ListedApp,
  signal: AbortSignal,
): Promise<AppFacts> {
  const { itemId } = facts;
  const copies = kind === 'original' ? await countEntries(items.publishedItems(itemId, page, { signal })) : 0;
  const publishedCopies = Math.max(facts.publishedCopies, copies);
  if (untoldCollections === 0) return { ...facts, publishedCopies };
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

function describeRest(apps: number): readonly string[] {
  if (apps <= 0) return [];
  return [`published copies and collections of the ${most} most seen apps were asked for, of ${apps} not`];
}
