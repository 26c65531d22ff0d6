import busboy, { type BusboyFileStream } from '@fastify/busboy';
import { describe, expect, it } from 'vitest';
import { buildUpload, type ExtensionUpload, type RequestBody } from '../../src/tenant/http/multipart.js';

interface Part {
  readonly name: string;
  readonly content: Buffer;
  readonly filename?: string;
  readonly type?: string;
}

/** What an independent parser makes of the body. */
async function parse(body: RequestBody): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const parser = new busboy.Busboy({ headers: { 'content-type': body.contentType } });
  parser.on('field', (name, value) => parts.push({ name, content: Buffer.from(value) }));
  parser.on('file', (name: string, stream: BusboyFileStream, filename, _encoding, type) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => parts.push({ name, content: Buffer.concat(chunks), filename, type }));
  });
  await new Promise((resolve, reject) => {
    parser.on('finish', resolve);
    parser.on('error', reject);
    parser.end(Buffer.concat(body.chunks));
  });
  return parts;
}

const name = 'qs1-0123456789abcdef0123456789abcdef-0123456789ab.zip';
const everyByte = Buffer.from(Array.from({ length: 1024 }, (_, index) => index % 256));
const data = { tags: ['qlik-sync:acme', 'größe "x"\r\n--'], description: '日本' };

const uploads: readonly { name: string; upload: ExtensionUpload; parts: readonly Part[] }[] = [
  {
    name: 'file and data',
    upload: { file: { name, bytes: everyByte }, data },
    parts: [
      { name: 'data', content: Buffer.from(JSON.stringify(data)) },
      { name: 'file', content: everyByte, filename: name, type: 'application/zip' },
    ],
  },
  {
    name: 'data alone, as a plain field',
    upload: { data: { tags: [] } },
    parts: [{ name: 'data', content: Buffer.from('{"tags":[]}') }],
  },
  {
    name: 'file alone',
    upload: { file: { name: "it's v1.zip", bytes: new Uint8Array([80, 75, 13, 10, 45, 45]) } },
    parts: [
      { name: 'file', content: Buffer.from('PK\r\n--'), filename: "it's v1.zip", type: 'application/zip' },
    ],
  },
];

describe('a multipart body', () => {
  it.each(uploads)('carries $name', async ({ upload, parts }) => {
    await expect(parse(buildUpload(upload))).resolves.toEqual(parts);
  });

  it.each([
    { bytes: 0, chunks: 1 },
    { bytes: 1, chunks: 1 },
    { bytes: 65_536, chunks: 1 },
    { bytes: 65_537, chunks: 3 },
    { bytes: 1_000_000, chunks: 3 },
  ])('of an archive of $bytes bytes is $chunks chunks, none of them a copy of a large one', async (each) => {
    const bytes = Buffer.alloc(each.bytes, 'zip');
    const body = buildUpload({ file: { name, bytes }, data });
    expect(body.chunks).toHaveLength(each.chunks);
    expect(body.chunks.includes(bytes)).toBe(each.chunks > 1);
    expect(Buffer.concat(body.chunks)).toHaveLength(body.length);
    const sent = (await parse(body)).find((part) => part.name === 'file')?.content;
    expect(sent?.equals(bytes)).toBe(true);
  });

  it('has a boundary that nobody can guess', () => {
    const upload = { data: { name: 'x' } };
    expect(buildUpload(upload).contentType).not.toBe(buildUpload(upload).contentType);
  });

  it.each(['größe.zip', 'a"b.zip', 'a\\b.zip', '../a.zip', 'a%22.zip', 'a\r\nb.zip', ''])(
    'is refused for the archive name %j',
    (name) => {
      const upload = { file: { name, bytes: everyByte } };
      expect(() => buildUpload(upload)).toThrow('archive name');
    },
  );

  it('is refused with nothing in it', () => {
    expect(() => buildUpload({})).toThrow('needs a file, data, or both');
  });
});
