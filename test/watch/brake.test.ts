/** The brake of watch: which uploads it holds, and that it never holds what a person does. */

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DesiredExtension } from '../../src/core/model.js';
import { createBrake } from '../../src/watch/brake.js';
import { extensionOf } from '../core/module-world.js';

type Files = Readonly<Record<string, string>>;

const entry = 'define(["./lib/draw", "text!./view.txt"], function () { return { paint: function () {} }; });';
const usual: Files = { 'kpi.js': entry, 'lib/draw.js': 'define([], {});', 'view.txt': 'v', 'notes.txt': 'n' };

function kpi(files: Files): DesiredExtension {
  const made = extensionOf('kpi', { ...usual, ...files });
  const texts: Files = { ...usual, ...files };
  return {
    ...made,
    files: made.files.map((file) => ({
      ...file,
      sha256: createHash('sha256')
        .update(texts[file.path] ?? file.path)
        .digest('hex'),
    })),
  };
}

interface Session {
  /** Syncs what was saved `afterMs` later; the file for which it is held instead. */
  readonly save: (files: Files, afterMs: number) => string | undefined;
}

function begin(): Session {
  let now = 1_000;
  const brake = createBrake(() => now);
  brake.holds(kpi({}), now);
  brake.synced(kpi({}));
  return {
    save: (files, afterMs) => {
      now += afterMs;
      const held = brake.holds(kpi(files), now);
      now += 150;
      if (held === undefined) brake.synced(kpi(files));
      return held;
    },
  };
}

/** What is held when one file is written again and again after each sync, and in which round. */
function rounds(path: string, afterMs: number, times = 40): readonly [number, string] | 'never' {
  const { save } = begin();
  for (let round = 1; round <= times; round++) {
    const held = save({ [path]: `round ${round}` }, afterMs);
    if (held !== undefined) return [round, held];
  }
  return 'never';
}

describe('the brake', () => {
  it.each([
    ['a log right after every sync', 'sync.log', 50, [6, 'sync.log']],
    ['a file that was there before', 'notes.txt', 50, [6, 'notes.txt']],
    ['a stamp in a folder', 'meta/build.json', 1_500, [6, 'meta/build.json']],
    ['a script that a tool writes at once', 'lib/draw.js', 20, [21, 'lib/draw.js']],
    ['a text that a module loads', 'view.txt', 20, [21, 'view.txt']],
    ['an editor that saves while somebody types', 'kpi.js', 1_000, 'never'],
    ['a style sheet saved twice a second', 'kpi.css', 500, 'never'],
    ['a log that grows every few seconds', 'sync.log', 3_000, 'never'],
  ])('%s', (_what, path, afterMs, held) => {
    expect(rounds(path, afterMs)).toEqual(held);
  });

  it('begins anew whenever another file changes, or the pause is long', () => {
    const { save } = begin();
    for (let round = 1; round <= 30; round++) {
      const code = `${entry} // ${Math.floor(round / 5)}`;
      expect(save({ 'sync.log': `${round}`, 'kpi.js': code }, 50)).toBeUndefined();
    }
    const slow = begin();
    for (let round = 1; round <= 30; round++)
      expect(slow.save({ 'sync.log': `${round}` }, round % 5 === 0 ? 5_000 : 50)).toBeUndefined();
  });

  it('stays put as long as only that file changes, and goes on with another', () => {
    const { save } = begin();
    for (let round = 1; round <= 5; round++) save({ 'sync.log': `${round}` }, 50);
    expect(save({ 'sync.log': '6' }, 50)).toBe('sync.log');
    expect(save({ 'sync.log': '7' }, 60_000)).toBe('sync.log');
    expect(save({ 'sync.log': '8', 'lib/draw.js': 'define([], 1);' }, 60_000)).toBeUndefined();
    expect(save({ 'sync.log': '9', 'lib/draw.js': 'define([], 1);' }, 50)).toBeUndefined();
  });

  it('lets go when the file is gone or left out', () => {
    const { save } = begin();
    for (let round = 1; round <= 5; round++) save({ 'sync.log': `${round}` }, 50);
    expect(save({ 'sync.log': '6' }, 50)).toBe('sync.log');
    expect(save({}, 50)).toBeUndefined();
  });
});
