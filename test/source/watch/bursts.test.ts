import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Burst, type Bursts, openBursts } from '../../../src/source/watch/bursts.js';

afterEach(() => {
  vi.useRealTimers();
});

type Step = (bursts: Bursts<string>) => void;
type OnEnd = (burst: Burst<string>, bursts: Bursts<string>) => void;

const extend = (key: string): Step => {
  return (bursts) => bursts.extend(key, '');
};
const finish = (key: string): Step => {
  return (bursts) => bursts.finish(key, '');
};

/** Takes steps at their milliseconds and says when which bursts ended. */
function run(
  steps: readonly (readonly [at: number, step: Step])[],
  onEnd: OnEnd = () => undefined,
): string[] {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const start = performance.now();
  const ended: string[] = [];
  const bursts = openBursts<string>({
    quietMs: 60,
    maxWaitMs: 500,
    onEnd: (all) => {
      ended.push(`${performance.now() - start}: ${all.map(({ key }) => key).join(' ')}`);
      for (const burst of all) onEnd(burst, bursts);
    },
  });
  for (const [at, step] of steps) {
    const ms = start + at - performance.now();
    if (ms > 0) vi.advanceTimersByTime(ms);
    step(bursts);
  }
  vi.advanceTimersByTime(2_000);
  bursts.close();
  return ended;
}

function every(ms: number, times: number, step: Step): readonly (readonly [number, Step])[] {
  return Array.from({ length: times }, (_, index) => [index * ms, step]);
}

describe('a burst', () => {
  it('ends after a quiet period', () => {
    expect(run(every(50, 3, extend('a')))).toEqual(['160: a']);
  });

  it('ends independently of other bursts', () => {
    const steps = [...every(50, 8, extend('busy')), [100, extend('calm')] as const];
    expect(run(steps.toSorted(([a], [b]) => a - b))).toEqual(['160: calm', '410: busy']);
  });

  it('ends after the longest wait', () => {
    expect(run(every(30, 30, extend('a')))).toEqual(['500: a', '930: a']);
  });

  it('ends at once when told to, unless it continues', () => {
    expect(run([[5, finish('a')]])).toEqual(['5: a']);
    expect(run([...every(0, 1, finish('a')), [0, extend('a')]])).toEqual(['60: a']);
    expect(run([...every(0, 1, extend('a')), [5, finish('a')]])).toEqual(['60: a']);
  });

  it('resumes with its beginning, so that the longest wait holds', () => {
    const ended = run([[0, extend('a')]], (burst, bursts) => {
      if (!bursts.isOverdue(burst)) bursts.resume(burst, 200);
    });
    expect(ended).toEqual(['60: a', '260: a', '460: a', '500: a']);
  });

  it('is reported together with others that end at the same time', () => {
    const steps = [[0, extend('a')] as const, [1, extend('b')] as const, [9, extend('c')] as const];
    expect(run(steps)).toEqual(['60: a b', '69: c']);
  });
});
