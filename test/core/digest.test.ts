import { describe, expect, it } from 'vitest';
import {
  comparePaths,
  type DigestedFile,
  digestOf,
  oldestComparable,
  ruleVersion,
} from '../../src/core/digest.js';
import { fc } from '../replay.js';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

describe('digestOf', () => {
  it('has rule version 2, and is comparable since version 1: these golden values hold for both', () => {
    expect([oldestComparable, ruleVersion]).toEqual([1, 2]);
  });

  // Computed with coreutils: printf 'a.js\0%s\n…' | sha256sum
  const golden: readonly [string, readonly DigestedFile[], string][] = [
    ['nothing', [], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [
      'one file',
      [{ path: 'a.js', sha256: a }],
      '52c92096c5f9332f725952a8ce7a340f85fec5d48bcfb890c8bfff44d7e9117d',
    ],
    [
      'two files, given in the other order',
      [
        { path: 'b/c.js', sha256: b },
        { path: 'a.js', sha256: a },
      ],
      'd96210dd1f503a2ff76c0c64bd1732178e71464d3fe1a09051d1114b647cea73',
    ],
    [
      'a name beyond ASCII',
      [{ path: 'größe.js', sha256: a }],
      '72be3057030a687ac9e41d05dbc28ec4099d63424988f8483a5879873754e91c',
    ],
  ];
  it.each(golden)('gives the golden value for %s', (_, files, digest) => {
    expect(digestOf(files)).toBe(digest);
  });

  const different: readonly [string, readonly DigestedFile[]][] = [
    ['the path', [{ path: 'b.js', sha256: a }]],
    ['the case of the path', [{ path: 'A.js', sha256: a }]],
    ['the content', [{ path: 'a.js', sha256: b }]],
    [
      'the number of files',
      [
        { path: 'a.js', sha256: a },
        { path: 'c.js', sha256: a },
      ],
    ],
  ];
  it.each(different)('changes with %s', (_, files) => {
    expect(digestOf(files)).not.toBe(digestOf([{ path: 'a.js', sha256: a }]));
  });

  it('is the same for both Unicode forms of a path', () => {
    const [nfc, nfd] = ['größe.js'.normalize('NFC'), 'größe.js'.normalize('NFD')];
    expect(nfc).not.toBe(nfd);
    expect(digestOf([{ path: nfd, sha256: a }])).toBe(digestOf([{ path: nfc, sha256: a }]));
  });

  it('does not depend on the order', () => {
    const file = fc.record({ path: fc.string({ unit: 'grapheme', minLength: 1 }), sha256: fc.constant(a) });
    const files = fc.uniqueArray(file, { selector: (each) => each.path.normalize('NFC') });
    fc.assert(
      fc.property(files, (some) => {
        expect(digestOf([...some].reverse())).toBe(digestOf(some));
      }),
    );
  });
});

describe('comparePaths', () => {
  it('orders like the UTF-8 bytes', () => {
    const path = fc.string({ unit: 'binary', maxLength: 6 });
    fc.assert(
      fc.property(path, path, (left, right) => {
        expect(Math.sign(comparePaths(left, right))).toBe(
          Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('puts astral characters after the private use area, unlike UTF-16', () => {
    expect(comparePaths('\u{1f600}', '\ufb01')).toBeGreaterThan(0);
    expect('\u{1f600}' < '\ufb01').toBe(true);
  });
});
