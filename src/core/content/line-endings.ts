/**
 * Line endings by the rule of git's `text=auto` and `core.autocrlf` (`gather_stats`, `convert_is_binary` and `crlf_to_git`
 * in its `convert.c`): a text is stored with LF in place of each CRLF. A file is binary, and stays as it is, if it contains
 * a NUL, a CR without an LF after it, or more than one control character for 128 others. Attributes such as `-text` are
 * not considered.
 */

export type LineEndings = 'as-is' | 'lf';

/** Of texts only. */
interface EndingCounts {
  readonly crlf: number;
  /** Those without a CR before them. */
  readonly lf: number;
}

/** Takes a file piece by piece; a CRLF may be split between two pieces. */
interface EndingCounter {
  readonly add: (piece: Uint8Array) => void;
  /** After the last piece; `undefined` where the file is binary. */
  readonly count: () => EndingCounts | undefined;
}

const carriageReturn = 0x0d;

const lineFeed = 0x0a;

/** Some DOS programs end a text with this character; there, and only there, it does not make a file binary. */
const endOfFile = 0x1a;

export function createEndingCounter(): EndingCounter {
  const numbers = new Float64Array(5);
  let [crlf, last] = [0, 0x20];
  const numberOf = (kind: Kind): number => numbers[kind] ?? 0;
  return {
    add: (piece) => {
      let [pairs, before] = [0, last];
      for (let at = 0; at < piece.length; at++) {
        const byte = piece[at] ?? 0;
        if (byte === lineFeed && before === carriageReturn) pairs++;
        const kind = kinds[byte] ?? 0;
        numbers[kind] = (numbers[kind] ?? 0) + 1;
        before = byte;
      }
      [crlf, last] = [crlf + pairs, before];
    },
    count: () => {
      const controls = numberOf(kindOf.control) - (last === endOfFile ? 1 : 0);
      const isText = numberOf(kindOf.nul) === 0 && numberOf(kindOf.cr) === crlf;
      if (!isText || Math.floor(numberOf(kindOf.plain) / 128) < controls) return undefined;
      return { crlf, lf: numberOf(kindOf.lf) - crlf };
    },
  };
}

const kindOf = { plain: 0, control: 1, nul: 2, cr: 3, lf: 4 } as const;

type Kind = (typeof kindOf)[keyof typeof kindOf];

/** For each byte. Backspace, tab, form feed and escape are common in texts. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0) return kindOf.nul;
  if (byte === carriageReturn) return kindOf.cr;
  if (byte === lineFeed) return kindOf.lf;
  const isCommon = byte === 8 || byte === 9 || byte === 12 || byte === 27;
  return (byte < 32 && !isCommon) || byte === 127 ? kindOf.control : kindOf.plain;
});

/** `undefined` where the file is binary. */
export function countEndings(content: Uint8Array): EndingCounts | undefined {
  const counter = createEndingCounter();
  counter.add(content);
  return counter.count();
}

const pair = Buffer.from('\r\n');

/** The content as git would store it; the same buffer where there is nothing to change. */
export function withLf(content: Buffer): Buffer {
  if (!content.includes(pair) || content.includes(0) || countEndings(content) === undefined) return content;
  return withoutReturns(content);
}

/** @param text a text, or a piece of one, in which an LF follows every CR */
export function withoutReturns(text: Buffer): Buffer {
  const result = Buffer.allocUnsafe(text.length);
  let length = 0;
  // Faster than copying line by line.
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0;
    result[length] = byte;
    if (byte !== carriageReturn) length++;
  }
  return result.subarray(0, length);
}

/** A text with CRLF in place of each LF, as a checkout with `core.autocrlf` has it. @param text not binary */
export function withCrlf(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

export function withEndings(content: Buffer, lineEndings: LineEndings): Buffer {
  return lineEndings === 'lf' ? withLf(content) : content;
}
