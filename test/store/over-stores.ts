/**
 * Tests of what runs leave behind: each runs on the machine alone, and again over stores, as the same test with the same
 * expectations. The gate takes a store for one test in a few, each kind in turn; `STORES=all` takes every kind for every
 * test, and `STORES=s3` or `STORES=file,azblob` only those, without the machine alone.
 */

import { type TestAPI, it as testOnce } from 'vitest';
import type { StoreKind } from './stores.js';

declare module 'vitest' {
  interface TaskMeta {
    /** What the test runs over beside the machine. */
    store?: StoreKind;
  }
}

type Place = StoreKind | 'machine';

const places = ['machine', 'file', 's3', 'azblob'] as const satisfies readonly Place[];

const [, ...kinds] = places;

/** What `STORES` asks for. */
function wantedPlaces(): readonly Place[] | undefined {
  const wanted = process.env['STORES'];
  if (wanted === undefined) return undefined;
  return wanted === 'all' ? places : places.filter((place) => wanted.split(',').includes(place));
}

/** Of so many tests of a file one runs over a store too. */
const stride = 7;

let registered = 0;
/** Each file begins with another kind. */
let firstKind = 0;

/** Before the tests of a file are registered, so that which of them are chosen depends on the file alone. */
export function beginFile(name: string): void {
  [registered, firstKind] = [0, name.length];
}

function choosePlaces(): readonly Place[] {
  const wanted = wantedPlaces();
  if (wanted !== undefined) return wanted;
  const kind = kinds[(firstKind + Math.floor(registered / stride)) % kinds.length];
  registered += 1;
  return registered % stride === 1 && kind !== undefined ? ['machine', kind] : ['machine'];
}

function titleOver(name: string, place: Place): string {
  return place === 'machine' ? name : `${name} · over ${place}`;
}

function optionsOver(place: Place) {
  return place === 'machine' ? {} : { meta: { store: place } };
}

type Run = (...values: readonly unknown[]) => void | Promise<void>;

function createTest(choose: () => readonly Place[]) {
  const test = (name: string, run: Run): void => {
    for (const place of choose()) testOnce(titleOver(name, place), optionsOver(place), () => run());
  };
  const each =
    (rows: readonly unknown[]) =>
    (name: string, run: Run): void => {
      const chosen = rows.map((row) => [row, choose()] as const);
      for (const place of places) {
        const here = chosen.filter(([, taken]) => taken.includes(place)).map(([row]) => row);
        testOnce.each(here)(titleOver(name, place), optionsOver(place), run);
      }
    };
  return Object.assign(test, { each }) as unknown as StoreTest;
}

type StoreTest = ((name: string, run: () => unknown) => void) & Pick<TestAPI, 'each'>;

/** Some of them over a store. */
export const it = createTest(choosePlaces);

/** All of them over each kind, where that costs next to nothing. */
export const itOverEach = createTest(() => wantedPlaces() ?? places);

/** Those that are about a store alone, all of them over each kind. */
export const itOverStores = createTest(() =>
  (wantedPlaces() ?? places).filter((place) => place !== 'machine'),
);
