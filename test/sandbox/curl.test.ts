/** Second judge: the documents' own curl lines, one for every operation. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunningSandbox } from '../../src/sandbox/start.js';
import {
  collectionFields,
  extensionFields,
  extensionLines,
  itemFields,
  itemLines,
  undocumented,
} from './documented.js';
import { everyItem, extensionZip, start, temporaryFolder } from './support.js';

interface Blanks {
  readonly id?: string;
  readonly filepath?: string;
  /** Path of the file to upload. */
  readonly file?: string;
}

/** Runs a line as a shell would and returns status and body. */
async function run(sandbox: RunningSandbox, line: string, blanks: Blanks = {}) {
  const command = line
    .replace('https://your-tenant.us.qlikcloud.com', sandbox.url)
    .replace('<access_token>', sandbox.apiKey)
    .replace('{id}', blanks.id ?? '')
    .replace('{filepath}', blanks.filepath ?? '')
    .replace('/path/to/file', blanks.file ?? '');
  const script = `${command} -sS --noproxy '*' -w '\\n%{http_code}'`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { encoding: 'latin1' });
  const end = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, end);
  const body = /^[{[]/.test(text) ? JSON.parse(Buffer.from(text, 'latin1').toString()) : text;
  return { status: Number(stdout.slice(end + 1)), body };
}

async function zipFile(content: string): Promise<{ path: string; zip: Buffer }> {
  const zip = await extensionZip('hello', { 'css/styles.css': content });
  const path = join(await temporaryFolder(), 'hello-ext.zip');
  await writeFile(path, zip);
  return { path, zip };
}

describe('the Extensions document', () => {
  it('serves every operation with the documented status and fields', async () => {
    const sandbox = await start({ checksum: 'keep' });
    const first = await zipFile('a{}');
    const created = await run(sandbox, extensionLines.create, { file: first.path });
    expect(created.status).toBe(201);
    expect(undocumented(created.body, extensionFields)).toEqual([]);
    expect(Object.keys(created.body).sort()).toEqual(Object.keys(extensionFields).sort());
    expect(created.body).toMatchObject({
      qextFilename: 'hello',
      qextVersion: '0.1.0',
      version: '1.0.0',
      name: 'string',
      file: { originalname: 'hello-ext.zip', contentLength: first.zip.length },
    });
    const { id } = created.body;
    expect(id).not.toBe('string');

    expect(await run(sandbox, extensionLines.list)).toEqual({ status: 200, body: { data: [created.body] } });
    for (const name of [id, 'hello']) {
      expect(await run(sandbox, extensionLines.get, { id: name })).toEqual({
        status: 200,
        body: created.body,
      });
    }

    const second = await zipFile('b{}');
    const patched = await run(sandbox, extensionLines.patch, { id, file: second.path });
    expect(patched).toMatchObject({ status: 200, body: { id, version: '2.0.0', qextFilename: 'hello' } });
    expect(undocumented(patched.body, extensionFields)).toEqual([]);

    const archive = await run(sandbox, extensionLines.download, { id });
    expect(archive.status).toBe(200);
    expect(Buffer.from(archive.body, 'latin1')).toEqual(second.zip);
    const file = await run(sandbox, extensionLines.downloadFile, { id: 'hello', filepath: 'css/styles.css' });
    expect(file).toEqual({ status: 200, body: 'b{}' });

    expect(await run(sandbox, extensionLines.delete, { id })).toEqual({ status: 204, body: '' });
    for (const line of [extensionLines.get, extensionLines.delete, extensionLines.download]) {
      const gone = await run(sandbox, line, { id });
      expect(gone).toMatchObject({ status: 410, body: { title: 'Gone', status: 410 } });
    }
  });

  it('sends what curl sends for a file name with quotes', async () => {
    const sandbox = await start();
    const { path } = await zipFile('');
    const line = extensionLines.create.replace('/path/to/file"', `${path};filename=a\\"b.zip"`);
    const created = await run(sandbox, line);
    expect(created).toMatchObject({ status: 201, body: { file: { originalname: 'a"b.zip' } } });
  });
});

describe('the Items document', () => {
  it('serves every operation with the documented status and fields', async () => {
    const sandbox = await start();
    const listed = await run(sandbox, itemLines.list);
    expect(listed.status).toBe(200);
    expect(Object.keys(listed.body.links).sort()).toEqual(['collection', 'next', 'self']);
    const nulls = { resourceCustomAttributes: {} };
    for (const item of listed.body.data) expect(undocumented({ ...item, ...nulls }, itemFields)).toEqual([]);

    const [{ id }] = listed.body.data;
    expect(await run(sandbox, itemLines.get, { id })).toEqual({ status: 200, body: listed.body.data[0] });
    const updated = await run(sandbox, itemLines.update, { id });
    expect(updated).toMatchObject({ status: 200, body: { id, name: 'string', resourceLink: 'string' } });
    expect(undocumented(updated.body, itemFields)).toEqual([]);
    expect(await run(sandbox, itemLines.delete, { id })).toEqual({ status: 204, body: '' });
    const gone = await run(sandbox, itemLines.get, { id });
    expect(gone).toMatchObject({ status: 404, body: { errors: [{ title: 'Not found' }] } });

    const settings = { status: 200, body: { usageMetricsEnabled: true } };
    expect(await run(sandbox, itemLines.settings)).toEqual(settings);
    expect(await run(sandbox, itemLines.patchSettings)).toEqual(settings);
  });

  it('serves the lists that hang on an item', async () => {
    const sandbox = await start();
    const all = await everyItem(sandbox);
    const tagged = all.find((item) => item.meta?.tags?.length)!;
    const collections = await run(sandbox, itemLines.collections, { id: tagged.id });
    expect(collections.status).toBe(200);
    expect(collections.body.data.length).toBeGreaterThan(0);
    for (const row of collections.body.data) expect(undocumented(row, collectionFields)).toEqual([]);

    const copy = all.find((item) => item.resourceAttributes?.published)!;
    const source = all.find((item) => item.resourceId === copy.resourceAttributes?.originAppId)!;
    const published = await run(sandbox, itemLines.published, { id: source.id });
    expect(published.status).toBe(200);
    expect(published.body.data).toHaveLength(1);
    expect(published.body.data[0]).toMatchObject({ id: copy.id, resourceId: copy.resourceId });
    expect(Object.keys(published.body.data[0])).toEqual(
      expect.arrayContaining(Object.keys(collectionFields)),
    );
  });
});
