/** Archives that mean harm: never read without end, never more than their caps, never a file anywhere else. */

import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/core/errors.js';
import { UnreadableArchiveError } from '../../src/core/zip/unreadable.js';
import { digestArchive, openArchive } from '../../src/source/archive/archive.js';
import type { IgnoreRules } from '../../src/source/ignore-rules.js';
import { unpack } from '../../src/source/pull/unpack.js';
import { hostileArchives, hostileName } from '../fixtures/hostile-archives.js';

/** Of processor time, since the machine may be shared. */
const longestMs = 10_000;
/** The caps are 256 MiB unpacked in all, one file at a time, and 10,000 entries. */
const mostBytes = 300 * 2 ** 20;

const keepAll: IgnoreRules = () => 'kept';

/** Whatever cannot be read says so, and nothing else is thrown. */
function asUnreadable(error: unknown): undefined {
  expect(error).toBeInstanceOf(UnreadableArchiveError);
}

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'qlik-sync-unpack-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('hostile archives', () => {
  it.each(hostileArchives)('$title: $digest', async ({ make, digest }) => {
    const bytes = make();
    const before = process.memoryUsage().rss;
    const started = process.cpuUsage();
    const told = await digestArchive(bytes).catch(asUnreadable);
    const { user, system } = process.cpuUsage(started);
    const grown = process.memoryUsage().rss - before;
    expect(told === undefined ? 'untold' : 'told').toBe(digest);
    expect((user + system) / 1000).toBeLessThan(longestMs);
    expect(grown).toBeLessThan(mostBytes);
  });

  it.each(hostileArchives)('$title: opened, no file gives more than it declared', async ({ make }) => {
    const opened = await Promise.resolve(make()).then(openArchive).catch(asUnreadable);
    for (const file of opened?.files ?? []) {
      const content = await file.read().catch(asUnreadable);
      expect(content?.length ?? file.bytes).toBe(file.bytes);
    }
  });

  it.each(hostileArchives)('$title: to disk, $toDisk', async ({ make, toDisk }) => {
    const target = { name: hostileName, folder: join(place, 'out'), rules: keepAll, ignoreLine: String };
    const ended = await unpack(make(), target).catch((error: unknown) => error);
    if (toDisk === 'refused') expect(ended).toBeInstanceOf(RefusedError);
    else expect(ended).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(readdirSync(place).filter((name) => name !== 'out')).toEqual([]);
    for (const path of readdirSync(place, { recursive: true, encoding: 'utf8' })) {
      const entry = lstatSync(join(place, path));
      expect(entry.isFile() || entry.isDirectory(), path).toBe(true);
      expect(entry.isFile() ? entry.mode & 0o7111 : 0, path).toBe(0);
    }
  });
});
