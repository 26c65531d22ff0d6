import { createHash, randomUUID } from 'node:crypto';
import JSZip from 'jszip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start.js';
import { createExtensionsClient } from '../../src/tenant/extensions.js';
import { apiKeyAuth } from '../../src/tenant/http/auth.js';
import { openTenant, type TenantHttp } from '../../src/tenant/http/http.js';
import type { ArchiveFile } from '../../src/tenant/http/multipart.js';
import { createItemsClient } from '../../src/tenant/items.js';
import type { Item } from '../../src/tenant/wire.js';

/** A tenant that every client operation is tried on. What the suite makes it removes; the rest it leaves as it is. */
interface Place {
  readonly name: string;
  open(): Promise<{ readonly url: string; readonly apiKey: string; close(): Promise<void> }>;
}

const { E2E_QLIK_TENANT: url, E2E_QLIK_API_KEY: apiKey } = process.env;

const places: readonly Place[] = [
  { name: 'the sandbox', open: () => startSandbox() },
  ...(url && apiKey
    ? [{ name: 'a real tenant', open: async () => ({ url, apiKey, close: async () => undefined }) }]
    : []),
];

const unknownId = '0123456789abcdef01234567';

async function packExtension(name: string, version: string): Promise<ArchiveFile> {
  const zip = new JSZip();
  const manifest = { name: 'Conformance', type: 'visualization', version, description: 'made by a test' };
  zip.file(`${name}.qext`, JSON.stringify(manifest));
  zip.file(`${name}.js`, 'define([], () => ({ paint() {} }));\n');
  zip.file('css/main style.css', '.a { color: red }\n');
  const bytes = await zip.generateAsync({ type: 'uint8array' });
  return { name: `qs1-${version}.zip`, bytes };
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

describe.each(places)('$name keeps to the documents', ({ open }) => {
  const name = `qlik-sync-test-${randomUUID().slice(0, 8)}`;
  let http: TenantHttp;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const tenant = await open();
    http = openTenant({ url: tenant.url, auth: apiKeyAuth(tenant.apiKey), userAgent: 'qlik-sync/test' });
    close = tenant.close;
  });
  afterAll(async () => {
    await http.close();
    await close();
  });

  it('extensions: create, list, get, patch, download, delete', async () => {
    const client = createExtensionsClient(http);
    const first = await packExtension(name, '1.0.0');
    const created = await client.create({ file: first, data: { tags: ['qlik-sync:conformance', 'größe'] } });
    try {
      expect(created).toMatchObject({ qextFilename: name, qextVersion: '1.0.0' });
      expect(created.tags).toEqual(['qlik-sync:conformance', 'größe']);
      expect(created.file).toMatchObject({
        md5: md5(first.bytes),
        originalname: first.name,
        contentLength: first.bytes.length,
      });

      expect((await client.list()).find((record) => record.id === created.id)).toMatchObject({
        qextFilename: name,
      });
      await expect(client.get(created.id)).resolves.toMatchObject({ id: created.id, qextFilename: name });
      await expect(client.get(name)).resolves.toMatchObject({ id: created.id });
      await expect(client.create({ file: first })).rejects.toMatchObject({ status: 409, exitCode: 5 });

      const second = await packExtension(name, '1.1.0');
      const patched = await client.patch(created.id, {
        file: second,
        data: { tags: ['qlik-sync:conformance'] },
      });
      expect(patched).toMatchObject({
        id: created.id,
        qextVersion: '1.1.0',
        tags: ['qlik-sync:conformance'],
      });
      expect(patched.file).toMatchObject({ md5: md5(second.bytes), originalname: second.name });
      const retagged = await client.patch(created.id, { data: { tags: ['a', 'b'] } });
      expect(retagged).toMatchObject({ tags: ['a', 'b'], file: { md5: md5(second.bytes) } });

      const archive = await client.downloadArchive(created.id);
      expect(Object.keys((await JSZip.loadAsync(archive)).files)).toContain(`${name}.qext`);
      const style = await client.downloadFile(name, 'css/main style.css');
      expect(style.bytes.toString()).toBe('.a { color: red }\n');
      await expect(client.downloadFile(name, 'css/none.css')).rejects.toMatchObject({ status: 404 });
    } finally {
      await expect(client.remove(created.id)).resolves.toBe('removed');
    }
    await expect(client.remove(created.id)).resolves.toBe('already-gone');
    expect((await client.list()).map((record) => record.id)).not.toContain(created.id);
    const gone = await client.get(created.id).catch((error: unknown) => error);
    expect([404, 410]).toContain((gone as { status?: number }).status);
  });

  it('extensions: an upload that holds no extension is refused', async () => {
    const client = createExtensionsClient(http);
    const creating = client.create({ file: { name: 'x.zip', bytes: Buffer.from('not a zip') } });
    await expect(creating).rejects.toMatchObject({ name: 'TenantError', exitCode: 5 });
    await expect(client.patch(unknownId, { data: { tags: [] } })).rejects.toMatchObject({ status: 404 });
  });

  it('items: pages make the whole list, each item once', async () => {
    const client = createItemsClient(http);
    const pages: number[] = [];
    const ids: string[] = [];
    for await (const page of client.listPages({
      resourceType: 'app',
      limit: 3,
      noActions: true,
      sort: '+name',
    })) {
      pages.push(page.data.length);
      ids.push(...page.data.map((item) => item.id));
      if (pages.length === 4) break;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...pages)).toBeLessThanOrEqual(3);
  });

  it('items: get, update, collections, published items', async () => {
    const client = createItemsClient(http);
    const item = await firstOf(client.list({ resourceType: 'app', limit: 1 }));
    if (item === undefined) return;
    await expect(client.get(item.id)).resolves.toMatchObject({ id: item.id, name: item.name });
    const updated = await client.update(item.id, { name: item.name });
    expect(updated).toMatchObject({ id: item.id, name: item.name });
    for await (const collection of client.collections(item.id, { limit: 5 }))
      expect(collection.id).toBeTruthy();
    for await (const published of client.publishedItems(item.id, { limit: 5 }))
      expect(published.id).toBeTruthy();
  });

  it('items: one that does not exist', async () => {
    const client = createItemsClient(http);
    await expect(client.get(unknownId)).rejects.toMatchObject({ status: 404, exitCode: 5 });
    await expect(client.remove(unknownId)).rejects.toMatchObject({ status: 404, exitCode: 5 });
    await expect(
      firstOf(client.list({ resourceType: 'app', resourceId: randomUUID() })),
    ).resolves.toBeUndefined();
  });

  it('items: a limit beyond 100 is refused', async () => {
    const listing = firstOf(createItemsClient(http).list({ limit: 101 }));
    await expect(listing).rejects.toMatchObject({ status: 400, code: expect.any(String) });
  });

  it('items: settings', async () => {
    const { settings } = createItemsClient(http);
    const { usageMetricsEnabled: value } = await settings.get();
    const patched = await settings.patch([{ op: 'replace', path: '/usageMetricsEnabled', value }]);
    expect(patched).toMatchObject({ usageMetricsEnabled: value });
  });

  it('a wrong key is an authentication failure', async () => {
    const stranger = openTenant({ url: http.origin, auth: apiKeyAuth('wrong') });
    await expect(createExtensionsClient(stranger).list()).rejects.toMatchObject({ exitCode: 4 });
    await expect(createItemsClient(stranger).settings.get()).rejects.toMatchObject({ exitCode: 4 });
    await stranger.close();
  });
});

describe('the sandbox alone', () => {
  it('removes items, changes settings, and lets a user only read', async () => {
    const sandbox = await startSandbox();
    const http = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.apiKey) });
    const reader = openTenant({ url: sandbox.url, auth: apiKeyAuth(sandbox.userKey) });
    const items = createItemsClient(http);
    const item = await firstOf(items.list({ resourceType: 'app' }));
    expect(item).toBeDefined();
    await items.remove(item?.id ?? '');
    await expect(items.get(item?.id ?? '')).rejects.toMatchObject({ status: 404 });
    const off = await items.settings.patch([{ op: 'replace', path: '/usageMetricsEnabled', value: false }]);
    expect(off).toEqual({ usageMetricsEnabled: false });

    const extensions = createExtensionsClient(reader);
    await expect(extensions.list()).resolves.toEqual([]);
    const creating = extensions.create({ file: await packExtension('kpi', '1.0.0') });
    await expect(creating).rejects.toMatchObject({ status: 403, exitCode: 4 });
    await Promise.all([http.close(), reader.close()]);
    await sandbox.close();
  });
});

async function firstOf(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}
