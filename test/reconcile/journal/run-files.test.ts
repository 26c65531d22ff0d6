import { afterEach, beforeEach, expect, it } from 'vitest';
import { listRunFiles, readRunFiles } from '../../../src/reconcile/journal/run-files.js';
import { createPlace, type Place, putRun, start, tenant } from '../place.js';

let place: Place;
beforeEach(() => {
  place = createPlace();
});
afterEach(() => place.remove());

it('reads many small journals without blocking the event loop', async () => {
  for (let minute = 0; minute < 40; minute += 1) putRun(place, [start(minute)]);
  let didOther = false;
  setImmediate(() => {
    didOther = true;
  });
  const seen: boolean[] = [];
  for await (const some of readRunFiles(await listRunFiles(place.root, tenant))) {
    seen.push(...some.map(() => didOther));
  }
  expect(seen).toHaveLength(40);
  expect(seen.at(-1)).toBe(true);
});
