/** The options for what nobody outside Qlik knows. */

import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { ask, create, extensionZip, type FormParts, items, patch, qextOf, start } from './support.js';

/** Creates `hello` with tags and a checksum, patches it, and returns both records. */
async function patched(options: SandboxOptions, parts: FormParts) {
  const sandbox = await start(options);
  const created = await create(sandbox, 'hello', { tags: ['a', 'b'], checksum: 'c', description: 'first' });
  const { status, body } = await patch(sandbox, created.id, parts);
  expect(status).toBe(200);
  return { created, body };
}

describe('tags', () => {
  const rows: readonly (readonly [string, SandboxOptions, object | undefined, readonly string[]])[] = [
    ['a file alone keeps them', {}, undefined, ['a', 'b']],
    ['a file alone loses them', { tagsOnFileOnlyPatch: 'lose' }, undefined, []],
    ['a file with other data loses them', { tagsOnFileOnlyPatch: 'lose' }, { name: 'x' }, []],
    ['sent tags replace them', { tagsOnFileOnlyPatch: 'lose' }, { tags: ['c'] }, ['c']],
    ['an empty list clears them', {}, { tags: [] }, []],
    ['null is not sent', {}, { tags: null }, ['a', 'b']],
  ];

  it.each(rows)('%s', async (_, options, data, expected) => {
    const file = await extensionZip();
    const { created, body } = await patched(options, data === undefined ? { file } : { file, data });
    expect(created.tags).toEqual(['a', 'b']);
    expect(body.tags).toEqual(expected);
  });

  it('are kept by a patch of data alone, whatever a file does', async () => {
    const { body } = await patched({ tagsOnFileOnlyPatch: 'lose' }, { data: { name: 'x' } });
    expect(body.tags).toEqual(['a', 'b']);
  });

  it('are never kept by a tenant that keeps none', async () => {
    const { created, body } = await patched({ tags: 'drop' }, { data: { tags: ['c'] } });
    expect([created.tags, body.tags]).toEqual([[], []]);
  });
});

describe('metadata on patch', () => {
  it('is applied', async () => {
    const { body } = await patched({}, { data: { description: 'second', icon: 'table' } });
    expect(body).toMatchObject({ description: 'second', icon: 'table' });
  });

  it('is ignored with a 200, except for the file and the tags', async () => {
    const file = await extensionZip('hello', { 'hello.qext': qextOf({ version: '9.0.0' }) });
    const data = { description: 'second', supernova: true, tags: ['c'] };
    const { body } = await patched({ metadataOnPatch: 'ignore' }, { file, data });
    expect(body).toMatchObject({ tags: ['c'], qextVersion: '9.0.0', version: '2.0.0', supernova: false });
    expect(body.description).not.toBe('second');
  });
});

describe('checksum', () => {
  it.each([
    ['drop', undefined, undefined],
    ['keep', 'c', 'd'],
  ] as const)('%s', async (checksum, first, second) => {
    const { created, body } = await patched({ checksum }, { data: { checksum: 'd' } });
    expect([created.checksum, body.checksum]).toEqual([first, second]);
  });
});

describe('paging links', () => {
  it.each([
    ['absolute', (url: string) => `${url}${items}?`],
    ['relative', () => `${items}?`],
  ] as const)('are %s', async (pageLinks, prefix) => {
    const sandbox = await start({ pageLinks });
    const { body } = await ask(sandbox, items);
    expect(body.links.next.href.startsWith(prefix(sandbox.url))).toBe(true);
  });
});
