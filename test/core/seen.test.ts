/** What a reviewed plan knew of archives counts only for the very archive, folder and creates that it knew. */

import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/model.js';
import { findSeenDigest, findSeenRenames, findUnseen, type SeenChange } from '../../src/core/seen.js';

const whole = 'a'.repeat(64);
const folder = 'b'.repeat(64);
const kpi: SeenChange = {
  name: 'kpi',
  action: 'update',
  desired: { digest: folder },
  actual: { id: '1', md5: 'm', digest: whole },
};

describe('what was not looked at', () => {
  const unseen: SeenChange = { ...kpi, notLookedAt: 'forbidden' };
  it.each([
    ['the same archive', { id: '1', md5: 'm' }, 'forbidden'],
    ['another archive of that record', { id: '1', md5: 'n' }, undefined],
    ['the same archive in another record', { id: '2', md5: 'm' }, undefined],
    ['an archive without an md5', { id: '1' }, undefined],
  ])('%s', (_, archive, expected) => {
    expect(findUnseen([unseen], archive)).toBe(expected);
  });

  it('is nothing if the plan looked, or without a plan', () => {
    expect(findUnseen([kpi], { id: '1', md5: 'm' })).toBeUndefined();
    expect(findUnseen([], { id: '1', md5: 'm' })).toBeUndefined();
  });
});

describe('the digest that was found', () => {
  const desired = { name: 'kpi', digest: folder };
  it.each([
    ['for the same folder and archive', kpi, desired, { id: '1', md5: 'm' }, whole],
    ['not for a folder that changed', kpi, { ...desired, digest: whole }, { id: '1', md5: 'm' }, undefined],
    ['not for an archive that changed', kpi, desired, { id: '1', md5: 'n' }, undefined],
    [
      'not where only the archive name told it',
      { ...kpi, actual: { ...kpi.actual, id: '1', digest: 'a'.repeat(32) } },
      desired,
      { id: '1', md5: 'm' },
      undefined,
    ],
  ] as const)('counts %s', (_, then, now, archive, expected) => {
    expect(findSeenDigest([then], now, archive)).toBe(expected);
  });
});

describe('the rename that was found, or not', () => {
  const old: SeenChange = { name: 'old', action: 'delete', actual: { id: '1', md5: 'm' } };
  const fresh: SeenChange = { name: 'fresh', action: 'create', desired: { digest: folder } };
  const going = { name: 'old', action: 'delete', actual: { id: '1', md5: 'm' } } as Change;
  const coming = { name: 'fresh', action: 'create', desired: { digest: folder } } as Change;
  const to: SeenChange = { ...old, rename: { to: 'fresh' }, blocked: { rail: 'rename' } };
  const rename = [{ from: 'old', to: 'fresh' }];

  const cases: readonly (readonly [string, readonly SeenChange[], Change, readonly Change[], unknown])[] = [
    ['none', [old, fresh], going, [coming], []],
    ['one', [to, { ...fresh, blocked: { rail: 'rename' } }], going, [coming], rename],
    ['one whose other side is done', [to, fresh], going, [], []],
    [
      'not where it was not compared',
      [{ ...old, notLookedAt: 'forbidden' }, fresh],
      going,
      [coming],
      undefined,
    ],
    [
      'not where a rail stopped it before',
      [{ ...old, blocked: { rail: 'protected' } }, fresh],
      going,
      [coming],
      undefined,
    ],
    [
      'still where apps held it up after',
      [{ ...old, blocked: { rail: 'impact' } }, fresh],
      going,
      [coming],
      [],
    ],
    ['not with a create that was not there', [old], going, [coming], undefined],
    [
      'not with a create that changed',
      [old, { ...fresh, desired: { digest: whole } }],
      going,
      [coming],
      undefined,
    ],
    [
      'not for another archive',
      [{ ...old, actual: { id: '1', md5: 'n' } }, fresh],
      going,
      [coming],
      undefined,
    ],
    ['not for what was no delete', [{ ...old, action: 'none' }, fresh], going, [coming], undefined],
  ];
  it.each(cases)('%s', (_, reviewed, change, creates, expected) => {
    expect(findSeenRenames(reviewed, change, creates)).toEqual(expected);
  });
});
