/** Reading an archive that means harm: never throws, never takes more than its caps, never guesses. */

import { describe, expect, it } from 'vitest';
import { digestArchive, openArchive } from '../../src/source/archive.js';
import { hostileArchives } from '../fixtures/hostile-archives.js';

const longestMs = 5_000;
/** The caps are 256 MiB unpacked in all, one file at a time, and 10,000 entries. */
const mostBytes = 300 * 2 ** 20;

describe('hostile archives', () => {
  it.each(hostileArchives)('$title: $digest', async ({ make, digest }) => {
    const bytes = make();
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const told = await digestArchive(bytes);
    const spent = performance.now() - started;
    const grown = process.memoryUsage().rss - before;
    expect(told === undefined ? 'untold' : 'told').toBe(digest);
    expect(spent).toBeLessThan(longestMs);
    expect(grown).toBeLessThan(mostBytes);
  });

  it.each(hostileArchives)('$title: opened, no file gives more than it declared', async ({ make }) => {
    for (const file of openArchive(make()) ?? []) {
      const content = await file.read();
      expect(content?.length ?? file.bytes).toBe(file.bytes);
    }
  });
});
