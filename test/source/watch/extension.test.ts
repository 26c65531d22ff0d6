/** A look accepts a folder only as it was for the whole quiet period, however close a change comes to it. */

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/source/discover/candidate.js';
import type { IgnoreRules } from '../../../src/source/ignore-rules.js';
import { noOwnFiles } from '../../../src/source/own-files.js';
import { lookAt, watchExtension } from '../../../src/source/watch/extension.js';
import { plant, qext } from '../tree.js';

const files = { 'a/a.qext': qext(), 'a/a.js': 'one', 'a/b.js': 'two', 'a/lib/c.js': 'three' };
/** No test takes as long. */
const quietMs = 3_600_000;
/** Files are older than this soon. */
const briefMs = 10;

function watched(folder: string, rules: IgnoreRules = () => 'silent') {
  const candidate: Candidate = { name: 'a', folder, displayFolder: 'a', manifestFile: 'a.qext', entries: [] };
  return watchExtension({ candidate, rules, own: noOwnFiles, ownIgnore: undefined });
}

/** Does something in the middle of a look: when it comes to the path, after the folder was listed. */
function onReaching(path: string, work: () => void): IgnoreRules & { arm: () => void } {
  let isArmed = false;
  const rules = (reached: string): 'silent' => {
    if (isArmed && reached === path) {
      isArmed = false;
      work();
    }
    return 'silent';
  };
  const arm = (): void => {
    isArmed = true;
  };
  return Object.assign(rules, { arm });
}

async function untilOld(): Promise<void> {
  const from = Date.now();
  await expect.poll(() => Date.now() - from).toBeGreaterThan(20);
}

const moves: readonly (readonly [string, string, (folder: string) => void])[] = [
  ['a file that is removed', 'a.js', (folder) => rmSync(`${folder}/a.js`)],
  ['files that are removed before it comes to them', 'a.js', (folder) => rmSync(`${folder}/b.js`)],
  [
    'a subfolder that is moved away',
    'lib/',
    (folder) => renameSync(`${folder}/lib`, `${dirname(folder)}/parked`),
  ],
  ['a file of a subfolder', 'lib/c.js', (folder) => rmSync(`${folder}/lib/c.js`)],
  ['a file that is added', 'a.js', (folder) => writeFileSync(`${folder}/new.js`, '')],
  ['the whole folder', 'a.js', (folder) => renameSync(folder, `${dirname(folder)}/parked`)],
];

describe('a look', () => {
  it('waits for the quiet period after a write of the same millisecond', () => {
    const folder = plant(files).path('a');
    const extension = watched(folder);
    const looks = Array.from({ length: 300 }, (_, round) => {
      writeFileSync(`${folder}/a.js`, `${round}`);
      return lookAt(extension, quietMs).kind;
    });
    expect(new Set(looks)).toEqual(new Set(['unquiet']));
  });

  it.each(moves)('accepts nothing that misses what moves meanwhile: %s', async (_row, path, move) => {
    const folder = plant(files).path('a');
    const rules = onReaching(path, () => move(folder));
    const extension = watched(folder, rules);
    await untilOld();
    expect(lookAt(extension, briefMs).kind).toBe('seen');
    rules.arm();
    expect(lookAt(extension, briefMs).kind).toBe('unquiet');
  });
});
