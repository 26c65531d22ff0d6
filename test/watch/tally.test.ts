import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/core/outcome.js';
import { createTally } from '../../src/watch/tally.js';

const done = (action: Outcome['action'], name: string): Outcome => ({ name, action, status: 'done' });
const none: ReadonlySet<string> = new Set();

describe('what counts towards the limits of a session', () => {
  it.each<
    readonly [string, readonly Outcome[], Parameters<ReturnType<typeof createTally>['note']>[1], object]
  >([
    ['every delete, also of one name', [done('delete', 'a'), done('delete', 'a')], {}, { deletes: 2 }],
    [
      'each updated name once',
      [done('update', 'a'), done('replace', 'a'), done('update', 'b')],
      {},
      { updates: 2 },
    ],
    ['no create', [done('create', 'a')], {}, {}],
    ['nothing that failed', [{ name: 'a', action: 'delete', status: 'failed' }], {}, {}],
    [
      'nothing that was approved by number',
      [done('delete', 'a'), done('update', 'b')],
      { allowDeletes: 1, allowUpdates: 1 },
      {},
    ],
    [
      'the rest of what was approved in part',
      [done('delete', 'a'), done('update', 'b')],
      { allowDeletes: 1 },
      { updates: 1 },
    ],
  ])('%s', (_row, outcomes, approved, expected) => {
    const tally = createTally({ periodMs: () => undefined });
    for (const outcome of outcomes) tally.note([outcome], approved);
    expect(tally.countedBeside(none)).toEqual({
      deletes: 0,
      updates: 0,
      since: 'in this session',
      ...expected,
    });
  });

  it('an update of a name that the plan updates again counts there', () => {
    const tally = createTally({ periodMs: () => undefined });
    tally.note([done('update', 'a'), done('update', 'b')], {});
    expect(tally.countedBeside(new Set(['b', 'c'])).updates).toBe(1);
  });

  it.each([
    [86_400_000, 'in 24 h'],
    [90 * 60_000, 'in 90 min'],
    [90_500, 'in 90.5 s'],
  ])('for %i ms it says %s, and forgets afterwards', (periodMs, since) => {
    let now = 1000;
    const tally = createTally({ periodMs: () => periodMs, now: () => now });
    tally.note([done('delete', 'a')], {});
    now += periodMs - 1;
    tally.note([done('update', 'b')], {});
    expect(tally.countedBeside(none)).toEqual({ deletes: 1, updates: 1, since });
    now += 1;
    expect(tally.countedBeside(none)).toEqual({ deletes: 0, updates: 1, since });
  });
});
