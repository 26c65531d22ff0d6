/** A share that is not mounted, or not any more: nothing may be kept on the disk below it, and none of it is said to be missing. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/store/store.js';
import { openAt } from './stores.js';

let disk: string;
let mount: string;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'qlik-sync-share-'));
  mount = join(disk, 'mount');
  mkdirSync(mount);
});
afterEach(() => rmSync(disk, { recursive: true }));

const uses = {
  put: (store) => store.put('runs/acme/one.jsonl', Buffer.from('x')),
  get: (store) => store.get('runs/acme/one.jsonl'),
  list: (store) => store.list('runs/'),
  remove: (store) => store.remove('runs/acme/one.jsonl'),
} satisfies Record<string, (store: Awaited<ReturnType<typeof openAt>>) => Promise<unknown>>;

type Use = keyof typeof uses;

const all = Object.keys(uses) as readonly Use[];

const open = (folder: string) => openAt(pathToFileURL(folder).href, {});

async function problemOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (error instanceof StoreError ? error.problem : String(error)),
  );
}

describe('a share whose place is not there', () => {
  it.each(all)('%s', async (use) => {
    const store = await open(join(disk, 'nothing', 'ci'));
    expect(await problemOf(uses[use](store))).toBe('missing');
    expect(readdirSync(disk)).toEqual(['mount']);
  });

  it('is told, and not taken for a read-only disk', async () => {
    const store = await open(join(disk, 'nothing', 'ci'));
    await expect(uses.put(store)).rejects.toMatchObject({
      message: expect.stringMatching(/: writing runs\/acme\/one\.jsonl: its folder is not there\.$/),
      hint: expect.stringContaining('Is the share mounted?'),
    });
  });

  it.each(all)('as where a link leads: %s', async (use) => {
    symlinkSync(join(disk, 'nothing'), join(disk, 'link'));
    const store = await open(join(disk, 'link', 'ci'));
    expect(await problemOf(uses[use](store))).toBe('missing');
    expect(existsSync(join(disk, 'nothing'))).toBe(false);
  });
});

describe('a share that goes away after something was kept', () => {
  const losses = {
    'with its place': () => renameSync(mount, join(disk, 'away')),
    'and leaves an empty place': () => {
      renameSync(mount, join(disk, 'away'));
      mkdirSync(mount);
    },
  };

  for (const [how, lose] of Object.entries(losses)) {
    it.each(all)(`${how}: %s`, async (use) => {
      const store = await open(join(mount, 'ci'));
      await uses.put(store);
      lose();
      const below = existsSync(mount) ? readdirSync(mount) : undefined;
      expect(await problemOf(uses[use](store))).toBe('missing');
      expect(existsSync(mount) ? readdirSync(mount) : undefined).toEqual(below);
    });

    it.each(all)(`${how}, and was only looked at: %s`, async (use) => {
      await uses.put(await open(join(mount, 'ci')));
      const store = await open(join(mount, 'ci'));
      await uses.list(store);
      lose();
      expect(await problemOf(uses[use](store))).toBe('missing');
      expect(existsSync(join(mount, 'ci'))).toBe(false);
    });
  }

  // Windows lets nobody move the folder of an open file.
  it.skipIf(process.platform === 'win32')(
    'while it is listed: the list has all, or none is given',
    async () => {
      const store = await open(join(mount, 'ci'));
      const names = ['runs/acme/a', 'runs/acme/b', 'runs/beta/c'];
      for (const name of names) await store.put(name, Buffer.from('x'));
      for (let turns = 0; turns < 60; turns += 1) {
        const listing = store.list('runs/').then(({ objects }) => objects.map(({ name }) => name).sort());
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        renameSync(mount, join(disk, 'away'));
        const listed = await listing.catch((error: unknown) => problemOf(Promise.reject(error)));
        expect([names, 'missing']).toContainEqual(listed);
        renameSync(join(disk, 'away'), mount);
      }
    },
  );

  it('is used again once it is back', async () => {
    const store = await open(join(mount, 'ci'));
    await uses.put(store);
    renameSync(mount, join(disk, 'away'));
    expect(await problemOf(uses.put(store))).toBe('missing');
    renameSync(join(disk, 'away'), mount);
    await uses.put(store);
    expect((await store.get('runs/acme/one.jsonl'))?.toString()).toBe('x');
  });
});

describe('a share that is there', () => {
  it.each(all)('and empty, or without its last part: %s', async (use) => {
    for (const folder of [mount, join(mount, 'ci')]) {
      expect(await problemOf(uses[use](await open(folder)))).toBe('none');
    }
  });
});
