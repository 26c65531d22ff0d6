/** A fleet of environments, and its division over the jobs of a pipeline. Pure. */

import { compareTexts } from './order.js';

/** The commands that `--env` may name several environments for. */
export const fleetCommands = ['plan', 'apply', 'drift'] as const;

/** The commands whose `--env` may name several; `promote` accepts them only with waves. */
export const severalCommands = [...fleetCommands, 'fleet'] as const;

export type FleetCommand = (typeof fleetCommands)[number];

/** One job's part of a fleet. Every job of a pipeline computes the same division. */
export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

export interface ShardMember {
  readonly environment: string;
  /** Identifies the tenant. Environments of one tenant stay together, because a tenant's limits are shared. */
  readonly tenant: string;
}

/** `2/5`; `undefined` for anything else. */
export function parseShard(text: string): Shard | undefined {
  const [, index, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  return shard.index >= 1 && shard.index <= shard.of ? shard : undefined;
}

/** The environments of one shard, in the order of `members`. Every member is in exactly one of the shards. */
export function chooseShard(members: readonly ShardMember[], { index, of }: Shard): readonly string[] {
  const loads = new Array<number>(of).fill(0);
  const shards = new Map<string, number>();
  for (const [tenant, size] of largestFirst(members)) {
    const lightest = loads.indexOf(Math.min(...loads));
    loads[lightest] = (loads[lightest] ?? 0) + size;
    shards.set(tenant, lightest);
  }
  return members
    .filter(({ tenant }) => shards.get(tenant) === index - 1)
    .map(({ environment }) => environment);
}

/** Keeps the shards as even as possible; equal sizes are ordered by the text, whatever the order of the config. */
function largestFirst(members: readonly ShardMember[]): readonly (readonly [string, number])[] {
  const sizes = new Map<string, number>();
  for (const { tenant } of members) sizes.set(tenant, (sizes.get(tenant) ?? 0) + 1);
  return [...sizes].sort(([a, sizeOfA], [b, sizeOfB]) => sizeOfB - sizeOfA || compareTexts(a, b));
}

/** How many environments may fail before a run over a fleet stops. */
export type MostFailed = { readonly count: number } | { readonly percent: number };

/** `3` or `2%`; `undefined` for anything else. */
export function parseMostFailed(text: string): MostFailed | undefined {
  if (/^\d{1,6}$/.test(text)) return { count: Number(text) };
  const percent = readPercent(text);
  return percent === undefined ? undefined : { percent };
}

/** How many environments that is. @param all those of the fleet; a share of them is rounded down */
export function countPermitted(most: MostFailed, all: number): number {
  return 'count' in most ? most.count : Math.floor((all * most.percent) / 100 + 1e-9);
}

/** From 0 to 100; `undefined` for anything but `10%` or `0.5%`. */
export function readPercent(text: string): number | undefined {
  const [, number] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
  return number !== undefined && Number(number) <= 100 ? Number(number) : undefined;
}
