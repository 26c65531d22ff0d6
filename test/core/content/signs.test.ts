import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import openWabt from 'wabt';
import { mayBeModule } from '../../../src/core/content/module-facts.js';
import { type Sign, signsOf } from '../../../src/core/content/signs.js';
import { inspectContent } from '../../../src/core/content.js';
import { fc } from '../../replay.js';

const source = 'src/core/content/signs';

/** What each sign stands for, in every spelling that the searches know. */
const words: Readonly<Record<Sign, readonly string[]>> = {
  'conflict-marker': ['<<<<<<<'],
  'failed-module': ['Module parse failed', 'Module build failed'],
  'address-with-scheme': ['https://', 'ws://'],
  'address-without-scheme': ['"//', "'//", '`//', '(//', '=//', '!//'],
  'page-name': ['.htm', '.html'],
  'npm-manifest': ['package.json'],
  define: ['define(', 'define (', 'undefined'],
  'control-character': ['\0', '\x06', '\x0e', '\x1a', '\x1c', '\x1f', '\x7f'],
};

const signs = Object.keys(words) as Sign[];

const signsIn = (content: Buffer): readonly Sign[] => signs.filter(signsOf(content));

describe('the bytes of the program', () => {
  it('are what its text says', async () => {
    const { parseWat } = await openWabt();
    const { buffer } = parseWat('signs.wat', readFileSync(`${source}.wat`, 'utf8'), { simd: true }).toBinary(
      {},
    );
    const bytes = Buffer.from(buffer).toString('base64');
    expect(readFileSync(`${source}.ts`, 'utf8')).toContain(`'${bytes}'`);
  });
});

describe('a sign', () => {
  const spelled = signs.flatMap((sign) => words[sign].map((word) => ({ sign, word })));

  it.each(spelled)('$sign is seen for $word wherever it begins and ends', ({ sign, word }) => {
    for (const bytes of [
      word.length,
      15,
      16,
      17,
      18,
      31,
      32,
      33,
      47,
      65_535,
      65_536,
      65_537,
      65_538,
      65_553,
    ]) {
      if (bytes < word.length) continue;
      const last = bytes - word.length;
      const places = [0, 1, 2, 13, 14, 15, 16, 17, 65_520, 65_533, 65_534, 65_535, 65_536, last - 1, last];
      for (const at of places.filter((place) => place >= 0 && place <= last)) {
        const content = Buffer.alloc(bytes, ' ');
        content.write(word, at, 'latin1');
        expect({ at, bytes, signs: signsIn(content) }).toEqual({ at, bytes, signs: [sign] });
      }
    }
  });

  it('is seen for none of the words in a text that was scanned before', () => {
    signsIn(Buffer.from(spelled.map(({ word }) => word).join(' ')));
    expect(signsIn(Buffer.from('short'))).toEqual([]);
    expect(signsIn(Buffer.alloc(0))).toEqual([]);
  });

  it('of a control character is exact', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isControl = /[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]/.test(String.fromCharCode(byte));
      expect(signsOf(Buffer.alloc(20, byte))('control-character'), String(byte)).toBe(isControl);
    }
  });
});

describe('the facts of a file', () => {
  const pieces = [...Object.values(words).flat(), '//', '/', ':', '\n', '"', ' = ', '<'];
  const more = [
    'https://cdn.example.com/a.js',
    '"//cdn.example.com/b.js"',
    "fetch('",
    "')",
    'import a from "./a"',
  ];
  const texts = fc
    .array(fc.oneof(fc.constantFrom(...pieces, ...more), fc.string({ maxLength: 20 })), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join('')));
  const paths = fc.constantFrom('a.js', 'a.css', 'a.html', 'a.qext', 'a.dat');

  it('are the same as when everything is searched for', () => {
    fc.assert(
      fc.property(paths, texts, (path, content) => {
        const searched = () => true;
        expect(inspectContent(path, content)).toEqual(inspectContent(path, content, searched));
        expect(mayBeModule(path, content)).toBe(mayBeModule(path, content, searched));
      }),
      { numRuns: 3_000 },
    );
  });
});
