/**
 * What a file may hold, told by one look at each of its bytes: what is ruled out here need not be searched for. Seven
 * searches, one after the other, took longer than reading and hashing the same bytes (measured).
 */

/** What a search is made for. Its sign is a part of it, so it may be seen where the whole is not. */
export type Sign = keyof typeof words | 'control-character';

/** `false` is certain. */
export type MayHold = (sign: Sign) => boolean;

/** Looks at the bytes when it is first asked. @param content must not change as long as it is asked */
export function signsOf(content: Buffer): MayHold {
  let seen: number | undefined;
  return (sign) => {
    seen ??= look(content);
    return (seen & bits[sign]) !== 0;
  };
}

/**
 * The three bytes in a row of each word that are rarest in code, each given with all that may be in its place. One look
 * has room for eight rows of them.
 */
const words = {
  'conflict-marker': [['<', '<', '<']],
  'failed-module': [['M', 'o', 'd']],
  'address-with-scheme': [[':', '/', '/']],
  'address-without-scheme': [
    ['"\'(!', '/', '/'],
    ['=`', '/', '/'],
  ],
  'page-name': [['h', 't', 'm']],
  'npm-manifest': [['k', 'a', 'g']],
  define: [['f', 'i', 'n']],
} as const;

const rows = Object.entries(words).flatMap(([sign, all]) => all.map((three) => ({ sign, three })));

const controlBit = 1 << 8;

const bits = Object.fromEntries([
  ...Object.keys(words).map((sign) => [
    sign,
    rows.reduce((sum, row, place) => (row.sign === sign ? sum | (1 << place) : sum), 0),
  ]),
  ['control-character', controlBit],
]) as Readonly<Record<Sign, number>>;

const everySign = 2 * controlBit - 1;

type Look = (content: Buffer) => number;

let compiled: Look | undefined;

function look(content: Buffer): number {
  compiled ??= compile();
  return compiled(content);
}

/** What `signs.wat` says, as bytes; a test compares the two. */
const program =
  'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAgcRAgZtZW1vcnkCAARsb29rAAAK3gIB2wICAX8Le0EP/Q8hDEGggAT9AAQAIQZBsIAE/QAEACEHQcCABP0ABAAhCEHQgAT9AAQAIQlB4IAE/QAEACEKQfCABP0ABAAhCwJAA0AgASAATw0BIAH9AAQAIQIgBSACQf8A/Q/9IyACQSD9D/0mIAJBB/0P/XFBB/0P/SYgAkEb/Q/9I/1Q/U/9UP1QIQUgBiACIAz9Tv0OIAcgAkEE/Y0BIAz9Tv0O/U4hAyAB/QAEASECIAMgCCACIAz9Tv0OIAkgAkEE/Y0BIAz9Tv0O/U79TiEDIAH9AAQCIQIgAyAKIAIgDP1O/Q4gCyACQQT9jQEgDP1O/Q79Tv1OIQMgBCAD/VAhBCABQRBqIQEMAAsLIAQgBCAE/Q0ICQoLDA0ODwABAgMEBQYH/VAhBCAE/RsAIAT9GwFyIQEgASABQRB2ciEBIAEgAUEIdnIhASABQf8BcSAF/VNBCHRyCw==';

/** Bytes that are looked at in one call. */
const pieceBytes = 65_536;

/** The tables in its memory, as `signs.wat` says. */
const tablesAt = 65_568;

/** Each byte is looked at with the two that follow it, and sixteen at a time. */
const [following, atOnce] = [2, 16];

/** Where no WebAssembly is, or no such instructions of the processor, everything is searched for. */
function compile(): Look {
  try {
    const module = new WebAssembly.Module(Buffer.from(program, 'base64'));
    return lookWith(new WebAssembly.Instance(module).exports as unknown as Exports);
  } catch {
    return () => everySign;
  }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly look: (bytes: number) => number;
}

function lookWith(exports: Exports): Look {
  const memory = new Uint8Array(exports.memory.buffer);
  writeTables(memory.subarray(tablesAt));
  return (content) => {
    let seen = 0;
    for (let at = 0; at < content.length; at += pieceBytes) {
      const piece = content.subarray(at, at + pieceBytes + following);
      memory.set(piece);
      // No table knows this byte, and it is no control character.
      memory.fill(0xff, piece.length, piece.length + atOnce + following);
      seen |= exports.look(Math.min(piece.length, pieceBytes));
    }
    return seen;
  };
}

/** A table for the lower half of the first byte, one for its upper half, and so on; the bit of a row is its place. */
function writeTables(tables: Uint8Array): void {
  for (const [place, { three }] of rows.entries()) {
    for (const [nth, characters] of three.entries()) {
      for (const byte of Buffer.from(characters)) {
        for (const at of [32 * nth + (byte & 15), 32 * nth + 16 + (byte >> 4)])
          tables[at] = (tables[at] ?? 0) | (1 << place);
      }
    }
  }
}
