import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createDeadline, describeStop } from '../../src/reconcile/stop.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

it('a deadline fires, even if only a signal derived from it is referenced', async () => {
  const either = AbortSignal.any([new AbortController().signal, createDeadline(200)]);
  const look = (): boolean => {
    collectGarbage();
    return either.aborted;
  };
  await expect.poll(look, { interval: 20 }).toBe(true);
  expect(describeStop(either.reason)).toEqual({ code: 'out-of-time', message: 'out of time' });
});
