import { describe, expect, it } from 'vitest';
import { ask, control, create, extensions, extensionZip, items, patch, start } from './support.js';

describe('requests', () => {
  it('are listed as they came, without the control calls', async () => {
    const sandbox = await start();
    const { id } = await create(sandbox);
    await ask(sandbox, `${items}?limit=1`, { key: '' });
    await patch(sandbox, id, { data: { tags: [] } });
    await ask(sandbox, `${extensions}/nobody`, { method: 'DELETE' });
    const { body } = await control(sandbox, 'GET', 'requests');
    expect(body).toEqual(
      [
        ['POST', extensions, 201],
        ['GET', `${items}?limit=1`, 401],
        ['PATCH', `${extensions}/${id}`, 200],
        ['DELETE', `${extensions}/nobody`, 404],
      ].map(([method, path, status]) => ({
        method,
        path,
        status,
        bytesIn: expect.any(Number),
        ms: expect.any(Number),
      })),
    );
    expect(body[0].bytesIn).toBeGreaterThan(300);
    expect(body[3].bytesIn).toBe(0);
    await control(sandbox, 'DELETE', 'requests');
    expect((await control(sandbox, 'GET', 'requests')).body).toEqual([]);
  });

  it('have status 0 where the connection was cut', async () => {
    const sandbox = await start();
    await control(sandbox, 'POST', 'faults', [{ kind: 'reset' }]);
    await ask(sandbox, extensions).catch(() => undefined);
    expect((await control(sandbox, 'GET', 'requests')).body).toMatchObject([{ path: extensions, status: 0 }]);
  });

  it('take the latency that was asked for', async () => {
    const sandbox = await start({ latencyMs: 30 });
    await ask(sandbox, extensions);
    const { body } = await control(sandbox, 'GET', 'requests');
    expect(body[0].ms).toBeGreaterThanOrEqual(29);
  });
});

describe('edit', () => {
  const base64 = async (...args: Parameters<typeof extensionZip>) =>
    (await extensionZip(...args)).toString('base64');

  it('uploads a file as a person does: tags stay, whatever the API does', async () => {
    const sandbox = await start({ tagsOnFileOnlyPatch: 'lose', metadataOnPatch: 'ignore' });
    const before = await create(sandbox, 'hello', { tags: ['a'] });
    const file = await base64('hello', { 'hello.js': 'by hand' });
    const { status, body } = await control(sandbox, 'POST', 'edit', { name: 'hello', file });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: before.id, tags: ['a'], version: '2.0.0' });
    expect(body.file.md5).not.toBe(before.file?.md5);
    expect(body.file.originalname).toBe('hello.zip');
    expect(body.updatedAt > before.updatedAt!).toBe(true);
    expect((await ask(sandbox, `${extensions}/hello/file/hello.js`)).bytes.toString()).toBe('by hand');
  });

  it('names the file', async () => {
    const sandbox = await start();
    const before = await create(sandbox);
    const named = await control(sandbox, 'POST', 'edit', {
      name: 'hello',
      file: await base64(),
      filename: 'a.zip',
    });
    expect(named.body.file.originalname).toBe('a.zip');
    const renamed = await control(sandbox, 'POST', 'edit', { name: 'hello', filename: 'b.zip' });
    expect(renamed.body.file).toEqual({ ...named.body.file, originalname: 'b.zip' });
    expect(renamed.body.id).toBe(before.id);
  });

  it('changes tags and nothing else', async () => {
    const sandbox = await start();
    const { updatedAt, version, tags, ...rest } = await create(sandbox, 'hello', { tags: ['a'] });
    const { body } = await control(sandbox, 'POST', 'edit', { name: 'hello', tags: ['b'] });
    expect(body).toMatchObject({ ...rest, tags: ['b'], version: '2.0.0' });
  });

  it('imports what is not there yet', async () => {
    const sandbox = await start();
    const edit = { name: 'new', file: await base64('new'), tags: ['a'] };
    const { body } = await control(sandbox, 'POST', 'edit', edit);
    expect(body).toMatchObject({ qextFilename: 'new', version: '1.0.0', tags: ['a'] });
    expect((await ask(sandbox, `${extensions}/new`)).body).toEqual(body);
  });

  const refused: readonly (readonly [string, object, number])[] = [
    ['no name', {}, 400],
    ['tags that are no list', { name: 'hello', tags: 'a' }, 400],
    ['a file that is no zip', { name: 'hello', file: 'AAAA' }, 422],
  ];

  it.each(refused)('refuses %s', async (_, edit, status) => {
    expect((await control(await start(), 'POST', 'edit', edit)).status).toBe(status);
  });

  it('refuses an archive of another extension', async () => {
    const edit = { name: 'hello', file: await base64('other') };
    expect((await control(await start(), 'POST', 'edit', edit)).status).toBe(422);
  });
});

it('offers nothing else', async () => {
  expect((await control(await start(), 'GET', 'other')).status).toBe(404);
});
