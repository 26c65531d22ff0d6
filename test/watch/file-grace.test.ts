/** Which uploads of watch wait, as a file is gone that their code names, and when they no longer do. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DesiredExtension, LeftOutFile } from '../../src/core/model.js';
import { createFileGrace, type FileGrace } from '../../src/watch/file-grace.js';
import { extensionOf } from '../core/module-world.js';

type Files = Readonly<Record<string, string>>;

const names = "define([], () => ({ paint() { new Worker('./worker.js'); } }));";
const usual: Files = { 'kpi.js': names, 'worker.js': 'onmessage = () => 1;', 'view.css': 'a{}' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-grace-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function kpi(files: Files, leftOut: readonly LeftOutFile[] = []): DesiredExtension {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const made = extensionOf('kpi', files, { leftOut });
  return { ...made, folder, files: made.files.filter(({ path }) => path in files) };
}

interface Scene {
  readonly grace: FileGrace;
  readonly over: readonly string[];
  /** Ends every wait that has begun. */
  readonly pass: () => Promise<void>;
}

function begin(): Scene {
  const over: string[] = [];
  let resting: (() => void)[] = [];
  const grace = createFileGrace({
    rest: (_ms, signal) =>
      new Promise((resolve, reject) => {
        resting.push(() => (signal.aborted ? reject(signal.reason) : resolve(undefined)));
      }),
    onOver: (name) => over.push(name),
  });
  grace.settled(kpi(usual));
  const pass = async (): Promise<void> => {
    for (const end of resting) end();
    resting = [];
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { grace, over, pass };
}

function without(files: Files, path: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([each]) => each !== path));
}

const withoutWorker = without(usual, 'worker.js');

describe('a file that is gone', () => {
  it('is waited for while the code names it, up to the limit', async () => {
    const { grace, over, pass } = begin();
    expect(grace.review(kpi(withoutWorker))).toBe(
      'worker.js is gone, and kpi.js names it: a build may have failed. It is uploaded without it in 120 s unless it comes back; qlik-sync apply kpi does so at once',
    );
    expect(over).toEqual([]);
    await pass();
    expect(over).toEqual(['kpi']);
    expect(grace.review(kpi(withoutWorker))).toBeUndefined();
  });

  it.each<readonly [string, Files, readonly LeftOutFile[]]>([
    ['it is back', usual, []],
    ['it is back with another content', { ...usual, 'worker.js': 'onmessage = () => 2;' }, []],
    ['nothing names it', { ...withoutWorker, 'kpi.js': 'define([], () => 1);' }, []],
    [
      'only a text names it',
      { 'kpi.js': 'define([], () => 1);', 'notes.txt': 'worker.js', 'view.css': 'a{}' },
      [],
    ],
    [
      'another takes its place',
      { 'kpi.js': names.replace('worker', 'thread'), 'thread.js': '1', 'view.css': '' },
      [],
    ],
    ['it is left out', withoutWorker, [{ path: 'worker.js', why: 'ignored' }]],
  ])('is not waited for where %s', (_what, files, leftOut) => {
    expect(begin().grace.review(kpi(files, leftOut))).toBeUndefined();
  });

  it('starts the wait again if it is another file', async () => {
    const { grace, over, pass } = begin();
    const both: Files = { ...usual, 'kpi.js': `${names} // view.css` };
    grace.settled(kpi(both));
    const oneGone = without(both, 'view.css');
    const twoGone = without(oneGone, 'worker.js');
    expect(grace.review(kpi(oneGone))).toContain('view.css is gone');
    expect(grace.review(kpi(twoGone))).toBeDefined();
    await pass();
    expect(over).toEqual(['kpi']);
  });

  it.each<readonly [string, Files]>([
    ['the code names', { ...usual, 'kpi.js': `${names} // view.css` }],
    ['nothing names', usual],
  ])('is waited for no longer where another, that %s, comes and goes', async (_what, files) => {
    const { grace, over, pass } = begin();
    grace.settled(kpi(files));
    const oneGone = without(files, 'worker.js');
    const twoGone = without(oneGone, 'view.css');
    for (const each of [twoGone, oneGone, twoGone]) expect(grace.review(kpi(each))).toBeDefined();
    await pass();
    expect(over).toEqual(['kpi']);
    for (const each of [oneGone, twoGone]) expect(grace.review(kpi(each))).toBeUndefined();
  });

  it('ends the wait when it is back, so that it counts anew', async () => {
    const { grace, over, pass } = begin();
    grace.review(kpi(withoutWorker));
    grace.review(kpi(usual));
    await pass();
    expect(over).toEqual([]);
    expect(grace.review(kpi(withoutWorker))).toBeDefined();
  });

  it('does not count unless the last upload had it', () => {
    const { grace } = begin();
    grace.settled(kpi(withoutWorker));
    expect(grace.review(kpi(withoutWorker))).toBeUndefined();
  });
});
