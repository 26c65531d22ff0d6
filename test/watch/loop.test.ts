import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Settled, Turn } from '../../src/watch/loop.js';
import { createLoop } from '../../src/watch/loop.js';

interface Running {
  readonly turn: Turn;
  readonly names: string;
  readonly finish: (how: Settled) => void;
}

/** A loop whose runs end when the test says so. */
function openLoop(backoffMs: (failures: number) => number = () => 1) {
  const running: Running[] = [];
  const started: string[] = [];
  let arrived: (() => void) | undefined;
  const loop = createLoop({
    backoffMs,
    run: (turn) =>
      new Promise((finish) => {
        const names = turn.names === undefined ? 'all' : [...turn.names].sort().join(' ');
        running.push({ turn, names, finish });
        started.push(names);
        arrived?.();
      }),
  });
  return {
    loop,
    started,
    /** The next run that starts, in order. */
    next: async (): Promise<Running> => {
      while (running.length === 0) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      const [first] = running.splice(0, 1);
      if (first === undefined) throw new Error('nothing runs');
      return first;
    },
    settle: async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) await setImmediate();
    },
  };
}

describe('watch loop', () => {
  it('looks once at names that wake together', async () => {
    const { loop, next, started } = openLoop();
    loop.wake(['a'], 1);
    loop.wake(['b', 'a'], 2);
    const run = await next();
    expect(run.names).toBe('a b');
    expect([run.turn.since('a'), run.turn.since('b')]).toEqual([1, 2]);
    run.finish('done');
    await loop.stop();
    expect(started).toEqual(['a b']);
  });

  it('looks again afterwards at a name that wakes meanwhile, and does not hold up others', async () => {
    const { loop, next, settle, started } = openLoop();
    loop.wake(['a'], 1);
    const first = await next();
    loop.wake(['a', 'b'], 5);
    const other = await next();
    expect(other.names).toBe('b');
    await settle();
    expect(started).toEqual(['a', 'b']);
    first.finish('done');
    const again = await next();
    expect(again.names).toBe('a');
    expect(again.turn.since('a')).toBe(5);
  });

  it('holds only what it goes on to write', async () => {
    const { loop, next } = openLoop();
    loop.wake('all', 1);
    const all = await next();
    expect(all.names).toBe('all');
    loop.wake(['a', 'b'], 2);
    all.turn.hold(['a']);
    expect((await next()).names).toBe('b');
    expect(loop.inFlight()).toContain('a');
    all.turn.release('a', 'done');
    expect((await next()).names).toBe('a');
  });

  it('looks at everything alone, and takes what is pending along', async () => {
    const { loop, next, settle, started } = openLoop();
    loop.wake(['a'], 1);
    const first = await next();
    loop.wake('all', 2);
    loop.wake(['b'], 3);
    await settle();
    expect(started).toEqual(['a']);
    first.finish('done');
    const all = await next();
    expect(all.names).toBe('all');
    all.finish('done');
    await settle();
    expect(started).toEqual(['a', 'all']);
  });

  it('comes back by itself to a name that failed, later every time, keeping the time of its save', async () => {
    const delays: number[] = [];
    const { loop, next } = openLoop((failures) => {
      delays.push(failures);
      return 1;
    });
    loop.wake(['a'], 7);
    for (let round = 0; round < 3; round += 1) {
      const run = await next();
      expect(run.turn.since('a')).toBe(7);
      run.finish('retry');
    }
    const run = await next();
    run.turn.hold(['a']);
    run.turn.release('a', 'done');
    run.finish('done');
    loop.wake(['a'], 9);
    (await next()).finish('retry');
    await next();
    expect(delays).toEqual([1, 2, 3, 1]);
  });

  it('a resting name does not hold up others', async () => {
    const { loop, next } = openLoop(() => 60_000);
    loop.wake(['a'], 1);
    (await next()).finish('retry');
    loop.wake(['b'], 2);
    expect((await next()).names).toBe('b');
    void loop.stop();
  });

  it('stop waits for what is in flight and starts nothing', async () => {
    const { loop, next, settle, started } = openLoop();
    loop.wake(['a'], 1);
    const run = await next();
    let stopped = false;
    const stopping = loop.stop().then(() => {
      stopped = true;
    });
    loop.wake(['b'], 2);
    await settle();
    expect(stopped).toBe(false);
    run.finish('done');
    await stopping;
    expect(started).toEqual(['a']);
  });
});
