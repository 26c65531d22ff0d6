/** A fleet of environments: the waves in which it is changed, and its division over the jobs of a pipeline. Pure. */

import { UserError } from './errors.js';
import { compareTexts } from './order.js';

/** The commands that `--env` may name several environments for. */
export const fleetCommands = ['plan', 'apply', 'drift'] as const;

export type FleetCommand = (typeof fleetCommands)[number];

/** `canary/eu,us/apac`: the environments of one wave are changed side by side, the waves one after the other. */
export type Waves = readonly (readonly string[])[];

/** @throws UserError for an empty name or a name that is listed twice */
export function parseWaves(text: string): Waves {
  const waves = text.split('/').map((wave) => wave.split(',').map((name) => name.trim()));
  const names = waves.flat();
  if (names.includes(''))
    throw new UserError(`--waves ${text}: an environment name is empty.`, { hint: form });
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`--waves ${text}: ${twice} is listed twice.`, { hint: form });
  return waves;
}

const form = 'Waves are separated by /, environments of one wave by commas: canary/eu,us/apac.';

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
