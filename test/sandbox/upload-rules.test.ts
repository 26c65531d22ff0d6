/** What Qlik refuses of an archive. */

import { describe, expect, it } from 'vitest';
import { inspectArchive } from '../../src/sandbox/extensions/archive.js';
import { resolveBehaviour } from '../../src/sandbox/options.js';
import type { SandboxOptions } from '../../src/sandbox/start.js';
import { foreignArchives, foreignFiles, unreadableArchives } from '../fixtures/foreign-archives.js';
import { rawZip } from '../fixtures/raw-zip.js';
import { type Files, qextOf, start, upload, zipOf } from './support.js';

const cannotBeProcessed = (path: string) => `Archive contains a file that cannot be processed: ${path}`;

async function answerTo(files: Files, options: SandboxOptions = {}) {
  const sandbox = await start(options);
  return upload(sandbox, { file: await zipOf({ 'hello.qext': qextOf(), 'hello.js': '', ...files }) });
}

describe('content types', () => {
  const binary = (...bytes: number[]) => Uint8Array.from(bytes);
  const refused: readonly (readonly [string, string, string | Uint8Array])[] = [
    ['an executable', 'a.exe', 'MZ\x90'],
    ['an ELF binary named .js', 'lib/a.js', '\x7fELF'],
    ['a Java class', 'a.class', binary(0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52)],
    ['a shell script', 'run.sh', '#!/bin/sh\necho'],
    ['a shell script through env', 'run.txt', '#!/usr/bin/env bash\n'],
    ['an awk script', 'a.awk', '#!/usr/bin/awk -f'],
    ['PHP', 'index.php', '<?php echo 1;'],
    ['a batch file', 'a.bat', '@echo off\r\n'],
    ['a script with NUL bytes', 'jszip.min.js', 'var a = "\0";'],
    ['a library with other control characters', 'lib/xlsx.min.js', 'var a = "\x01\x1f";'],
    ['a file of one byte', 'a.css', ' '],
    ['UTF-16 text without a mark', 'a.txt', binary(0x61, 0, 0x62, 0)],
    ['a Qlik app', 'demo.qvf', binary(1, 2, 0, 4)],
  ];

  it.each(refused)('refuses %s, unless the rule is off', async (_, path, content) => {
    const reply = await answerTo({ [path]: content });
    expect(reply).toMatchObject({
      status: 422,
      body: { title: 'Unprocessable entity', status: 422, meta: { message: cannotBeProcessed(path) } },
    });
    expect((await answerTo({ [path]: content }, { contentTypeRule: 'off' })).status).toBe(201);
  });

  const accepted: readonly (readonly [string, string, string | Uint8Array])[] = [
    ['png', 'a.png', binary(0x89, 0x50, 0x4e, 0x47, 0, 0)],
    ['jpeg', 'a.jpg', binary(0xff, 0xd8, 0xff, 0)],
    ['ico', 'favicon.ico', binary(0, 0, 1, 0)],
    ['woff', 'a.woff', 'wOFF\0'],
    ['woff2', 'a.woff2', 'wOF2\0'],
    ['ttf', 'a.ttf', binary(0, 1, 0, 0)],
    ['eot', 'a.eot', `${'\0'.repeat(34)}LP`],
    ['wasm', 'a.wasm', '\0asm'],
    ['UTF-16 text', 'a.txt', binary(0xff, 0xfe, 0x61, 0)],
    ['a node script', 'build.js', '#!/usr/bin/env node\n'],
    ['an office document', 'help.xlsx', 'PK\x03\x04'],
    [
      'an office document that begins with a sheet',
      'help.xlsx',
      rawZip({ entries: [{ name: 'xl/a.xml', content: 'a' }] }),
    ],
    ['a late NUL', 'a.js', `${' '.repeat(65_536)}\0`],
    ['colours of a terminal', 'a.txt', '\x1b[1m'],
    ['an empty file', 'empty.css', ''],
  ];

  it.each(accepted)('accepts %s', async (_, path, content) => {
    expect((await answerTo({ [path]: content })).status).toBe(201);
  });

  const archives: readonly (readonly [string, string])[] = [
    ['old.zip', 'PK\x03\x04'],
    ['hidden.js', 'PK\x03\x04'],
    ['old.7z', '7z\xbc\xaf\x27\x1c'],
    ['old.rar', 'Rar!\x1a\x07'],
    ['old.tgz', '\x1f\x8b'],
    ['library.nupkg', 'PK\x03\x04'],
  ];

  it.each(archives)('always refuses a nested archive: %s', async (path, start) => {
    const content = Buffer.from(start, 'latin1');
    const { status, body } = await answerTo({ [path]: content }, { contentTypeRule: 'off' });
    expect([status, body.meta.message]).toEqual([422, cannotBeProcessed(path)]);
  });

  it('does not look into files that are dropped', async () => {
    expect((await answerTo({ program: 'MZ', '.hidden': 'PK\x03\x04' })).status).toBe(201);
  });
});

describe('a file that passed before, in this archive or another', () => {
  const script = 'echo "as it was"\n';

  it('is refused under another suffix', async () => {
    expect((await answerTo({ 'notes.txt': script, 'more.txt': script })).status).toBe(201);
    expect((await answerTo({ 'notes.txt': script, 'run.sh': script })).body.meta.message).toBe(
      cannotBeProcessed('run.sh'),
    );
  });

  it('is refused by a tenant with another rule', async () => {
    const files = { 'run.bat': script };
    expect((await answerTo(files, { contentTypeRule: 'off' })).status).toBe(201);
    expect((await answerTo(files)).status).toBe(422);
    expect((await answerTo(files, { contentTypeRule: 'off' })).status).toBe(201);
  });

  /** Offsets in the header of the directory that lists it. */
  it.each([
    ['checksum', 16],
    ['unpacked size', 24],
    ['method', 10],
    ['mark of encryption', 8],
  ])('is not a valid archive with another %s', async (_what, offset) => {
    const zip = await zipOf({ 'hello.qext': qextOf(), 'a.js': `/* ${offset} */`.repeat(40) });
    const inspect = () => inspectArchive(zip, resolveBehaviour({}));
    inspect();
    const at = zip.lastIndexOf('a.js') - 46 + offset;
    const before = zip.readUInt8(at);
    zip.writeUInt8(before ^ 1, at);
    expect(inspect).toThrow('not a valid zip');
    zip.writeUInt8(before, at);
    inspect();
  });
});

describe('sizes', () => {
  const manyFiles = (count: number): Files =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f/${index}.js`, '']));

  const counts: readonly (readonly [string, Files, number])[] = [
    ['500 files', manyFiles(498), 201],
    ['501 files', manyFiles(499), 422],
    ['500 files and some that are dropped', { ...manyFiles(498), LICENSE: '', README: '' }, 201],
  ];

  it.each(counts)('%s', async (_, files, status) => {
    expect((await answerTo(files)).status).toBe(status);
  });

  const [MB, MiB] = [1e6, 2 ** 20];
  /** Sizes that the archive claims; what passes fails later, where the claim meets the content. */
  const claims: readonly (readonly [string, readonly number[], 'binary' | 'decimal', string])[] = [
    ['a file at the limit', [30 * MiB], 'binary', 'not a valid zip'],
    ['a file above the limit', [30 * MiB + 1], 'binary', '0.js exceeds 30 MB'],
    ['a file at the decimal limit', [30 * MB], 'decimal', 'not a valid zip'],
    ['a file above the decimal limit', [30 * MB + 1], 'decimal', '0.js exceeds 30 MB'],
    [
      'files above the limit together',
      [26, 26, 26, 26].map((size) => size * MiB),
      'binary',
      'exceeds 100 MB once unpacked',
    ],
    [
      'files below the limit together',
      [24, 24, 24, 24].map((size) => size * MiB),
      'binary',
      'not a valid zip',
    ],
    [
      'files above the decimal limit together',
      [24, 24, 24, 24].map((size) => size * MiB),
      'decimal',
      'exceeds 100 MB once unpacked',
    ],
  ];

  it.each(claims)('%s', async (_, sizes, megabyte, message) => {
    const files = Object.fromEntries(sizes.map((_, index) => [`${index}.js`, 'ab']));
    const zip = await zipOf({ ...files, 'hello.qext': qextOf() });
    sizes.forEach((size, index) => {
      zip.writeUInt32LE(size, zip.lastIndexOf(`${index}.js`) - 46 + 24);
    });
    expect(() => inspectArchive(zip, resolveBehaviour({ megabyte }))).toThrow(message);
  });

  it.each([
    ['binary', 30 * MiB, 'not a valid zip'],
    ['binary', 30 * MiB + 1, 'The archive exceeds 30 MB'],
    ['decimal', 30 * MB + 1, 'The archive exceeds 30 MB'],
  ] as const)('a zip, %s, of %i bytes', (megabyte, size, message) => {
    expect(() => inspectArchive(Buffer.alloc(size), resolveBehaviour({ megabyte }))).toThrow(message);
  });

  it('reads no body to its end that could never be accepted', async () => {
    const { url, apiKey } = await start();
    const headers = { authorization: `Bearer ${apiKey}` };
    const reply = fetch(`${url}/api/v1/extensions`, {
      method: 'POST',
      headers,
      body: Buffer.alloc(70 * MiB),
    });
    const status = await reply.then((response) => response.status).catch(() => 'closed');
    expect([413, 'closed']).toContain(status);
  });
});

describe('structure', () => {
  const rows: readonly (readonly [string, Files])[] = [
    ['no .qext', { 'hello.js': '' }],
    ['a .qext two folders deep', { 'a/b/hello.qext': qextOf() }],
    ['two .qext at the root', { 'a.qext': qextOf(), 'b.qext': qextOf() }],
    ['two folders with one each', { 'a/a.qext': qextOf(), 'b/b.qext': qextOf() }],
    ['a .qext that is no JSON', { 'a.qext': '{"name": "a",}' }],
    ['a .qext that is no object', { 'a.qext': '[]' }],
    ['a .qext without a type', { 'a.qext': '{"name":"a"}' }],
    ['a path that climbs', { 'a.qext': qextOf(), '../evil.js': '' }],
    ['a path that climbs with backslashes', { 'a.qext': qextOf(), 'x\\..\\..\\evil.js': '' }],
    ['an absolute path', { 'a.qext': qextOf(), '/etc/evil.js': '' }],
    ['a path with a drive', { 'a.qext': qextOf(), 'C:/evil.js': '' }],
  ];

  it.each(rows)('refuses %s', async (_, files) => {
    const sandbox = await start();
    const reply = await upload(sandbox, { file: await zipOf(files) });
    expect(reply).toMatchObject({
      status: 422,
      body: { status: 422, meta: { message: expect.any(String) } },
    });
  });

  it.each(foreignArchives)('takes $title', async ({ title, bytes }) => {
    const sandbox = await start();
    const { status, body } = await upload(sandbox, { file: bytes });
    expect([status, body.qextFilename]).toEqual([201, 'kpi']);
    for (const [path, content] of Object.entries(foreignFiles)) {
      const url = `${sandbox.url}/api/v1/extensions/kpi/file/${encodeURI(title.includes('other Unicode form') ? path.normalize('NFD') : path)}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${sandbox.apiKey}` } });
      expect(await answer.text()).toBe(content);
    }
  });

  it.each(unreadableArchives)('refuses $title, and says why', async ({ bytes, why }) => {
    const reply = await upload(await start(), { file: bytes });
    expect(reply.status).toBe(422);
    const { message } = reply.body.meta;
    expect(message.replace('The file is not a valid zip archive: it ', '').replace(/\.$/, '')).toMatch(why);
  });

  it('prefers the .qext at the root', async () => {
    const file = await zipOf({ 'a.qext': qextOf(), 'old/b.qext': qextOf() });
    expect((await upload(await start(), { file })).body.qextFilename).toBe('a');
  });
});
