/** Damage that text and archives meet, and damage that somebody thought of. */

import type { Random } from './random.js';

/** Pieces that parsers stumble over. */
const pieces: readonly Buffer[] = [
  ...['{', '}', '[', ']', '"', "'", ':', ',', '\\', '/*', '*/', '//', '\n', '\r\n', '\t', '---\n', '- ', '#'],
  ...['null', 'true', '-', '1e999', '-0', '0x10', '1e-7', '99999999999999999999', 'NaN', '""', '{}', '[]'],
  ...[
    '"__proto__":',
    '"constructor":',
    '"toString":',
    '"length":',
    '"then":',
    '"toJSON":',
    '"hasOwnProperty":',
  ],
  ...[
    '${QLIK}',
    '${',
    '$$',
    '${A:-${B}}',
    '@@version',
    '<%= x %>',
    '&a ',
    '*a',
    '!!js/function ',
    '<<: *a',
    '|\n',
    '>-\n',
  ],
  ...['\u0000', '\u001b[2J', '\u202e', '\u2028', '\ufeff', '\ud83d', '::error::', '%0A', '..', '../', 'C:\\'],
  ...['[', '{"a":', '- ', '"a'].map((piece) => piece.repeat(3_000)),
  ...['9', 'x', ' ', '"a":1,'].map((piece) => piece.repeat(5_000)),
].map((piece) => Buffer.from(piece));

const rawPieces: readonly Buffer[] = [
  ...['fffe', 'feff', 'efbbbf', 'c328', 'ed a0 80'.replaceAll(' ', ''), 'ffffffff', '00000000', '504b0506'],
  ...[
    '504b0102',
    '504b0304',
    '00000080',
    'ffff',
    '78da',
    '7fffffff',
    '504b0606',
    '504b0607',
    '0100',
    '7570',
    '5c',
    '2e2f',
  ],
].map((hex) => Buffer.from(hex, 'hex'));

/** One to eight wounds, each at a random place. */
export function mutate(original: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const wounds = random.once(4) ? 1 + random.upTo(7) : 1;
  let bytes = original;
  for (let wound = 0; wound < wounds; wound += 1) bytes = wounded(bytes, others, random);
  return bytes.length > largest ? bytes.subarray(0, largest) : bytes;
}

const largest = 200_000;

function wounded(bytes: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const at = random.upTo(bytes.length);
  const span = at + random.upTo(Math.min(bytes.length - at, random.once(3) ? bytes.length : 16));
  switch (random.upTo(8)) {
    case 0:
      return overwritten(bytes, at, Buffer.of(random.upTo(255)));
    case 1:
      return overwritten(bytes, at, random.oneOf(rawPieces));
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return spliced(bytes, at, span, Buffer.alloc(0));
    case 4:
      return spliced(bytes, at, at, bytes.subarray(at, span));
    case 5:
      return spliced(bytes, at, at, random.oneOf(random.once(4) ? rawPieces : pieces));
    case 6:
      return spliced(bytes, at, span, random.oneOf(pieces));
    case 7:
      return spliced(bytes, at, span, part(random.oneOf(others), random));
    default:
      return flipped(bytes, at, random);
  }
}

function part(bytes: Buffer, random: Random): Buffer {
  const start = random.upTo(bytes.length);
  return bytes.subarray(start, start + random.upTo(bytes.length - start));
}

function spliced(bytes: Buffer, from: number, to: number, put: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(to)]);
}

function overwritten(bytes: Buffer, at: number, put: Buffer): Buffer {
  return spliced(bytes, at, Math.min(bytes.length, at + put.length), put);
}

function flipped(bytes: Buffer, at: number, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[Math.min(at, copy.length - 1)] = (copy[at] ?? 0) ^ (1 << random.upTo(7));
  return copy;
}
