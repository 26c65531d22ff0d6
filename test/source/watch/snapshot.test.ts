import { describe, expect, it } from 'vitest';
import { findDifference, forgetRacy, type Snapshot } from '../../../src/source/watch/snapshot.js';
import type { Stamp } from '../../../src/source/watch/stamp.js';

function snapshot(files: Readonly<Record<string, number>>, takenAt: number): Snapshot {
  const stamp = (at: number): Stamp => {
    return { size: 1, mtimeMs: at, ctimeMs: at, ino: 1, birthtimeMs: 1, kind: 'file' };
  };
  const stamps = Object.entries(files).map(([path, at]) => [path, stamp(at)] as const);
  return { files: new Map(stamps), folders: new Map(), takenAt, isTorn: false };
}

describe('findDifference', () => {
  const before = { 'a.js': 1, '#a.js#': 1 };
  it.each([
    ['nothing', before, undefined],
    ['a write', { ...before, 'a.js': 2 }, 'a.js'],
    ['a new file', { ...before, 'b.js': 1 }, 'b.js'],
    ['a removed file', { '#a.js#': 1 }, 'a.js'],
    ['a new temporary file', { ...before, 'lib/b.js~': 1 }, undefined],
    ['a written temporary file', { ...before, '#a.js#': 2 }, undefined],
    ['a removed temporary file', { 'a.js': 1 }, '#a.js#'],
  ])('sees %s', (_, now, path) => {
    expect(findDifference(snapshot(before, 9), snapshot(now, 9))).toBe(path);
  });
});

describe('forgetRacy', () => {
  it.each([
    ['just before the look', 10_000.4, 10_003, 'a.js'],
    ['during the look', 10_005.4, 10_003, 'a.js'],
    ['some ticks before', 10_000.4, 10_060, undefined],
    ['a second before, by a clock of whole seconds', 10_000, 11_000, 'a.js'],
    ['long before, by a clock of whole seconds', 10_000, 13_000, undefined],
  ])('of a file written %s', (_, writtenAt, takenAt, path) => {
    const taken = snapshot({ 'a.js': writtenAt }, takenAt);
    expect(findDifference(forgetRacy(taken), taken)).toBe(path);
  });
});
