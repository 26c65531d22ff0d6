/**
 * Line endings, by the rule of git's `text=auto` and `core.autocrlf` (`gather_stats`, `convert_is_binary` and `crlf_to_git`
 * of its `convert.c`): a text is stored with LF for each CRLF. What holds a NUL, a CR without an LF after it, or more than
 * one control character in 128 others is binary, and stays as it is. Attributes such as `-text` are not looked at.
 */

export type LineEndings = 'as-is' | 'lf';

/** Only of texts. */
interface EndingCounts {
  readonly crlf: number;
  /** Those without a CR before them. */
  readonly lf: number;
}

/** Takes a file piece by piece; an ending may lie across two. */
interface EndingCounter {
  readonly add: (piece: Uint8Array) => void;
  /** After the last piece; `undefined` where the file is binary. */
  readonly count: () => EndingCounts | undefined;
}

const carriageReturn = 0x0d;

const lineFeed = 0x0a;

/** Some DOS programs end a text with it; there, and only there, it does not count against it. */
const endOfFile = 0x1a;

export function createEndingCounter(): EndingCounter {
  let [crlf, lf, printable, control] = [0, 0, 0, 0];
  let last = 0x20;
  let isBinary = false;

  /** False for what no text holds. */
  function take(byte: number): boolean {
    const isAfterReturn = last === carriageReturn;
    last = byte;
    if (byte === lineFeed) {
      if (isAfterReturn) crlf += 1;
      else lf += 1;
      return true;
    }
    const kind = kinds[byte];
    if (kind === plain) printable += 1;
    else if (kind === odd) control += 1;
    return !isAfterReturn && kind !== nul;
  }

  return {
    add: (piece) => {
      if (!isBinary) isBinary = !piece.every(take);
    },
    count: () => {
      const counted = last === endOfFile ? control - 1 : control;
      if (isBinary || last === carriageReturn || printable >> 7 < counted) return undefined;
      return { crlf, lf };
    },
  };
}

const [plain, odd, nul, ending] = [0, 1, 2, 3];

/** By byte. Backspace, tab, form feed and escape are common in texts. */
const kinds = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0) return nul;
  if (byte === lineFeed || byte === carriageReturn) return ending;
  const isCommon = byte === 8 || byte === 9 || byte === 12 || byte === 27;
  return (byte < 32 && !isCommon) || byte === 127 ? odd : plain;
});

/** `undefined` where the file is binary. */
export function countEndings(content: Uint8Array): EndingCounts | undefined {
  const counter = createEndingCounter();
  counter.add(content);
  return counter.count();
}

const pair = Buffer.from('\r\n');

/** The content as git would store it; the same buffer where nothing is to change. */
export function withLf(content: Buffer): Buffer {
  if (!content.includes(pair) || countEndings(content) === undefined) return content;
  return withoutReturns(content);
}

/** @param text without a CR that no LF follows, or a piece of such a text */
export function withoutReturns(text: Buffer): Buffer {
  const result = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(carriageReturn, start);
    const end = found === -1 ? text.length : found;
    length += text.copy(result, length, start, end);
    start = end + 1;
  }
  return result.subarray(0, length);
}

/** A text with CRLF for each LF, as a checkout with `core.autocrlf` has it. @param text not binary */
export function withCrlf(text: Buffer): Buffer {
  return Buffer.from(text.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

export function withEndings(content: Buffer, lineEndings: LineEndings): Buffer {
  return lineEndings === 'lf' ? withLf(content) : content;
}
