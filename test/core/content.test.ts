import { describe, expect, it } from 'vitest';
import { inspectContent } from '../../src/core/content.js';
import { rawZip } from '../fixtures/raw-zip.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const padded = (start: string, length = 600): Buffer => Buffer.concat([bytes(start), Buffer.alloc(length)]);
const elf = (type: number): Buffer =>
  padded(`\x7fELF\x02\x01\x01${'\0'.repeat(9)}${String.fromCharCode(type)}`);
const zipOf = (entry: string): Buffer => padded(`PK\x03\x04${'\0'.repeat(26)}${entry}`);

/** A whole archive with these entries. */
const packageOf = (...names: readonly string[]): Buffer =>
  rawZip({ entries: names.map((name) => ({ name, content: name })) });

describe('riskyType', () => {
  const risky: readonly (readonly [string, string, Buffer])[] = [
    ['lib/jszip.min.js', 'application/octet-stream', bytes('var s="PK\0\0";')],
    ['app.qvf', 'application/octet-stream', padded('\x05\x06qvf')],
    ['data.bin', 'application/octet-stream', padded('anything')],
    ['nomark.json', 'application/octet-stream', Buffer.from('{"name":"no byte order mark"}', 'utf16le')],
    ['a.css', 'application/octet-stream', bytes('a')],
    ['LICENSE.txt', 'application/octet-stream', bytes('\n')],
    ['marked.txt', 'application/octet-stream', Buffer.from('\uFEFFa\u0001b', 'utf16le')],
    ['utf8.js', 'application/octet-stream', bytes('\xef\xbb\xbfvar a = "\x02";')],
    ['late.js', 'application/octet-stream', bytes(`${' '.repeat(65_535)}\0`)],
    ['words.js', 'application/octet-stream', bytes(`BM = RIFF = "${' '.repeat(99)}\x03"`)],
    ['bom.json', 'application/octet-stream', bytes('\xef\xbb\xbf{"a":"\x7f"}')],
    ['text.json', 'application/octet-stream', bytes('"\x7f"')],
    ['nul.json', 'application/octet-stream', bytes('{"a":"\0"}')],
    ['between.json', 'application/octet-stream', bytes('{"a":"x"\x7f}')],
    ['escaped.json', 'application/octet-stream', bytes('{"a":"\\\x7f"}')],
    ['behind.json', 'application/octet-stream', bytes('{"a":"\x7f"} x')],
    ['deep.json', 'application/octet-stream', bytes(`${'['.repeat(500)}"\x7f"${']'.repeat(500)}`)],
    ['huge.json', 'application/octet-stream', bytes(`["\x7f",${' '.repeat(7 * 2 ** 20)}1]`)],
    ['a.tgz', 'application/gzip', padded('\x1f\x8b\x08')],
    ['docs.zip', 'application/zip', zipOf('docs/a.txt')],
    ['a.nupkg', 'application/zip', packageOf('_rels/.rels', '[Content_Types].xml', 'lib/a.dll')],
    ['first.nupkg', 'application/zip', packageOf('[Content_Types].xml', '_rels/.rels', 'a.nuspec')],
    ['cut.nupkg', 'application/zip', zipOf('_rels/.rels')],
    ['a.vsix', 'application/zip', packageOf('extension.vsixmanifest', '[Content_Types].xml')],
    ['a.zip', 'application/zip', packageOf('word/readme.txt', 'xl/a.txt')],
    ['zip.xlsx', 'application/zip', packageOf('docs/a.txt')],
    ['renamed.dat', 'application/zip', zipOf('docs/a.txt')],
    ['empty.zip', 'application/zip', padded('PK\x05\x06', 18)],
    ['tool.jar', 'application/zip', zipOf('META-INF/MANIFEST.MF')],
    ['a.7z', 'application/x-7z-compressed', padded('7z\xbc\xaf\x27\x1c')],
    ['a.rar', 'application/x-rar', padded('Rar!\x1a\x07')],
    ['a.tar', 'application/x-tar', Buffer.concat([Buffer.alloc(257), bytes('ustar'), Buffer.alloc(250)])],
    ['setup.exe', 'application/x-dosexec', padded('MZ\x90')],
    ['a.png', 'application/x-dosexec', padded('MZ\x90')],
    ['a.o', 'application/x-object', elf(1)],
    ['a', 'application/x-executable', elf(2)],
    ['a.so', 'application/x-sharedlib', elf(3)],
    ['core.1', 'application/x-coredump', elf(4)],
    ['A.class', 'application/x-java-applet', padded('\xca\xfe\xba\xbe\0\0\0\x34')],
    ['build.txt', 'text/x-shellscript', bytes('#!/bin/sh\nls')],
    ['build.txt', 'text/x-shellscript', bytes('#! /usr/bin/env bash\n')],
    ['build.sh', 'text/x-shellscript', bytes('ls')],
    ['a.txt', 'text/x-awk', bytes('#!/usr/bin/awk -f')],
    ['a.txt', 'text/x-gawk', bytes('#!/usr/bin/gawk -f')],
    ['a.txt', 'text/x-nawk', bytes('#!/usr/bin/nawk -f')],
    ['proxy.inc', 'text/x-php', bytes('<?php echo 1;')],
    ['proxy.php', 'text/x-php', bytes('<html>')],
    ['deploy.txt', 'text/x-msdos-batch', bytes('@echo off\r\n')],
    ['deploy.bat', 'text/x-msdos-batch', bytes('xcopy a b')],
    ['deploy.CMD', 'text/x-msdos-batch', bytes('rem')],
  ];
  it.each(risky)('%s is %s', (path, type, content) => {
    expect(inspectContent(path, content).riskyType).toBe(type);
  });

  const harmless: readonly (readonly [string, Buffer])[] = [
    ['a.js', bytes('define([], () => ({}));')],
    ['empty.js', Buffer.alloc(0)],
    ['cli.js', bytes('#!/usr/bin/env node\n')],
    ['a.svg', bytes('<?xml version="1.0"?><svg/>')],
    ['a.html', bytes('<!doctype html>')],
    ['a.css', bytes('@charset "utf-8";')],
    ['locale.json', Buffer.from('\uFEFF{"größe":"größe"}', 'utf16le')],
    ['utf8.json', Buffer.from('\uFEFF{"größe":1}')],
    ['latin1.csv', bytes('gr\xf6\xdfe;1')],
    // A map of ECharts; file 5.44 calls each of these application/json.
    ['china.json', bytes('{"type":"FeatureCollection","features":[{"a":["\xc6\xb8\x7fZ"]}]}')],
    ['list.json', bytes('\n [\n\t"\x01\t\x7f"\r\n]\n')],
    ['data.js', bytes('{"a":"\x02"}')],
    ['a.png', padded('\x89PNG\r\n\x1a\n')],
    ['a.jpg', padded('\xff\xd8\xff\xe0')],
    ['a.gif', padded('GIF89a')],
    ['a.ico', padded('\0\0\x01\0')],
    ['a.webp', padded('RIFF\x10\0\0\0WEBP')],
    ['a.ttf', padded('\0\x01\0\0\0')],
    ['a.otf', padded('OTTO')],
    ['a.woff', padded('wOFF')],
    ['a.woff2', padded('wOF2')],
    ['a.eot', padded(`${'\x01'.repeat(34)}LP`)],
    ['a.pdf', padded('%PDF-1.7')],
    ['a.wasm', padded('\0asm\x01')],
    ['a.mp4', padded('\0\0\0\x20ftypisom')],
    ['a.mp3', padded('\xff\xfb\x90')],
    ['a.xlsx', zipOf('[Content_Types].xml')],
    ['later.xlsx', packageOf('xl/workbook.xml', '[Content_Types].xml')],
    ['rels.xlsx', packageOf('_rels/.rels', 'docProps/app.xml', 'xl/workbook.xml', '[Content_Types].xml')],
    ['a.docx', packageOf('word/document.xml', '[Content_Types].xml')],
    ['renamed.dat', packageOf('[Content_Types].xml', 'ppt/presentation.xml')],
    ['cut.xlsx', zipOf('xl/workbook.xml')],
    ['cut.docx', bytes('PK\x03\x04')],
    ['a.odt', packageOf('mimetype', 'content.xml')],
    ['a.epub', packageOf('mimetype', 'META-INF/container.xml')],
    ['a.svgz', padded('\x1f\x8b\x08')],
    ['two.js', bytes('1;')],
    ['escape.txt', bytes('\x07\x08\t\n\x0b\f\r\x1b[0m')],
    ['latin1.js', bytes('// \x80\x9f\xa0\xff')],
    ['far.js', bytes(`${' '.repeat(65_536)}\0`)],
    ['big-endian.txt', bytes('\xfe\xff\0a\0b')],
    ['a.class', bytes('\xca\xfe\xba\xbe')],
    ['a.pbm', padded('P4 8 8\n')],
    ['a.pdb', padded('Microsoft C/C++ MSF 7.00')],
    ['a.obj', padded('d\x86')],
  ];
  it.each(harmless)('%s is ordinary', (path, content) => {
    expect(inspectContent(path, content)).toEqual({});
  });
});

describe('controls', () => {
  // libmagic's rule, written down once more: only these make data of a text.
  const isControl = (code: number): boolean =>
    code <= 0x06 || (code >= 0x0e && code <= 0x1a) || (code >= 0x1c && code <= 0x1f) || code === 0x7f;

  it.each(Array.from({ length: 256 }, (_, code) => code))('byte %i', (code) => {
    const content = Buffer.concat([bytes('var a = "'), Buffer.of(code), bytes('";')]);
    const expected = isControl(code) ? { riskyType: 'application/octet-stream', controls: [code] } : {};
    for (const path of ['a.js', 'a.css', 'a.md', 'a.yml'])
      expect(inspectContent(path, content)).toEqual(expected);
  });

  it('names each once, in order, at most five', () => {
    const content = bytes('\x7f\x1f\x1f\x00 \x01\x02\x03\x04');
    expect(inspectContent('a.js', content).controls).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('origins', () => {
  it('gives the first use of each origin, counting UTF-16 code units', () => {
    const code = [
      'define([], function () {',
      '  /* größe */ fetch("https://api.example.com/a");',
      '  fetch("https://api.example.com/b"); new WebSocket("wss://live.example.com:8443/");',
      '});',
    ].join('\n');
    expect(inspectContent('a.js', Buffer.from(code)).origins).toEqual([
      { origin: 'https://api.example.com', line: 2, column: 22, needs: ['connect-src'] },
      { origin: 'wss://live.example.com:8443', line: 3, column: 54, needs: ['connect-src'] },
    ]);
  });

  it('finds nothing in files that are not code', () => {
    const code = Buffer.from('fetch("https://api.example.com/a")');
    for (const path of ['README.md', 'a.json', 'a.js.map', 'a.qext', 'a.txt']) {
      expect(inspectContent(path, code)).toEqual({});
    }
  });

  it('stops at twenty', () => {
    const code = Array.from({ length: 50 }, (_, n) => `fetch("https://h${n}.example.com/")`).join('\n');
    expect(inspectContent('a.js', Buffer.from(code)).origins).toHaveLength(20);
  });

  it('ends on a file that holds nothing but links', () => {
    const code = Buffer.from('var links = {"home": "https://a.example.com/x", y: 1};\n'.repeat(100_000));
    expect(inspectContent('a.js', code)).toEqual({});
  });
});

describe('control characters', () => {
  const everywhere = [0, 1, 2, 3].flatMap((offset) =>
    Array.from({ length: 10 }, (_, index) => ({ offset, place: index + 2 })),
  );

  it.each(everywhere)('are found at byte $place, $offset bytes off a word of memory', ({ offset, place }) => {
    const controls = Array.from({ length: 256 }, (_, byte) => {
      const content = Buffer.from(new ArrayBuffer(24), offset, 13).fill('ab\n\t\xe9');
      content[place] = byte;
      return inspectContent('a.js', content).controls?.join();
    });
    const wanted = /[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]/;
    const expected = controls.map((_, byte) =>
      wanted.test(String.fromCharCode(byte)) ? String(byte) : undefined,
    );
    expect(controls).toEqual(expected);
  });
});
