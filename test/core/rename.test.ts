import { describe, expect, it } from 'vitest';
import type { Policy } from '../../src/core/model.js';
import { plan } from '../../src/core/plan.js';
import { type ContentSide, findRenames, type Rename } from '../../src/core/rename.js';
import { actualExtension, actualState, desiredExtension, desiredState, hash, policy } from './worlds.js';

/** `{ content: bytes }` for each file. */
function side(name: string, files: Readonly<Record<string, number>>): ContentSide {
  const listed = Object.entries(files).map(([content, bytes]) => ({ bytes, sha256: hash(content) }));
  return { name, files: listed };
}

const old = side('old', { manifest: 10, entry: 80, css: 10 });

describe('findRenames', () => {
  it.each([
    ['the same but for the manifest', [old], [side('new', { other: 10, entry: 80, css: 10 })], ['old new']],
    ['exactly half of the smaller side', [old], [side('new', { css: 10, other: 10 })], ['old new']],
    ['less than half of the smaller side', [old], [side('new', { css: 10, other: 11 })], []],
    [
      'half of the larger side does not count',
      [side('old', { a: 40, b: 60 })],
      [side('new', { a: 40, c: 50 })],
      [],
    ],
    [
      'a small one within a large one',
      [side('old', { a: 10 })],
      [side('new', { a: 10, b: 900 })],
      ['old new'],
    ],
    ['nothing shared', [old], [side('new', { x: 10, y: 80 })], []],
    ['empty files prove nothing', [side('old', { a: 0 })], [side('new', { a: 0 })], []],
    ['nothing at all', [side('old', {})], [side('new', {})], []],
    ['nothing comes', [old], [], []],
    [
      'one file twice counts only as often as both have it',
      [side('old', { a: 10, c: 90 })],
      [{ name: 'new', files: [...side('', { a: 10 }).files, ...side('', { a: 10, b: 11 }).files] }],
      [],
    ],
    [
      'each name in one pair, the most alike first',
      [side('a', { x: 60, y: 40 }), side('b', { x: 60, z: 40 })],
      [side('c', { x: 60, z: 40 }), side('d', { x: 60, q: 20 })],
      ['b c', 'a d'],
    ],
    [
      'equally alike: by name, whatever the order',
      [side('b', { x: 1 }), side('a', { x: 1 })],
      [side('d', { x: 1 }), side('c', { x: 1 })],
      ['a c', 'b d'],
    ],
  ])('%s', (_row, going, coming, expected) => {
    expect(findRenames(going, coming).map(({ from, to }) => `${from} ${to}`)).toEqual(expected);
  });
});

describe('a plan with a rename', () => {
  const decide = (changes: Partial<Policy> = {}) =>
    plan({
      desired: desiredState([desiredExtension('new-gauge'), desiredExtension('other')]),
      actual: actualState([actualExtension('old-gauge'), actualExtension('gone')]),
      policy: policy({ prune: true, ...changes }),
      tenant: 'sandbox',
      reads: 1,
      renames: { renames: [{ from: 'old-gauge', to: 'new-gauge' }], uncompared: [] },
    });
  const of = (name: string, changes?: Partial<Policy>) =>
    decide(changes).changes.find((change) => change.name === name);

  it('blocks both sides together, and nothing else', () => {
    const blocked = {
      rail: 'rename',
      message: 'sheets that use old-gauge break, since new-gauge takes its place',
      lift: '--allow-rename new-gauge',
      effect: 'permits it',
    };
    expect(of('new-gauge')).toMatchObject({ action: 'create', rename: { from: 'old-gauge' }, blocked });
    expect(of('old-gauge')).toMatchObject({ action: 'delete', rename: { to: 'new-gauge' }, blocked });
    expect(decide().summary).toMatchObject({ create: 1, delete: 1, blocked: 2 });
  });

  it.each(['old-gauge', 'new-gauge'])('is approved by either name: %s', (name) => {
    const allowRename = new Set([name]);
    expect(of('new-gauge', { allowRename })?.blocked).toBeUndefined();
    expect(of('old-gauge', { allowRename })?.blocked).toBeUndefined();
    expect(of('new-gauge', { allowRename })?.message).toContain('takes the place of old-gauge');
    expect(decide({ allowRename }).summary).toMatchObject({ create: 2, delete: 2, blocked: 0 });
  });

  it('is not approved by a different name', () => {
    expect(of('new-gauge', { allowRename: new Set(['other']) })?.blocked?.rail).toBe('rename');
  });
});

describe('a plan with deletes that could not be compared', () => {
  const blockedNames = (
    coming: readonly string[],
    uncompared: readonly string[],
    allowRename: readonly string[] = [],
    renames: readonly Rename[] = [],
  ) => {
    const decided = plan({
      desired: desiredState(coming.map((name) => desiredExtension(name))),
      actual: actualState(['a', 'b', 'c'].map((name) => actualExtension(name))),
      policy: policy({ prune: true, allowRename: new Set(allowRename) }),
      tenant: 'sandbox',
      reads: 1,
      renames: { renames, uncompared: uncompared.map((name) => ({ name, reason: 'only 20 are' })) },
    });
    return decided.changes.filter(({ blocked }) => blocked?.rail === 'rename').map(({ name }) => name);
  };

  it.each([
    ['nothing comes', [], ['a', 'b'], [], [], []],
    ['one comes: both sides wait, what was compared does not', ['x'], ['a', 'b'], [], [], ['a', 'b', 'x']],
    ['one of them is approved', ['x'], ['a', 'b'], ['a'], [], ['b', 'x']],
    ['all of them are approved', ['x'], ['a', 'b'], ['a', 'b'], [], []],
    ['what comes is approved', ['x'], ['a', 'b'], ['x'], [], []],
    ['another one comes, too', ['x', 'y'], ['a'], ['x'], [], ['a', 'y']],
    [
      'what comes takes the place of another, which is approved',
      ['x'],
      ['a'],
      ['c'],
      [{ from: 'c', to: 'x' }],
      [],
    ],
    [
      'what comes takes the place of another, which waits itself',
      ['x'],
      ['a'],
      [],
      [{ from: 'c', to: 'x' }],
      ['c', 'x'],
    ],
  ])('%s', (_row, coming, uncompared, allowed, renames, expected) => {
    expect(blockedNames(coming, uncompared, allowed, renames)).toEqual(expected);
  });
});
