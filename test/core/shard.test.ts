import { describe, expect, it } from 'vitest';
import { chooseShard, parseShard, type ShardMember } from '../../src/core/fleet.js';

/** `name@tenant` */
function members(...texts: readonly string[]): readonly ShardMember[] {
  return texts.map((text) => {
    const [environment = '', tenant = environment] = text.split('@');
    return { environment, tenant };
  });
}

function allShards(of: number, all: readonly ShardMember[]): readonly (readonly string[])[] {
  return Array.from({ length: of }, (_, index) => chooseShard(all, { index: index + 1, of }));
}

describe('a shard', () => {
  it.each([
    ['1/1', { index: 1, of: 1 }],
    ['2/5', { index: 2, of: 5 }],
    ['5/5', { index: 5, of: 5 }],
    ['0/5', undefined],
    ['6/5', undefined],
    ['1/0', undefined],
    ['1', undefined],
    ['1/2/3', undefined],
    ['-1/2', undefined],
    ['1.5/2', undefined],
    ['', undefined],
    [' 1/2', undefined],
  ])('is read from %j', (text, shard) => {
    expect(parseShard(text)).toEqual(shard);
  });

  it.each([
    ['one for all', 1, ['a', 'b', 'c'], [['a', 'b', 'c']]],
    [
      'as evenly as it goes',
      2,
      ['a', 'b', 'c', 'd', 'e'],
      [
        ['a', 'c', 'e'],
        ['b', 'd'],
      ],
    ],
    ['more shards than environments', 3, ['a', 'b'], [['a'], ['b'], []]],
    ['nothing to divide', 2, [], [[], []]],
    [
      'one tenant stays together',
      2,
      ['a@x', 'b@y', 'c@x', 'd@z'],
      [
        ['a', 'c'],
        ['b', 'd'],
      ],
    ],
    ['all on one tenant', 3, ['a@x', 'b@x', 'c@x'], [['a', 'b', 'c'], [], []]],
    [
      'the largest tenant first',
      2,
      ['a', 'b', 'c@z', 'd@z', 'e@z', 'f'],
      [
        ['c', 'd', 'e'],
        ['a', 'b', 'f'],
      ],
    ],
  ])('%s', (_row, of, texts, expected) => {
    expect(allShards(of, members(...texts))).toEqual(expected);
  });

  it('does not depend on the order of the config, and loses and doubles nothing', () => {
    const all = Array.from({ length: 60 }, (_, n) => ({
      environment: `env-${n}`,
      tenant: `tenant-${(n * 7) % 43}`,
    }));
    const reversed = [...all].reverse();
    for (const of of [1, 2, 3, 5, 8, 60, 100]) {
      const shards = allShards(of, all);
      expect(shards.flat().sort()).toEqual(all.map(({ environment }) => environment).sort());
      expect(allShards(of, reversed).map((shard) => [...shard].sort())).toEqual(
        shards.map((shard) => [...shard].sort()),
      );
      for (const tenant of new Set(all.map((each) => each.tenant))) {
        const own = all.filter((each) => each.tenant === tenant).map(({ environment }) => environment);
        expect(shards.filter((shard) => own.some((name) => shard.includes(name)))).toHaveLength(1);
      }
    }
  });
});
