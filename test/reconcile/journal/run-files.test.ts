import { afterEach, beforeEach, expect, it } from 'vitest';
import { listRunFiles, readRunFiles } from '../../../src/reconcile/journal/run-files.js';
import { createPlace, type Place, putRun, start, tenant } from '../place.js';

let place: Place;
beforeEach(() => {
  place = createPlace();
});
afterEach(() => place.remove());

it('reads many small journals without holding up what else is to be done', async () => {
  for (let minute = 0; minute < 40; minute += 1) putRun(place, [start(minute)]);
  let turns = 0;
  let read = 0;
  const other = (): void => {
    turns += 1;
    if (read < 40) setImmediate(other);
  };
  setImmediate(other);
  for await (const some of readRunFiles(await listRunFiles(place.root, tenant))) {
    // None before the first few, one more each time.
    expect(turns).toBeGreaterThanOrEqual(read / 16);
    read += some.length;
  }
  expect(read).toBe(40);
});
