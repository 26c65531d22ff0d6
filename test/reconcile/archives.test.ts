import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TenantError } from '../../src/core/errors.js';
import type { ActualExtension } from '../../src/core/model.js';
import { createArchiveCache } from '../../src/reconcile/archive-cache.js';
import { createArchiveReader, type ReadArchive } from '../../src/reconcile/archives.js';
import { createVault } from '../../src/reconcile/backup/vault.js';
import { actualOf } from '../../src/tenant/actual.js';
import { openTestTenant, type TestTenant } from '../acceptance/support/tenant.js';
import { zipOf } from '../acceptance/support/zips.js';

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

let root: string;
let tenant: TestTenant;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'qlik-sync-archives-'));
  tenant = await openTestTenant();
});
afterEach(async () => {
  await tenant.close();
  rmSync(root, { recursive: true, force: true });
});

const folder = (): string => join(root, '.qlik-sync/cache/archives');
const fileOf = (record: ActualExtension): string => join(folder(), `${record.md5}.zip`);

async function upload(name: string, content = 'one'): Promise<ActualExtension> {
  const bytes = await zipOf({
    [`${name}.qext`]: `{"name":"${name}","type":"visualization"}`,
    [`${name}.js`]: content,
  });
  return actualOf(await tenant.client.create({ file: { name: `${name}.zip`, bytes } }));
}

function reader(cache: 'on' | 'off' = 'on'): ReadArchive {
  const { signal } = new AbortController();
  return createArchiveReader({
    clients: { extensions: tenant.client, themes: tenant.themes },
    root,
    tenant: 'sandbox',
    cache,
    signal,
  }).read;
}

async function downloads(): Promise<number> {
  return (await tenant.takeRequests()).filter(({ path }) => path.endsWith('/file')).length;
}

describe('reading a record’s archive', () => {
  it('downloads once, then reads what it kept', async () => {
    const record = await upload('a');
    const first = await reader()(record);
    expect(md5(first)).toBe(record.md5);
    expect(await reader()(record)).toEqual(first);
    expect(await downloads()).toBe(1);
  });

  it('serves all who ask at the same time with one download', async () => {
    const record = await upload('a');
    const read = reader('off');
    const [first, second] = await Promise.all([read(record), read(record)]);
    expect(first).toBe(second);
    expect(await downloads()).toBe(1);
  });

  it('keeps files for the owner alone and hides them from git', async () => {
    const record = await upload('a');
    await reader()(record);
    expect(statSync(fileOf(record)).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(existsSync(join(root, '.qlik-sync/.gitignore'))).toBe(true);
  });

  it('does not trust a file whose bytes do not match its name', async () => {
    const record = await upload('a');
    const bytes = await reader()(record);
    writeFileSync(fileOf(record), 'PK somebody else was here');
    expect(await reader()(record)).toEqual(bytes);
    expect(await downloads()).toBe(2);
  });

  it('takes the archive from a backup rather than downloading it', async () => {
    const record = await upload('a');
    const bytes = await reader('off')(record);
    await createVault({ root, tenant: 'sandbox' }).put(bytes);
    expect(await reader()(record)).toEqual(bytes);
    expect(await downloads()).toBe(1);
  });

  it('neither reads nor writes with the cache off', async () => {
    const record = await upload('a');
    await reader('off')(record);
    expect(existsSync(join(root, '.qlik-sync'))).toBe(false);
    await reader('on')(record);
    await reader('off')(record);
    expect(await downloads()).toBe(3);
  });

  it('refuses bytes that are not what the list said', async () => {
    const record = await upload('a');
    const other = await zipOf({ 'a.qext': '{"name":"A","type":"visualization"}', 'a.js': 'other' });
    await tenant.edit({ name: 'a', file: other.toString('base64') });
    const failure = await reader()(record).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TenantError);
    expect(failure).toMatchObject({ code: 'other-archive', exitCode: 5 });
    expect(existsSync(folder())).toBe(false);
  });

  it('never makes a file name from anything but an md5', async () => {
    const record = { ...(await upload('a')), md5: '../../../escape' };
    await expect(reader()(record)).rejects.toThrow(/the list says/);
    const { md5: _, ...without } = record;
    expect((await reader()(without)).length).toBeGreaterThan(0);
    expect(readdirSync(root)).toEqual([]);
  });

  it('says why a key that may only list gets no archive', async () => {
    const record = await upload('a');
    await tenant.addFaults([
      { method: 'GET', path: '/api/v1/extensions/*/file', when: 'before', kind: 'status', status: 403 },
    ]);
    await expect(reader()(record)).rejects.toMatchObject({ status: 403, exitCode: 4 });
  });
});

describe('the cache', () => {
  it('stays within its bound; what was not used for longest goes first', async () => {
    const cache = createArchiveCache(root, 250);
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => Buffer.alloc(100, letter)) as [Buffer, Buffer, Buffer];
    for (const [index, bytes] of [a, b].entries()) {
      await cache.keep(md5(bytes), bytes);
      utimesSync(join(folder(), `${md5(bytes)}.zip`), 1_700_000_000 + index, 1_700_000_000 + index);
    }
    expect(await cache.find(md5(a))).toEqual(a);
    await cache.keep(md5(c), c);
    expect(await cache.find(md5(b))).toBeUndefined();
    expect(await cache.find(md5(a))).toEqual(a);
    expect(await cache.find(md5(c))).toEqual(c);
  });

  it('works without it if nothing can be written', async () => {
    writeFileSync(join(root, '.qlik-sync'), 'a file where the folder would be');
    const record = await upload('a');
    expect(md5(await reader()(record))).toBe(record.md5);
  });
});
