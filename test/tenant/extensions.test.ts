import { describe, expect, it } from 'vitest';
import { createExtensionsClient, type ExtensionsClient } from '../../src/tenant/extensions.js';
import { rawZip } from '../fixtures/raw-zip.js';
import { json, openTestTenant, serve } from './serve.js';

const record = {
  id: '-N5F29rjbeGdXmTbj3CnZGiSkojZHl20',
  qextFilename: 'kpi-card',
  tags: null,
  migrationState: 'x',
};

describe('what is asked for', () => {
  const calls: readonly (readonly [string, (client: ExtensionsClient) => Promise<unknown>])[] = [
    ['GET /api/v1/extensions', (client) => client.list()],
    ['POST /api/v1/extensions', (client) => client.create({ data: { name: 'x' } })],
    ['GET /api/v1/extensions/kpi-card', (client) => client.get('kpi-card')],
    ['GET /api/v1/extensions/a%2Fb%3Fc%23d%20%C3%A4', (client) => client.get('a/b?c#d ä')],
    ['GET /api/v1/extensions/%252e%252e', (client) => client.get('%2e%2e')],
    ['GET /api/v1/extensions/...', (client) => client.get('...')],
    ['PATCH /api/v1/extensions/-a_B9', (client) => client.patch('-a_B9', { data: { tags: [] } })],
    ['DELETE /api/v1/extensions/-a_B9', (client) => client.remove('-a_B9')],
    ['GET /api/v1/extensions/kpi-card/file', (client) => client.downloadArchive('kpi-card')],
    ['GET /api/v1/extensions/x/file/css/a%20b%23.css', (client) => client.downloadFile('x', 'css/a b#.css')],
    ['GET /api/v1/extensions/x/file/%5C..%5Ca', (client) => client.downloadFile('x', '\\..\\a')],
  ];

  it.each(calls)('%s', async (request, call) => {
    const { url, seen } = await serve(json({ ...record, data: [] }));
    await call(createExtensionsClient(openTestTenant(url))).catch(() => undefined);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([request]);
  });
});

describe('themes, at a path of their own', () => {
  const calls: readonly (readonly [string, (client: ExtensionsClient) => Promise<unknown>])[] = [
    ['GET /api/v1/themes', (client) => client.list()],
    ['POST /api/v1/themes', (client) => client.create({ data: { name: 'x' } })],
    ['GET /api/v1/themes/corporate', (client) => client.get('corporate')],
    ['PATCH /api/v1/themes/-a_B9', (client) => client.patch('-a_B9', { data: { tags: [] } })],
    ['DELETE /api/v1/themes/-a_B9', (client) => client.remove('-a_B9')],
    ['GET /api/v1/themes/corporate/file', (client) => client.downloadArchive('corporate')],
    ['GET /api/v1/themes/x/file/a%20b.css', (client) => client.downloadFile('x', 'a b.css')],
  ];

  it.each(calls)('%s', async (request, call) => {
    const { url, seen } = await serve(json({ ...record, data: [] }));
    await call(createExtensionsClient(openTestTenant(url), 'theme')).catch(() => undefined);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([request]);
  });

  const theme = { id: 'abc', qextFilename: 'corporate', type: 'theme' };
  const answers: readonly (readonly [what: string, body: unknown, expected: object])[] = [
    ['a record', theme, { value: theme }],
    ['a record with a field called data', { ...theme, data: 1 }, { value: { ...theme, data: 1 } }],
    ['a list', { data: [theme] }, { value: theme }],
    ['a list of all themes', { data: [{ id: 'x' }, theme, null] }, { value: theme }],
    ['a bare list', [theme], { value: theme }],
    ['a list without it', { data: [{ id: 'x' }] }, { error: 'is JSON, but not a theme with an id' }],
    ['an empty list', { data: [] }, { error: 'is JSON, but not a theme with an id' }],
    ['text', 'corporate', { error: 'is JSON, but not a theme with an id' }],
    ['null', null, { error: 'is JSON, but not a theme with an id' }],
  ];

  it.each(answers)('PATCH answers %s', async (_what, body, expected) => {
    const { url } = await serve(json(body));
    const client = createExtensionsClient(openTestTenant(url), 'theme');
    const patched = await client.patch('abc', { data: { tags: [] } }).then(
      (value) => ({ value }),
      ({ message }: Error) => ({ error: /is JSON.*?with an id/.exec(message)?.[0] }),
    );
    expect(patched).toEqual(expected);
  });

  it('only a theme may be in a list', async () => {
    const { url } = await serve(json({ data: [{ id: 'abc' }] }));
    const client = createExtensionsClient(openTestTenant(url));
    await expect(client.patch('abc', { data: { tags: [] } })).rejects.toThrow('not an extension with an id');
  });
});

describe('what is not even sent', () => {
  const calls: readonly (readonly [string, (client: ExtensionsClient) => Promise<unknown>])[] = [
    ['get ""', (client) => client.get('')],
    ['get .', (client) => client.get('.')],
    ['get ..', (client) => client.get('..')],
    ['get half a character', (client) => client.get('\ud800')],
    ['archive of ..', (client) => client.downloadArchive('..')],
    ['file of ..', (client) => client.downloadFile('..', 'a.js')],
    ['file ..', (client) => client.downloadFile('x', '..')],
    ['file a/../b', (client) => client.downloadFile('x', 'a/../b')],
    ['file a/./b', (client) => client.downloadFile('x', 'a/./b')],
    ['file a//b', (client) => client.downloadFile('x', 'a//b')],
    ['file /a', (client) => client.downloadFile('x', '/a')],
    ['patch by a name with a dot', (client) => client.patch('my.ext', { data: {} })],
    ['patch ""', (client) => client.patch('', { data: {} })],
    ['patch of 65 characters', (client) => client.patch('a'.repeat(65), { data: {} })],
    ['patch with a line break', (client) => client.patch('abc\n', { data: {} })],
    ['patch of nothing', (client) => client.patch('abc', {})],
    ['create of nothing', (client) => client.create({})],
    ['remove a/b', (client) => client.remove('a/b')],
    ['remove ..', (client) => client.remove('..')],
  ];

  it.each(calls)('%s', async (_name, call) => {
    const { url, seen } = await serve(json(record));
    const error = await call(createExtensionsClient(openTestTenant(url))).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'UserError', exitCode: 3 });
    expect(seen).toHaveLength(0);
  });
});

describe('what comes back', () => {
  it('is the list, with fields that are not known', async () => {
    const { url } = await serve(
      json({ data: [record], links: { self: { href: '/x' }, next: {} }, next: null }),
    );
    await expect(createExtensionsClient(openTestTenant(url)).list()).resolves.toEqual([record]);
  });

  it('is the record that was written', async () => {
    const { url } = await serve(json(record, 201));
    const client = createExtensionsClient(openTestTenant(url));
    await expect(client.create({ data: { name: 'x' } })).resolves.toEqual(record);
  });

  it.each([
    [204, 'removed'],
    [200, 'removed'],
    [404, 'already-gone'],
    [410, 'already-gone'],
  ])('for a delete with %i is %s', async (status, outcome) => {
    const { url } = await serve((_request, response) => void response.writeHead(status).end());
    await expect(createExtensionsClient(openTestTenant(url)).remove('abc')).resolves.toBe(outcome);
  });

  it('is an error for a forbidden delete', async () => {
    const { url } = await serve(json({ title: 'Forbidden' }, 403));
    const removing = createExtensionsClient(openTestTenant(url)).remove('abc');
    await expect(removing).rejects.toMatchObject({ status: 403, exitCode: 4 });
  });

  const packed = rawZip({ entries: [{ name: 'a.qext', content: '{}' }] });
  it.each([
    ['the archive', Buffer.concat([Buffer.from('PK'), Buffer.alloc(200_000, 7)])],
    ['an archive behind a program', Buffer.concat([Buffer.from('#!/bin/sh\n'), packed])],
    ['an archive behind a page', Buffer.concat([Buffer.from('<!doctype html><html>'), packed])],
    ['an archive with zeros behind it', Buffer.concat([packed, Buffer.alloc(9_000)])],
  ])('is %s, byte by byte', async (_what, zip) => {
    const { url } = await serve((_request, response) => void response.end(zip));
    const archive = await createExtensionsClient(openTestTenant(url)).downloadArchive('abc');
    expect(archive.equals(zip)).toBe(true);
  });

  it('is a file with its type, an HTML page included', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    });
    const file = await createExtensionsClient(openTestTenant(url)).downloadFile('abc', 'help.html');
    expect(file).toEqual({ contentType: 'text/html', bytes: Buffer.from('<!doctype html>') });
  });
});
