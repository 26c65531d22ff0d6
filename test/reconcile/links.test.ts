/** A checkout may bring `.qlik-sync` along as links to somewhere else: nothing there is read, written, tidied or removed. */

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { md5Of } from '../../src/core/digest.js';
import { createArchiveCache } from '../../src/reconcile/archive-cache.js';
import { createVault } from '../../src/reconcile/backup/vault.js';
import { createAppCache } from '../../src/reconcile/impact/cache.js';
import { openRun } from '../../src/reconcile/journal/journal.js';
import { readLastRun, readRuns } from '../../src/reconcile/journal/runs.js';
import { takeLock } from '../../src/reconcile/lock/lock.js';
import { retain } from '../../src/reconcile/retention.js';
import { loadIndex } from '../../src/source/read/index-file.js';
import { createPlace, journalText, type Place, runOptions, start, tenant, tenantFolder } from './place.js';

let place: Place;
/** Someone else's files elsewhere. */
let victim: string;

const archive = Buffer.from('an archive');
const theirs: Readonly<Record<string, string>> = {
  'notes.txt': 'mine',
  'measurements.jsonl': '{"mine":1}',
  [`${start(1).id}.jsonl`]: journalText([start(1)]),
  [`${md5Of(archive)}.zip`]: 'not what its name says',
  [`${'a'.repeat(32)}.zip.0123456789ab`]: 'half',
  'acme.0123456789abcdef.json.0123456789ab': 'half a ticket',
  'acme.0123456789abcdef.json': 'a stale ticket',
};

beforeEach(() => {
  place = createPlace();
  victim = mkdtempSync(join(tmpdir(), 'qlik-sync-victim-'));
  for (const [name, content] of Object.entries(theirs)) {
    writeFileSync(join(victim, name), content);
    utimesSync(join(victim, name), 1_600_000_000, 1_600_000_000);
  }
});
afterEach(() => {
  place.remove();
  rmSync(victim, { recursive: true, force: true });
});

function link(below: string): void {
  mkdirSync(dirname(place.path(below)), { recursive: true });
  symlinkSync(victim, place.path(below), 'junction');
}

const scope = () => ({ root: place.root, tenant });

async function keepArchive(): Promise<void> {
  const cache = createArchiveCache(place.root, 1);
  await cache.find(md5Of(archive));
  await cache.keep(md5Of(Buffer.from('x')), Buffer.from('x'));
}

async function forgetApps(): Promise<void> {
  const cache = createAppCache({ ...scope(), account: 'a1' });
  await cache.keep('app', { times: 'now' }, { kind: 'tried' });
  await cache.retain([]);
}

function saveIndex(): void {
  const index = loadIndex(place.root, 'test');
  const content = { bytes: 1, sha256: 'a'.repeat(64), facts: {} };
  index.folder('x').note('a', { size: 1, mtimeMs: 1, ctimeMs: 1, ino: 1 }, content, Date.now());
  index.save();
}

const tidy = () => retain({ ...scope(), project: 'acme', keep: 1, days: 1, now: new Date() });
const begin = () => openRun(runOptions(place.root));
const store = () => createVault(scope()).put(archive);
const lock = () => {
  const self = { pid: process.pid, isAlive: () => true };
  return takeLock({ ...scope(), project: 'acme', command: 'apply', self, onWait: () => undefined });
};

const links: readonly (readonly [string, string, () => unknown, 'refused' | 'done without'])[] = [
  ['the runs of a tenant, for retention', `runs/${tenantFolder}`, tidy, 'done without'],
  ['all runs, for retention', 'runs', tidy, 'done without'],
  ['the backups of a tenant, for retention', `backups/${tenantFolder}`, tidy, 'done without'],
  ['the runs of a tenant, for a journal', `runs/${tenantFolder}`, begin, 'refused'],
  ['everything, for a journal', '', begin, 'refused'],
  ['the backups of a tenant, for a backup', `backups/${tenantFolder}`, store, 'refused'],
  ['the locks of a tenant, for a lock', `locks/${tenantFolder}`, lock, 'refused'],
  ['the archives, for the cache', 'cache/archives', keepArchive, 'done without'],
  ['the apps of an account, for the cache', `cache/impact/${tenantFolder}/a1`, forgetApps, 'done without'],
  ['everything, for the index', '', saveIndex, 'done without'],
];

describe('a link away from .qlik-sync', () => {
  it.each(links)('%s', async (_what, below, use, outcome) => {
    link(below);
    const using = Promise.resolve().then(use);
    if (outcome === 'done without') await using;
    else await expect(using).rejects.toThrow(/cannot be written: .* is a link to another place/);
    expect(readdirSync(victim).sort()).toEqual(Object.keys(theirs).sort());
  });

  it('is not taken for a folder without runs or backups', async () => {
    link(`runs/${tenantFolder}`);
    link(`backups/${tenantFolder}`);
    const refusal = {
      exitCode: 3,
      message: expect.stringMatching(/cannot be read: .* is a link to another place/),
    };
    await expect(readRuns(scope())).rejects.toMatchObject(refusal);
    await expect(readRuns({ root: place.root })).rejects.toMatchObject(refusal);
    await expect(readLastRun(scope())).rejects.toMatchObject(refusal);
    await expect(createVault(scope()).read(md5Of(archive))).rejects.toMatchObject(refusal);
  });
});

it('the cache makes room among its own files only', async () => {
  place.write('cache/archives/notes.txt', 'x'.repeat(500));
  const cache = createArchiveCache(place.root, 100);
  await cache.keep(md5Of(archive), archive);
  expect(place.list('cache/archives')).toEqual([`${md5Of(archive)}.zip`, 'notes.txt']);
});
