import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TenantError, UserError } from '../../../src/core/errors.js';
import { createArchiveCache } from '../../../src/reconcile/archive-cache.js';
import { createBackup } from '../../../src/reconcile/backup/backup.js';
import { createSharedVault } from '../../../src/reconcile/backup/shared-vault.js';
import { createUploadedArchives } from '../../../src/reconcile/backup/uploaded.js';
import { createVault, type Vault } from '../../../src/reconcile/backup/vault.js';
import type { Store } from '../../../src/store/store.js';
import type { ExtensionRecord } from '../../../src/tenant/wire.js';
import { openTestTenant, type TestTenant } from '../../acceptance/support/tenant.js';
import { zipOf } from '../../acceptance/support/zips.js';
import { itOverEach } from '../../store/over-stores.js';
import { remainsIn } from '../../store/remains.js';
import { openStoreOf } from '../../store/running-store.js';
import { createPlace, type Place, tenant, tenantFolder } from '../place.js';

const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
const archive = Buffer.from('PK one');
const folder = `backups/${tenantFolder}`;

let place: Place;
let elsewhere: Place;
let store: Store | undefined;
let vault: Vault;
beforeEach(async () => {
  place = createPlace();
  elsewhere = createPlace();
  store = await openStoreOf(place.root);
  vault = openVault();
});
afterEach(async () => {
  place.remove();
  elsewhere.remove();
  await store?.close();
});

/** As the next run opens it. */
function openVault({ root }: Place = place): Vault {
  const local = createVault({ root, tenant });
  return store === undefined ? local : createSharedVault(local, { store, tenant, project: 'acme' });
}

/** Where all that a run kept has to be: with a store, also where nothing but the store is. */
const openKept = (): Vault => openVault(store === undefined ? place : elsewhere);

const remains = remainsIn(() => place.root);

describe('the vault', () => {
  itOverEach('gives back what was put, by its content', async () => {
    expect(await vault.has(md5Of(archive))).toBe(false);
    expect(await vault.read(md5Of(archive))).toBeUndefined();
    expect(await vault.list()).toEqual([]);
    expect(await vault.put(archive)).toBe(md5Of(archive));
    expect(await vault.putLightly(archive)).toBe(md5Of(archive));
    expect(await vault.has(md5Of(archive))).toBe(true);
    expect(await vault.read(md5Of(archive))).toEqual(archive);
    const sha256 = await vault.putRecord({ id: 'x', tags: ['größe'] });
    expect(await vault.readRecord(sha256)).toEqual({ id: 'x', tags: ['größe'] });
    expect((await vault.list()).map(({ key }) => key).sort()).toEqual([md5Of(archive), sha256].sort());
  });

  it('begins anew where someone removed the folder meanwhile', async () => {
    await vault.put(archive);
    rmSync(place.path(''), { recursive: true });
    const other = Buffer.from('PK two');
    await vault.put(other);
    expect(await vault.has(md5Of(other))).toBe(true);
  });

  it('writes nothing through a link that took the place of the folder meanwhile', async () => {
    await vault.put(archive);
    rmSync(place.path(folder), { recursive: true });
    symlinkSync(elsewhere.root, place.path(folder), 'junction');
    await expect(vault.put(Buffer.from('PK two'))).rejects.toThrow('is a link to another place');
    expect(readdirSync(elsewhere.root)).toEqual([]);
  });

  describe('in a run on several tenants', () => {
    const other = (copies: Map<string, string>): Vault =>
      createVault({ root: place.root, tenant: 'https://other.example.com', copies });
    const otherFile = () => place.path(`backups/other.example.com/${md5Of(archive)}.zip`);
    const inodeOf = (file: string): number => statSync(file).ino;

    it('what one of them put lightly is on the disk once, and each can remove its own', async () => {
      const copies = new Map<string, string>();
      const first = createVault({ root: place.root, tenant, copies });
      await first.putLightly(archive, md5Of(archive));
      await other(copies).putLightly(archive, md5Of(archive));
      const own = place.path(`${folder}/${md5Of(archive)}.zip`);
      expect(inodeOf(otherFile())).toBe(inodeOf(own));
      expect(await first.removeUnused(`${md5Of(archive)}.zip`, new Date(Date.now() + 1_000))).toBe('removed');
      expect(await other(copies).read(md5Of(archive))).toEqual(archive);
    });

    it('if the copy is gone, it is written again, and is the copy from then on', async () => {
      const copies = new Map<string, string>();
      await createVault({ root: place.root, tenant, copies }).putLightly(archive);
      unlinkSync(place.path(`${folder}/${md5Of(archive)}.zip`));
      await other(copies).putLightly(archive);
      expect(await other(copies).read(md5Of(archive))).toEqual(archive);
      expect(copies.get(md5Of(archive))).toBe(otherFile());
    });

    it('a damaged file under the name is replaced', async () => {
      const copies = new Map<string, string>();
      await createVault({ root: place.root, tenant, copies }).putLightly(archive);
      place.write(`backups/other.example.com/${md5Of(archive)}.zip`, 'damaged');
      await other(copies).putLightly(archive);
      expect(await other(copies).read(md5Of(archive))).toEqual(archive);
    });
  });

  describe('of a session that holds what it uploaded', () => {
    /** Larger than the pieces that are compared, and not a multiple of them. */
    const large = Buffer.alloc(700_001, 'PK large');
    const damages: readonly (readonly [string, (content: Buffer) => Buffer])[] = [
      ['cut short', (content) => content.subarray(0, -1)],
      ['longer', (content) => Buffer.concat([content, Buffer.from('x')])],
      ['empty', () => Buffer.alloc(0)],
      ['another from its first byte', (content) => Buffer.concat([Buffer.from('x'), content.subarray(1)])],
      ['another in its last byte', (content) => Buffer.concat([content.subarray(0, -1), Buffer.from('x')])],
    ];
    const openWith = (uploaded = createUploadedArchives()): Vault =>
      createVault({ root: place.root, tenant, uploaded });
    const fileOf = (content: Buffer): string => `${folder}/${md5Of(content)}.zip`;

    it.each([archive, large, Buffer.alloc(0)])(
      'a whole copy is there, however often it is asked',
      async (content) => {
        const session = openWith();
        const md5 = await session.putLightly(content);
        expect([await session.has(md5), await session.has(md5), await vault.has(md5)]).toEqual([
          true,
          true,
          true,
        ]);
      },
    );

    it.each(damages)('a copy that is %s counts as absent, and is put right', async (_what, damage) => {
      for (const content of [archive, large]) {
        const session = openWith();
        const md5 = await session.putLightly(content);
        place.write(fileOf(content), damage(content));
        expect(await session.has(md5)).toBe(false);
        expect(await session.has(md5)).toBe(false);
        await session.put(content);
        expect(await session.has(md5)).toBe(true);
        expect((await vault.read(md5))?.equals(content)).toBe(true);
      }
    });

    it('a copy that is gone counts as absent', async () => {
      const session = openWith();
      const md5 = await session.putLightly(archive);
      unlinkSync(place.path(fileOf(archive)));
      expect(await session.has(md5)).toBe(false);
    });

    it('what another process put is read', async () => {
      const md5 = await vault.put(archive);
      expect(await openWith().has(md5)).toBe(true);
    });

    it('each is held until it was taken, the oldest only as long as all fit', () => {
      const uploaded = createUploadedArchives(10);
      uploaded.note('a', Buffer.alloc(4));
      uploaded.note('b', Buffer.alloc(4));
      uploaded.note('a', Buffer.alloc(5));
      uploaded.note('c', Buffer.alloc(3));
      expect(['a', 'b', 'c', 'a'].map((md5) => uploaded.take(md5)?.length)).toEqual([
        5,
        undefined,
        3,
        undefined,
      ]);
      uploaded.note('d', Buffer.alloc(11));
      expect(uploaded.take('d')).toBeUndefined();
      uploaded.note('e', Buffer.alloc(10));
      expect(uploaded.take('e')).toHaveLength(10);
    });
  });

  it.skipIf(process.platform === 'win32')(
    'is for its owner alone, and leaves no temporary file',
    async () => {
      await vault.put(archive);
      expect(place.list(folder)).toEqual([`${md5Of(archive)}.zip`]);
      expect(place.mode(`${folder}/${md5Of(archive)}.zip`)).toBe(0o600);
      expect([place.mode('backups'), place.mode(folder)]).toEqual([0o700, 0o700]);
    },
  );

  itOverEach('bytes that are not what their name says count as absent, and are put right', async () => {
    const md5 = await vault.put(archive);
    const sha256 = await vault.putRecord({ id: 'x' });
    await remains.spoil('backups', ({ content }) => content.subarray(0, -1));
    vault = openVault();
    expect(await vault.has(md5)).toBe(false);
    expect(await vault.read(md5)).toBeUndefined();
    expect(await vault.readRecord(sha256)).toBeUndefined();
    await vault.put(archive);
    await vault.putRecord({ id: 'x' });
    expect(await openKept().read(md5)).toEqual(archive);
    expect(await openKept().readRecord(sha256)).toEqual({ id: 'x' });
  });

  itOverEach('an archive of as many bytes that is another counts as absent, and is put right', async () => {
    const md5 = await vault.put(archive);
    await remains.spoil('backups', ({ content }) => Buffer.alloc(content.length));
    vault = openVault();
    expect(await vault.has(md5)).toBe(false);
    await vault.put(archive);
    expect(await openKept().read(md5)).toEqual(archive);
  });

  itOverEach('what was lost is put again by who has it', async () => {
    const md5 = await vault.put(archive);
    const sha256 = await vault.putRecord({ id: 'x' });
    await store
      ?.list('backups/')
      .then(({ objects }) => Promise.all(objects.map(({ name }) => store?.remove(name))));
    vault = openVault();
    expect(await vault.has(md5)).toBe(true);
    await vault.putRecord({ id: 'x' });
    expect(await openKept().read(md5)).toEqual(archive);
    expect(await openKept().readRecord(sha256)).toEqual({ id: 'x' });
  });

  itOverEach.each(['../../package', '..', '', 'a/b', 'A'.repeat(32), `${'a'.repeat(32)}\u0000`])(
    'a name like %j is of no file',
    async (name) => {
      expect(await vault.has(name)).toBe(false);
      expect(await vault.read(name)).toBeUndefined();
      expect(await vault.readRecord(name)).toBeUndefined();
      expect(await vault.removeUnused(name, new Date())).toBe('kept');
    },
  );

  itOverEach('many may put the same at once', async () => {
    const vaults = Array.from({ length: 20 }, () => openVault());
    await Promise.all(vaults.map((one) => one.put(archive)));
    expect(await openKept().read(md5Of(archive))).toEqual(archive);
    expect(place.list(folder)).toHaveLength(1);
  });

  it('what is used again is not removed', async () => {
    const md5 = await vault.put(archive);
    const old = new Date(Date.now() - 86_400_000);
    const limit = new Date(Date.now() - 3_600_000);
    const age = () => utimesSync(place.path(`${folder}/${md5}.zip`), old, old);
    age();
    expect(await vault.has(md5)).toBe(true);
    expect(await vault.removeUnused(`${md5}.zip`, limit)).toBe('kept');
    age();
    await vault.put(archive);
    expect(await vault.removeUnused(`${md5}.zip`, limit)).toBe('kept');
    age();
    expect(await vault.removeUnused(`${md5}.zip`, limit)).toBe('removed');
    expect(place.list(folder)).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('a file that cannot be opened for a sync is written anew', async () => {
    const md5 = await vault.put(archive);
    const path = place.path(`${folder}/${md5}.zip`);
    chmodSync(path, 0o400);
    const local = createVault({ root: place.root, tenant });
    expect(await local.has(md5)).toBe(false);
    expect(await vault.put(archive)).toBe(md5);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await local.has(md5)).toBe(true);
  });

  it('if it cannot be written, the message says so, and what to do', async () => {
    writeFileSync(place.root.concat('/.qlik-sync'), 'a file');
    const failure = await vault.put(archive).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({ exitCode: 5, hint: expect.stringContaining('--no-backup') });
  });
});

describe('a backup', () => {
  let remote: TestTenant;
  let record: ExtensionRecord;
  let bytes: Buffer;
  beforeEach(async () => {
    remote = await openTestTenant();
    bytes = await zipOf({ 'a.qext': '{"name":"a","type":"visualization","version":"1.2.0"}', 'a.js': 'one' });
    record = await remote.client.create({ file: { name: 'a.zip', bytes }, data: { tags: ['x'] } });
    await remote.takeRequests();
  });
  afterEach(() => remote.close());

  const clients = () => ({ extensions: remote.client, themes: remote.client });
  const keep = () => createBackup({ vault, tenant: clients() }).keep(record);
  const downloads = async () => (await remote.takeRequests()).filter(({ method }) => method === 'GET').length;

  itOverEach('holds the record and the archive', async () => {
    const previous = await keep();
    expect(previous).toEqual({
      id: record.id,
      md5: md5Of(bytes),
      archiveName: 'a.zip',
      tags: ['x'],
      version: '1.2.0',
      revision: record.version,
      supernova: record.supernova === true,
      archive: 'stored',
      record: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await openKept().read(previous.md5 ?? '')).toEqual(bytes);
    expect(await openKept().readRecord(previous.record ?? '')).toEqual(record);
  });

  itOverEach('downloads only what is not there yet', async () => {
    await keep();
    expect(await downloads()).toBe(1);
    await keep();
    expect(await downloads()).toBe(0);
  });

  itOverEach('needs no download of what was uploaded from here', async () => {
    await createBackup({ vault, tenant: clients() }).keepUploaded({ bytes, md5: md5Of(bytes) });
    expect((await keep()).archive).toBe('stored');
    expect(await downloads()).toBe(0);
  });

  itOverEach('looks for the archive once, and before it is asked where it can expect it', async () => {
    await keep();
    const looks: string[] = [];
    const has = (md5: string) => {
      looks.push(md5);
      return vault.has(md5);
    };
    const backup = createBackup({ vault: { ...vault, has }, tenant: clients() });
    backup.expect?.(md5Of(bytes));
    expect(looks).toEqual([md5Of(bytes)]);
    expect((await backup.keep(record)).archive).toBe('stored');
    expect(looks).toEqual([md5Of(bytes)]);
    await backup.keep(record);
    expect(looks).toEqual([md5Of(bytes), md5Of(bytes)]);
    backup.expect?.(md5Of(Buffer.from('another')));
    backup.expect?.('no md5');
    backup.expect?.(undefined);
    await backup.keep(record);
    expect(looks).toHaveLength(4);
  });

  itOverEach('does not rely on a look at what somebody removed since', async () => {
    await keep();
    let looking: Promise<boolean> | undefined;
    const has = (md5: string) => {
      looking = vault.has(md5);
      return looking;
    };
    const backup = createBackup({ vault: { ...vault, has }, tenant: clients() });
    backup.expect?.(md5Of(bytes));
    expect(await looking).toBe(true);
    rmSync(place.path('.'), { recursive: true });
    expect((await backup.keep(record)).archive).toBe('stored');
    expect(await vault.read(md5Of(bytes))).toEqual(bytes);
    expect(place.list(folder)).toContain(`${md5Of(bytes)}.zip`);
  });

  itOverEach('takes what planning downloaded, and believes it only as far as it is that', async () => {
    const cache = createArchiveCache(place.root);
    await cache.keep(md5Of(bytes), bytes);
    const backup = createBackup({
      vault,
      tenant: clients(),
      cache,
    });
    expect((await backup.keep(record)).archive).toBe('stored');
    expect(await vault.read(md5Of(bytes))).toEqual(bytes);
    expect(await downloads()).toBe(0);
    await remains.spoil('backups', ({ name, content }) => (name.endsWith('.zip') ? 'damaged' : content));
    place.write(`cache/archives/${md5Of(bytes)}.zip`, 'damaged');
    vault = openVault();
    await keep();
    expect(await openKept().read(md5Of(bytes))).toEqual(bytes);
    expect(await downloads()).toBe(1);
  });

  itOverEach('leaves the wait for the disk to who asks for it, with the record there already', async () => {
    const settling: Promise<void>[] = [];
    const onSettling = (work: Promise<void>): void => void settling.push(work);
    const backup = createBackup({ vault, tenant: clients() });
    const { record: sha256 = '' } = await backup.keep(record, { onSettling });
    expect(await vault.readRecord(sha256)).toEqual(record);
    expect(settling).toHaveLength(1);
    // What is there already is settled as part of the look at it.
    expect((await backup.keepRecord(record, { onSettling })).record).toBe(sha256);
    expect(settling).toHaveLength(1);
    await expect(Promise.all(settling)).resolves.toEqual([undefined]);
  });

  itOverEach('of a record alone costs no request', async () => {
    const previous = await createBackup({
      vault,
      tenant: clients(),
    }).keepRecord(record);
    expect(previous).toMatchObject({ archive: 'not-stored', md5: md5Of(bytes) });
    expect(await vault.readRecord(previous.record ?? '')).toEqual(record);
    expect(await downloads()).toBe(0);
  });

  itOverEach('that cannot be had is no backup: a key that may not download', async () => {
    await remote.addFaults([{ method: 'GET', path: '*/file', kind: 'status', status: 403 }]);
    const failure = await keep().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(TenantError);
    expect(failure).toMatchObject({
      exitCode: 4,
      status: 403,
      message:
        'this key may not download archives (tenant or analytics admins only), so no backup can be kept',
      hint: expect.stringContaining('--no-backup'),
    });
    expect(await vault.has(md5Of(bytes))).toBe(false);
  });

  itOverEach('that is not what the record says is no backup', async () => {
    const other = await zipOf({ 'a.qext': '{"name":"a","type":"visualization"}', 'a.js': 'two' });
    await remote.edit({ name: 'a', file: other.toString('base64') });
    await expect(keep()).rejects.toMatchObject({
      exitCode: 7,
      code: 'archive-moved',
      message: expect.stringContaining(md5Of(other)),
    });
    expect(await vault.has(md5Of(other))).toBe(false);
  });

  it('fails with the disk, while failing to keep an upload does not matter', async () => {
    mkdirSync(place.path('backups'), { recursive: true });
    writeFileSync(place.path(folder), 'a file');
    await expect(keep()).rejects.toThrow('cannot be written');
    await createBackup({ vault, tenant: clients() }).keepUploaded({ bytes, md5: md5Of(bytes) });
  });
});
