import { afterEach, describe, expect, it } from 'vitest';
import { type Rounds, type RoundsOptions, startRounds } from '../../../src/source/watch/sweep.js';

let rounds: Rounds | undefined;
afterEach(() => rounds?.close());

interface Item {
  readonly name: string;
}

/** The names in the order of their looks, until there are as many. */
function looks(
  count: number,
  options: Omit<RoundsOptions<Item>, 'look'>,
  busyMs = 0,
): Promise<readonly string[]> {
  const seen: string[] = [];
  return new Promise((resolve) => {
    rounds = startRounds({
      ...options,
      look: ({ name }) => {
        const until = performance.now() + busyMs;
        while (performance.now() < until);
        seen.push(name);
        if (seen.length === count) resolve(seen);
      },
    });
  });
}

const items: readonly Item[] = ['a', 'b', 'c', 'd'].map((name) => ({ name }));

describe('rounds', () => {
  it('look at everything in turn', async () => {
    const seen = await looks(12, { items: () => items, periodMs: () => 15, isUrgent: () => false });
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'a', 'b', 'c', 'd', 'a', 'b', 'c', 'd']);
  });

  it('look at what is urgent first, and stop for a pause when it costs much', async () => {
    const start = performance.now();
    const isUrgent = ({ name }: Item): boolean => name === 'c';
    const seen = await looks(2, { items: () => items, periodMs: () => 100, isUrgent }, 3.5);
    expect(seen).toEqual(['c', 'c']);
    expect(performance.now() - start).toBeGreaterThan(3.5 / 0.0025);
  });

  it('see items that come later', async () => {
    const later: Item[] = [];
    const found = looks(1, { items: () => later, periodMs: () => 5, isUrgent: () => false });
    later.push({ name: 'new' });
    expect(await found).toEqual(['new']);
  });
});
