import { describe, expect, it } from 'vitest';
import type { GitMoment } from '../../src/source/git/operation.js';
import { createDeleteGrace, type Rest } from '../../src/watch/delete-grace.js';

/** A wait that ends when the test says so. */
function setUp(moment: GitMoment = { head: 'a' }) {
  const state = { moment, looks: 0, waits: 0 };
  let endWait: () => void = () => undefined;
  const rest: Rest = (_ms, signal) =>
    new Promise<void>((resolve, reject) => {
      state.waits += 1;
      endWait = resolve;
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  const grace = createDeleteGrace({
    ...{ waitMs: 10_000, rest },
    readMoment: () => state.moment,
    onOver: () => {
      state.looks += 1;
    },
  });
  const elapse = async (): Promise<void> => {
    endWait();
    await new Promise(setImmediate);
  };
  return { state, grace, elapse };
}

const waits = 'gone from the folders; deleted in 10 s unless it comes back';

describe('deletes', () => {
  it('are done once the same names have been gone for the whole wait', async () => {
    const { state, grace, elapse } = setUp();
    expect(grace.review(['a', 'b'])).toBe(waits);
    expect(grace.review(['b', 'a'])).toBe(waits);
    await elapse();
    expect([state.looks, state.waits]).toEqual([1, 1]);
    expect(grace.review(['a', 'b'])).toBeUndefined();
    expect(grace.review(['a', 'b'])).toBeUndefined();
  });

  it.each<readonly [string, readonly string[]]>([
    ['one more is gone', ['a', 'b']],
    ['another one is gone', ['b']],
  ])('wait anew where %s', async (_row, names) => {
    const { state, grace, elapse } = setUp();
    grace.review(['a']);
    await elapse();
    expect(grace.review(names)).toBe(waits);
    expect(state.waits).toBe(2);
    await elapse();
    expect(grace.review(names)).toBeUndefined();
  });

  it('start their wait again if a folder comes back in between', async () => {
    const { grace, elapse, state } = setUp();
    grace.review(['a']);
    expect(grace.review([])).toBeUndefined();
    expect(grace.review(['a'])).toBe(waits);
    await elapse();
    expect([state.waits, state.looks]).toEqual([2, 1]);
  });

  it('wait while git is at work, and then for the whole wait', async () => {
    const { state, grace, elapse } = setUp({ head: 'a', operation: 'a rebase' });
    const kept = 'gone from the folders, but git is in the middle of a rebase; kept until that is over';
    expect(grace.review(['a'])).toBe(kept);
    await elapse();
    expect([grace.review(['a']), state.looks]).toEqual([kept, 0]);
    state.moment = { head: 'b' };
    await elapse();
    expect([grace.review(['a']), state.looks]).toEqual([waits, 0]);
    await elapse();
    expect([grace.review(['a']), state.looks]).toEqual([undefined, 1]);
  });

  it.each<readonly [string, GitMoment]>([
    ['HEAD moves', { head: 'b' }],
    ['git begins something', { head: 'a', operation: 'a merge' }],
  ])('wait anew where %s, during the wait or after it', async (_row, moment) => {
    const { state, grace, elapse } = setUp();
    grace.review(['a']);
    state.moment = moment;
    await elapse();
    expect([state.looks, grace.review(['a']) === undefined]).toEqual([0, false]);
    state.moment = { head: 'c' };
    await elapse();
    await elapse();
    expect([state.looks, grace.review(['a'])]).toEqual([1, undefined]);
    state.moment = { ...moment, head: 'd' };
    expect(grace.review(['a'])).toContain('gone from the folders');
  });

  it('wait once more when asked to, and no more once it is closed', async () => {
    const { state, grace, elapse } = setUp();
    grace.review(['a']);
    await elapse();
    grace.restart();
    expect(grace.review(['a'])).toBe(waits);
    grace.close();
    await elapse();
    expect(state.looks).toBe(1);
  });
});
