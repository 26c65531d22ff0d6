import { describe, expect, it } from 'vitest';
import { parseMultipart } from '../../src/sandbox/http/multipart.js';
import { fc } from '../replay.js';

const type = 'multipart/form-data; boundary=x';
const parse = (text: string, contentType = type) => parseMultipart(contentType, Buffer.from(text));
const part = (disposition: string, content = '') =>
  `--x\r\nContent-Disposition: ${disposition}\r\n\r\n${content}\r\n`;

describe('parseMultipart', () => {
  it('reads back whatever fetch sends', async () => {
    const text = fc.string({ unit: 'binary' });
    const file = fc.record({
      name: text,
      filename: fc.string({ unit: 'binary', minLength: 1 }),
      content: fc.uint8Array(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 4 }), async (files) => {
        const form = new FormData();
        for (const { name, filename, content } of files) form.append(name, new Blob([content]), filename);
        const { headers, body } = await encode(form);
        const parts = parseMultipart(headers, body);
        expect(parts.map(({ content }) => [...content])).toEqual(files.map(({ content }) => [...content]));
        const plain = files.filter(({ filename }) => /^[^\r\n"%\ud800-\udfff]*$/.test(filename));
        for (const { filename } of plain) expect(parts.map((found) => found.filename)).toContain(filename);
      }),
      { numRuns: 100 },
    );
  });

  const names: readonly (readonly [string, string, string | undefined])[] = [
    ['quoted', 'form-data; name="file"; filename="a;b.zip"', 'a;b.zip'],
    ['bare', 'form-data; name=file; filename=a.zip', 'a.zip'],
    ['percent-encoded quotes', 'form-data; name="file"; filename="a%22b%0D%0A.zip"', 'a"b\r\n.zip'],
    ['other percent signs', 'form-data; name="file"; filename="100%25.zip"', '100%25.zip'],
    ['backslash-escaped quotes', 'form-data; name="file"; filename="a\\"b.zip"', 'a"b.zip'],
    ['UTF-8', 'form-data; name="file"; filename="größe.zip"', 'größe.zip'],
    ['empty', 'form-data; name="file"; filename=""', ''],
    ['none', 'form-data; name="file"', undefined],
    ['an extended one beside the plain one', `form-data; name="file"; filename="a"; filename*=UTF-8''b`, 'a'],
    ['the filename first', 'form-data; filename="a"; name="file"', 'a'],
    ['header names in any case', 'Form-Data; NAME="file"; FileName="a"', 'a'],
  ];

  it.each(names)('file names: %s', (_, disposition, filename) => {
    const [found] = parse(`${part(disposition)}--x--`);
    expect([found?.name, found?.filename]).toEqual(['file', filename]);
  });

  const contents: readonly (readonly [string, string, readonly string[]])[] = [
    ['an empty part', `${part('form-data; name="a"')}--x--`, ['']],
    ['line breaks at both ends', `${part('form-data; name="a"', '\r\nb\r\n')}--x--`, ['\r\nb\r\n']],
    ['a boundary in the middle of a line', `${part('form-data; name="a"', 'b--x--')}--x--`, ['b--x--']],
    ['a preamble and an epilogue', `before\r\n${part('form-data; name="a"', 'b')}--x--\r\nafter`, ['b']],
    [
      'padding behind a boundary',
      '--x \t\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--',
      ['b'],
    ],
    ['no parts', '--x--', []],
  ];

  it.each(contents)('contents: %s', (_, body, expected) => {
    expect(parse(body).map(({ content }) => content.toString())).toEqual(expected);
  });

  it.each(['multipart/form-data; boundary="x"', 'Multipart/Form-Data;charset=utf-8;boundary=x'])(
    '%s',
    (header) => {
      expect(parse(`${part('form-data; name="a"', 'b')}--x--`, header)).toHaveLength(1);
    },
  );

  const malformed: readonly (readonly [string, string, string | undefined])[] = [
    ['no content type', '--x--', undefined],
    ['another content type', '--x--', 'application/json; boundary=x'],
    ['no boundary', '--x--', 'multipart/form-data'],
    ['an empty body', '', type],
    ['no end', part('form-data; name="a"'), type],
    ['another boundary', `${part('form-data; name="a"')}--x--`, 'multipart/form-data; boundary=y'],
    ['stray bytes behind a boundary', '--x!\r\n\r\n--x--', type],
    ['a part without headers', '--x\r\nb\r\n--x--', type],
    ['a header without a colon', '--x\r\nName\r\n\r\nb\r\n--x--', type],
    ['a part without a disposition', '--x\r\nA: b\r\n\r\nb\r\n--x--', type],
    ['another disposition', `${part('attachment; name="a"')}--x--`, type],
    ['a part without a name', `${part('form-data; filename="a"')}--x--`, type],
    ['bare line feeds', '--x\nContent-Disposition: form-data; name="a"\n\nb\n--x--', type],
  ];

  it.each(malformed)('refuses %s', (_, body, contentType) => {
    expect(() => parseMultipart(contentType, Buffer.from(body))).toThrow(
      expect.objectContaining({ status: 415 }),
    );
  });
});

async function encode(form: FormData): Promise<{ headers: string; body: Buffer }> {
  const response = new Response(form);
  const body = Buffer.from(await response.arrayBuffer());
  return { headers: response.headers.get('content-type') ?? '', body };
}
