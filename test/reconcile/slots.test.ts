/** Slots limit what is under way with the tenant, and not what waits for something else. */

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSlots } from '../../src/reconcile/slots.js';

it.each([1, 2, 5])('at most %i are inside, and none is idle while another waits elsewhere', async (count) => {
  const slots = createSlots(count);
  let [inside, most, waiting, mostWaiting] = [0, 0, 0, 0];
  const visit = async (change: number): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(change % 3);
    inside -= 1;
  };
  const wait = async (change: number): Promise<void> => {
    waiting += 1;
    mostWaiting = Math.max(mostWaiting, waiting);
    await sleep(change % 5);
    waiting -= 1;
  };
  const work = (change: number): Promise<void> =>
    slots.inside(async () => {
      await slots.outside(() => wait(change));
      await visit(change);
      await slots.outside(() => slots.inside(() => visit(change)));
      if (change % 7 === 0)
        await expect(slots.outside(() => Promise.reject(new Error('lost')))).rejects.toThrow();
      await visit(change);
    });
  await Promise.all(Array.from({ length: 40 }, (_, change) => work(change)));
  expect(most).toBe(count);
  expect(mostWaiting).toBeGreaterThan(count);
});

it('one that fails passes its slot to the next', async () => {
  const slots = createSlots(1);
  await expect(slots.inside(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(slots.inside(async () => 'went on')).resolves.toBe('went on');
});
