/** What may be said of what was seen. The browser itself: test/preview. */

import { describe, expect, it } from 'vitest';
import {
  isWorse,
  judgeSide,
  type PreviewResult,
  type PreviewSide,
  type SideFacts,
} from '../../src/core/preview.js';
import { candidates } from '../../src/preview/find-tools.js';

const seen: SideFacts = { kind: 'supernova', exports: 'supernova', unknown: [], errors: [], colours: 2 };
const own = { kind: 'console', message: 'wrong', file: 'a.js' } as const;
const elsewhere = { kind: 'exception', message: 'host' } as const;

describe('judgeSide', () => {
  it.each<[string, Partial<SideFacts>, PreviewResult, RegExp?]>([
    ['more than one colour', {}, 'drawn'],
    ['one colour', { colours: 1 }, 'blank', /^one colour only$/],
    ['an error of its own', { errors: [elsewhere, own] }, 'failed', /console: wrong/],
    ['an error elsewhere', { errors: [elsewhere] }, 'drawn'],
    ['one colour and an error elsewhere', { colours: 1, errors: [elsewhere] }, 'blank', /host/],
    ['no end', { ended: 'did not end within 60 s', thrown: 'x' }, 'failed', /60 s/],
    ['a notice of nebula.js', { notice: 'Incomplete visualization' }, 'unclear', /Incomplete/],
    ['a module that nobody has', { thrown: 'x', unknown: ['client.a'] }, 'unclear', /client\.a/],
    ['stardust throws', { undrawn: 'no' }, 'failed', /cannot draw it: no/],
    [
      'a module of nothing',
      { exports: 'undefined' },
      'failed',
      /^its module gives nothing, not a supernova$/,
    ],
  ])('%s', (_what, facts, result, why = /^/) => {
    const judged = judgeSide({ ...seen, ...facts });
    expect(judged.result).toBe(result);
    expect(judged.why ?? '').toMatch(why);
  });
});

const side = (result: PreviewResult): PreviewSide => ({
  ...{ kind: 'supernova', result, errors: [], blocked: [], missing: [] },
});

it.each<[PreviewResult | undefined, PreviewResult, boolean]>([
  ['drawn', 'failed', true],
  ['drawn', 'blank', true],
  ['loaded', 'failed', true],
  ['unclear', 'blank', true],
  [undefined, 'failed', true],
  [undefined, 'drawn', false],
  ['failed', 'failed', false],
  ['blank', 'failed', false],
  ['drawn', 'unclear', false],
  ['drawn', 'loaded', false],
])('%s before and %s now is worse: %s', (old, fresh, expected) => {
  expect(isWorse({ new: side(fresh), ...(old && { old: side(old) }) })).toBe(expected);
});

it.each([
  ['linux', { PATH: '/a:/b' }, '/b/chromium'],
  ['darwin', { HOME: '/Users/x' }, '/Users/x/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge'],
  ['win32', { LOCALAPPDATA: 'C:\\L' }, 'C:\\L\\Google\\Chrome\\Application\\chrome.exe'],
])('looks for a browser where %s has them', (os, env, expected) => {
  expect(candidates(env, os)).toContain(expected);
});
