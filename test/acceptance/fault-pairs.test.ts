/**
 * Every pair of two ways to fail in one run, each on writes that take turns, so that every pair of writes has its share.
 * FAULT_PAIRS=all takes every pair of faults of every write, 10,440 of them, which is an hour's work.
 */

import { beforeAll, describe, it } from 'vitest';
import { runCases } from './support/fault-case.js';
import { type Fault, faultsOf, type WriteName, writes } from './support/fault-reference.js';
import { type Prototype, preparePrototype } from './support/fault-world.js';

let prototype: Prototype;

beforeAll(async () => {
  prototype = await preparePrototype();
});

function pairsOf<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((first, index) => items.slice(index).map((second) => [first, second] as const));
}

const writePairs = pairsOf(writes);
const kindPairs = pairsOf(faultsOf('create'));

function onWrites(
  [first, second]: readonly [Fault, Fault],
  [one, other]: readonly [WriteName, WriteName],
): readonly Fault[] {
  return [
    { ...first, write: one },
    { ...second, write: other },
  ];
}

function listCases(): readonly (readonly Fault[])[] {
  if (process.env['FAULT_PAIRS'] === 'all') return pairsOf(writes.flatMap(faultsOf));
  return kindPairs.map((kinds, index) =>
    onWrites(kinds, writePairs[index % writePairs.length] ?? ['create', 'delete']),
  );
}

describe('two faults in a run', () => {
  it('lead to the right exit code, and the next run converges', async () => {
    const cases = listCases();
    const codes = await runCases(cases, prototype);
    process.stdout.write(
      `${cases.length} pairs of faults, by exit code ${JSON.stringify([...codes].sort())}\n`,
    );
  }, 3_600_000);
});
