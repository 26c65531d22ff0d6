import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  ask,
  create,
  extensions,
  extensionZip,
  formOf,
  patch,
  qextOf,
  start,
  upload,
  zipOf,
} from './support.js';

const form = { 'content-type': 'multipart/form-data; boundary=x' };
const field = (name: string, value: string) =>
  `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--x--\r\n`;

describe('create', () => {
  it('answers as real records look', async () => {
    const sandbox = await start();
    const file = await extensionZip();
    const reply = await upload(sandbox, { file, filename: 'hello-ext.zip' });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/),
      tenantId: expect.any(String),
      userId: expect.any(String),
      name: 'Hello',
      type: 'visualization',
      qextFilename: 'hello',
      qextVersion: '0.1.0',
      loadpath: 'hello',
      description: '',
      version: '1.0.0',
      icon: 'extension',
      tags: [],
      preview: '',
      bundled: false,
      supernova: false,
      file: {
        contentType: 'application/zip',
        contentLength: file.length,
        md5: createHash('md5').update(file).digest('hex'),
        fileId: expect.any(String),
        originalname: 'hello-ext.zip',
      },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: reply.body.createdAt,
    });
  });

  const manifests: readonly (readonly [string, object, object, object])[] = [
    ['takes the version as text', { version: 1.2 }, {}, { qextVersion: '1.2' }],
    ['leaves an author out that is no text', { author: { name: 'A' } }, {}, { author: undefined }],
    ['takes an author that is text', { author: 'A' }, {}, { author: 'A' }],
    ['takes supernova', { supernova: true }, {}, { supernova: true }],
    [
      'lets data win',
      { name: 'In the file', icon: 'table' },
      { name: 'Sent' },
      { name: 'Sent', icon: 'table' },
    ],
    ['takes null as not sent', { name: 'In the file' }, { name: null }, { name: 'In the file' }],
    [
      'keeps identity and version of the file',
      {},
      { qextFilename: 'x', qextVersion: '9' },
      { qextFilename: 'hello', qextVersion: '0.1.0' },
    ],
    ['keeps the counter', {}, { version: '7.0.0' }, { version: '1.0.0' }],
    [
      'takes bundle and dependencies',
      { bundle: { id: 'b' }, dependencies: { a: '1' } },
      {},
      { bundle: { id: 'b' }, dependencies: { a: '1' } },
    ],
    ['falls back to the stem for a name', { name: '' }, {}, { name: 'hello' }],
  ];

  it.each(manifests)('%s', async (_, fields, data, expected) => {
    const file = await extensionZip('hello', { 'hello.qext': qextOf(fields) });
    const { body } = await upload(await start(), { file, data });
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, body[name]]));
    expect(found).toEqual(expected);
  });

  it('reads a .qext one folder deep, and with a byte order mark', async () => {
    const file = await zipOf({ 'some-folder/in.side.qext': `\ufeff${qextOf()}`, 'some-folder/a.js': '' });
    expect((await upload(await start(), { file })).body).toMatchObject({ qextFilename: 'in.side' });
  });

  it('takes data alone', async () => {
    const sandbox = await start();
    const reply = await upload(sandbox, { data: { name: 'Only data', tags: ['a'] } });
    expect(reply).toMatchObject({ status: 201, body: { name: 'Only data', tags: ['a'], version: '1.0.0' } });
    expect(reply.body.file).toBeUndefined();
    expect((await ask(sandbox, `${extensions}/${reply.body.id}/file`)).status).toBe(404);
  });

  it('refuses a taken name and names it', async () => {
    const sandbox = await start();
    await create(sandbox, 'hello');
    for (const parts of [{ file: await extensionZip('hello') }, { data: { qextFilename: 'hello' } }]) {
      const reply = await upload(sandbox, parts);
      expect(reply).toMatchObject({
        status: 409,
        body: {
          title: 'Conflict',
          status: 409,
          meta: { resourceName: 'hello', message: expect.any(String) },
        },
      });
    }
    expect((await ask(sandbox, extensions)).body.data).toHaveLength(1);
  });
});

describe('patch', () => {
  it('keeps id and creation, and counts', async () => {
    const sandbox = await start();
    const before = await create(sandbox);
    const file = await extensionZip('hello', { 'hello.qext': qextOf({ version: '0.2.0', author: 'B' }) });
    const { status, body } = await patch(sandbox, before.id, { file, filename: 'second.zip' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: before.id, createdAt: before.createdAt, author: 'B' });
    expect(body).toMatchObject({
      version: '2.0.0',
      qextVersion: '0.2.0',
      file: { originalname: 'second.zip' },
    });
    expect(Date.parse(body.updatedAt)).toBeGreaterThan(Date.parse(before.updatedAt!));
    expect((await ask(sandbox, `${extensions}/hello/file`)).bytes).toEqual(file);
    expect((await ask(sandbox, `${extensions}/hello`)).body).toEqual(body);
  });

  it('drops what the new .qext no longer states', async () => {
    const sandbox = await start();
    await upload(sandbox, { file: await extensionZip('hello', { 'hello.qext': qextOf({ author: 'A' }) }) });
    const { body } = await patch(sandbox, 'hello', { file: await extensionZip('hello') });
    expect(body.author).toBeUndefined();
  });

  it('turns supernova on, never off', async () => {
    const sandbox = await start();
    const { id } = await create(sandbox);
    expect((await patch(sandbox, id, { data: { supernova: true } })).body.supernova).toBe(true);
    expect((await patch(sandbox, id, { data: { supernova: false } })).body.supernova).toBe(true);
    expect((await patch(sandbox, id, { file: await extensionZip() })).body.supernova).toBe(true);
  });

  it('refuses an archive that holds another extension', async () => {
    const sandbox = await start();
    const before = await create(sandbox);
    const reply = await patch(sandbox, before.id, { file: await extensionZip('other') });
    expect(reply).toMatchObject({ status: 422, body: { meta: { resourceName: 'hello' } } });
    expect((await ask(sandbox, `${extensions}/hello`)).body).toEqual(before);
  });

  it('gives a record without a file its first one, unless the name is taken', async () => {
    const sandbox = await start();
    await create(sandbox, 'taken');
    const { body } = await upload(sandbox, { data: { name: 'Later' } });
    expect((await patch(sandbox, body.id, { file: await extensionZip('taken') })).status).toBe(409);
    const filled = await patch(sandbox, body.id, { file: await extensionZip('free') });
    expect(filled).toMatchObject({ status: 200, body: { id: body.id, qextFilename: 'free' } });
  });
});

describe('delete', () => {
  it('is soft, and frees the name for a new id', async () => {
    const sandbox = await start();
    const { id } = await create(sandbox);
    expect((await ask(sandbox, `${extensions}/hello`, { method: 'DELETE' })).status).toBe(204);
    for (const path of [id, 'hello', `${id}/file`, `${id}/file/hello.js`]) {
      expect((await ask(sandbox, `${extensions}/${path}`)).status).toBe(410);
    }
    expect((await patch(sandbox, id, { data: {} })).status).toBe(410);
    expect((await ask(sandbox, `${extensions}/${id}`, { method: 'DELETE' })).status).toBe(410);
    const again = await create(sandbox);
    expect(again.id).not.toBe(id);
    expect((await ask(sandbox, `${extensions}/hello`)).body).toEqual(again);
    expect((await ask(sandbox, `${extensions}/${id}`)).status).toBe(410);
  });
});

describe('files', () => {
  it('finds one below the wrapping folder, however the path is encoded', async () => {
    const sandbox = await start();
    const file = await zipOf({ 'wrap/hello.qext': qextOf(), 'wrap/css/a b.css': 'b{}' });
    await upload(sandbox, { file });
    for (const path of ['css/a%20b.css', 'css%2Fa%20b.css', 'wrap/css/a%20b.css']) {
      const reply = await ask(sandbox, `${extensions}/hello/file/${path}`);
      expect(reply.bytes.toString()).toBe('b{}');
      expect(reply.headers.get('content-type')).toBe('text/css; charset=utf-8');
    }
  });

  it('drops files without a name or a suffix, and keeps the archive as it was sent', async () => {
    const sandbox = await start();
    const dropped = { LICENSE: 'MIT', '.gitignore': 'a', 'sub.dir/README': 'r', '.eslintrc.json': '{}' };
    const file = await extensionZip('hello', dropped);
    await upload(sandbox, { file });
    const statusOf = async (path: string) => (await ask(sandbox, `${extensions}/hello/file/${path}`)).status;
    expect(await Promise.all(Object.keys(dropped).map(statusOf))).toEqual([404, 404, 404, 200]);
    expect((await ask(sandbox, `${extensions}/hello/file`)).bytes).toEqual(file);
  });
});

describe('names', () => {
  it.each(['-starts-with-a-dash', 'With.Dots', 'with space', 'größe'])(
    '%s is found by its name',
    async (name) => {
      const sandbox = await start();
      const { id } = await create(sandbox, name);
      const reply = await ask(sandbox, `${extensions}/${encodeURIComponent(name)}`);
      expect(reply).toMatchObject({ status: 200, body: { id, file: { originalname: `${name}.zip` } } });
    },
  );

  it('that differ in case are two', async () => {
    const sandbox = await start();
    await create(sandbox, 'hello');
    await create(sandbox, 'Hello');
    expect((await ask(sandbox, extensions)).body.data).toHaveLength(2);
  });
});

describe('refusals', () => {
  const paths: readonly (readonly [method: string, path: string, status: number])[] = [
    ['GET', `${extensions}/nobody`, 404],
    ['PATCH', `${extensions}/nobody`, 404],
    ['DELETE', `${extensions}/nobody`, 404],
    ['GET', `${extensions}/nobody/file`, 404],
    ['GET', `${extensions}/nobody/file/a.js`, 404],
    ['GET', `${extensions}/hello/file/missing.js`, 404],
    ['GET', `${extensions}/hello/other`, 404],
    ['GET', `${extensions}/%E0%A4%A`, 400],
    ['PUT', `${extensions}/hello`, 405],
    ['DELETE', extensions, 405],
    ['GET', '/api/v1/other', 404],
    ['GET', '/', 404],
  ];

  it.each(paths)('%s %s is answered with %i', async (method, path, status) => {
    const sandbox = await start();
    await create(sandbox);
    const body = method === 'PATCH' ? { body: formOf({ data: {} }) } : {};
    const reply = await ask(sandbox, path, { method, ...body });
    expect(reply.status).toBe(status);
    if (path.startsWith(extensions)) expect(reply.body).toMatchObject({ status, title: expect.any(String) });
  });

  const bodies: readonly (readonly [string, Record<string, string>, string, number])[] = [
    ['no multipart', { 'content-type': 'application/json' }, '{}', 415],
    ['no boundary', { 'content-type': 'multipart/form-data' }, '', 415],
    ['no closing boundary', { 'content-type': 'multipart/form-data; boundary=x' }, '--x\r\n\r\n', 415],
    ['no parts', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n', 422],
    ['data that is no JSON', form, field('data', '{"a":'), 415],
    ['data that is no object', form, field('data', '[]'), 415],
    ['tags that are no list', form, field('data', '{"name":"a","tags":"b"}'), 422],
    ['a flag that is none', form, field('data', '{"name":"a","supernova":"yes"}'), 422],
    ['data without a name', form, field('data', '{}'), 422],
    ['a file sent as a field', form, field('file', 'zip'), 422],
    ['only unknown parts', form, field('other', 'a'), 422],
  ];

  it.each(bodies)('%s', async (_, headers, body, status) => {
    const reply = await ask(await start(), extensions, { method: 'POST', headers, body });
    expect(reply).toMatchObject({ status, body: { status, title: expect.any(String) } });
  });

  it('points at the invalid property', async () => {
    const reply = await upload(await start(), { data: { name: 'a', tags: [1] } });
    expect(reply.body.source).toEqual({ pointer: '/tags' });
  });
});
