import { describe, expect, it } from 'vitest';
import { isTemporary } from '../../../src/source/watch/snapshot.js';

describe('isTemporary', () => {
  it.each([
    'a.js~',
    '#a.js#',
    '.#a.js',
    '.a.js.swp',
    '.a.js.swo',
    '4913',
    'a.js___jb_tmp___',
    'a.js___jb_old___',
    'a.js.tmp',
    'a.js.TMP',
    'a.js.tmp-rename',
    'a.js.tmp.12345',
    'a.js~RF1a2b3c.TMP',
    'a.js.1234567890',
  ])('takes %s for an editor’s', (name) => {
    expect(isTemporary(name)).toBe(true);
  });

  it.each([
    'a.js',
    'a.tmp.js',
    'a.swf',
    'a.qext',
    'jquery-3.7.1.js',
    'v1.2.3',
    '4913.js',
    'tmp',
    'a#b.js',
    'a.map',
  ])('takes %s for content', (name) => {
    expect(isTemporary(name)).toBe(false);
  });
});
