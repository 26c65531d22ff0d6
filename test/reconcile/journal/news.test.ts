/** Which journals of a store a run reads, by their names and times alone; and when the name of one says so much. */

import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fetchRuns } from '../../../src/reconcile/journal/fetch-runs.js';
import { type Survey, settle, surveyRuns } from '../../../src/reconcile/journal/survey.js';
import type { RunLine, RunStart } from '../../../src/reconcile/run-record.js';
import {
  findSettled,
  parseRunObject,
  partName,
  prefixOf,
  wholeName,
} from '../../../src/reconcile/store-place.js';
import { openFileStore } from '../../../src/store/file.js';
import {
  answered,
  createPlace,
  journalText,
  type Place,
  putRun,
  requested,
  start,
  tenant,
  tenantFolder,
} from '../place.js';

let place: Place;
beforeEach(() => {
  place = createPlace();
});
afterEach(() => place.remove());

const of = { tenant, project: 'acme' };
const prefix = prefixOf('runs', of);
const none: Survey = { open: [], themes: 'none' };

/** The minute in which a run began, what its name says, and the minute in which it was written last. */
type Stored = readonly [minute: number, kind: 'plain' | 'settled' | 'part', modified: number];

const cases: readonly (readonly [string, readonly Stored[], readonly number[]])[] = [
  ['nothing', [], []],
  [
    'no name says anything: all',
    [
      [1, 'plain', 1],
      [2, 'part', 2],
    ],
    [1, 2],
  ],
  [
    'the last one is settled: none',
    [
      [1, 'plain', 1],
      [2, 'settled', 2],
      [3, 'settled', 3],
    ],
    [],
  ],
  [
    'what died before the last one was known to it',
    [
      [1, 'part', 1],
      [2, 'settled', 3],
    ],
    [],
  ],
  [
    'what began after it',
    [
      [1, 'settled', 1],
      [2, 'settled', 2],
      [3, 'part', 3],
      [4, 'plain', 4],
    ],
    [3, 4],
  ],
  [
    'a watch that wrote after it, and all that began since',
    [
      [1, 'settled', 1],
      [2, 'part', 9],
      [3, 'settled', 4],
      [4, 'settled', 5],
    ],
    [2, 3, 4],
  ],
  [
    'a watch that ended after it',
    [
      [2, 'plain', 9],
      [3, 'settled', 4],
    ],
    [2, 3],
  ],
  [
    'what was imported after it',
    [
      [1, 'plain', 9],
      [2, 'plain', 2],
      [5, 'settled', 5],
    ],
    [1, 2, 5],
  ],
  [
    'within the second of its end',
    [
      [1, 'part', 2],
      [2, 'settled', 2],
    ],
    [1, 2],
  ],
  [
    'a watch whose part another server of the store took, with a clock that is behind',
    [
      [1, 'part', 2.5],
      [2, 'settled', 3],
    ],
    [1, 2],
  ],
];

it('of two settled in one second, the one that knows about a theme counts', () => {
  const id = start(1).id.slice(0, -4);
  const runs = [
    parseRunObject(wholeName(prefix, `${id}ffff`, { themes: 'none' })),
    parseRunObject(wholeName(prefix, `${id}0000`, { themes: 'some' })),
  ].flatMap((run) => run ?? []);
  expect(findSettled(runs)?.settled).toEqual({ themes: 'some' });
  expect(findSettled(runs.reverse())?.settled).toEqual({ themes: 'some' });
});

it.each(cases)('%s', async (_what, stored, expected) => {
  const folder = join(place.root, 'store');
  const store = openFileStore(folder, 'file:///store');
  for (const [minute, kind, modified] of stored) {
    const begun = start(minute);
    const bytes = Buffer.from(journalText([begun]));
    const name =
      kind === 'part'
        ? partName(prefix, begun.id, { from: 0, to: bytes.length })
        : wholeName(prefix, begun.id, kind === 'settled' ? { themes: 'none' } : undefined);
    await store.put(name, bytes);
    const at = new Date(Date.UTC(2026, 10, 2) + modified * 60_000);
    utimesSync(join(folder, name), at, at);
  }
  await fetchRuns({ root: place.root, store, of, which: 'news' });
  const here = place.list(`runs/${tenantFolder}`).map((name) => name.replace('.jsonl', ''));
  expect(here).toEqual(expected.map((minute) => start(minute).id));
});

it.each([undefined, { themes: 'none' }, { themes: 'some' }] as const)('a name says it: %j', (settled) => {
  const { id } = start(1);
  expect(parseRunObject(wholeName(prefix, id, settled))).toEqual({
    ...{ name: wholeName(prefix, id, settled), tenantKey: tenantFolder, id },
    ...(settled && { settled }),
  });
});

const removal = requested(1, 'a', { action: 'replace', request: 'delete' });
const creation = requested(2, 'a', { action: 'replace', request: 'create', sent: { tags: [] } });
const half: readonly RunLine[] = [removal, answered(1)];
const whole: readonly RunLine[] = [...half, creation, answered(2)];

async function surveyAfter(...runs: readonly [RunStart, ...RunLine[]][]): Promise<Survey> {
  for (const run of runs) putRun(place, run);
  return surveyRuns({ root: place.root, ...of });
}

it('open replaces are found however many journals there are, and closed by later runs', async () => {
  const many = Array.from({ length: 40 }, (_, n): [RunStart, ...RunLine[]] => [start(n), requested(1, 'b')]);
  const { open } = await surveyAfter(...many, [start(5), ...half]);
  expect(open).toMatchObject([{ name: 'a', runId: start(5).id, deleted: 'done' }]);
  expect(
    (await surveyAfter([start(50), requested(1, 'a', { request: 'create' }), answered(1)])).open,
  ).toEqual([]);
  expect((await surveyAfter([start(60, { project: 'other' }), ...half])).open).toEqual([]);
});

it('a run settles what it finishes, and no more', async () => {
  const before = await surveyAfter([start(1), ...half]);
  const after = (earlier: Survey, ...lines: readonly RunLine[]) =>
    settle(earlier, journalText([start(2), ...lines]));
  expect(after(none)).toEqual({ themes: 'none' });
  expect(after(none, ...whole)).toEqual({ themes: 'none' });
  expect(after(none, ...half)).toBe(undefined);
  expect(after(none, removal)).toBe(undefined);
  expect(after(before, requested(1, 'b'), answered(1))).toBe(undefined);
  expect(after(before, requested(1, 'a', { request: 'create' }), answered(1))).toEqual({ themes: 'none' });
  expect(settle(before, journalText([start(2, { madeWhole: ['a'] })]))).toEqual({ themes: 'none' });
  // Lines are missing.
  expect(after(before, answered(1), requested(2, 'a', { request: 'create' }))).toBe(undefined);
});

it('a written theme is remembered by later runs', async () => {
  const wrote = await surveyAfter([start(1), requested(1, 'theme:a'), answered(1)]);
  expect(wrote.themes).toBe('some');
  expect(settle(wrote, journalText([start(2)]))).toEqual({ themes: 'some' });
  expect(settle(none, journalText([start(2), requested(1, 'theme:a')]))).toEqual({ themes: 'some' });
});
