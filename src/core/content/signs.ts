/**
 * What a file may contain, found in one pass over its bytes: what is ruled out here need not be searched for. Seven
 * searches, one after the other, took longer than reading and hashing the same bytes (measured).
 */

/** What a search is made for. Its sign is only a part of it, so the sign may occur where the whole does not. */
export type Sign = keyof typeof words | 'control-character';

/** Only `false` is certain. */
export type MayHold = (sign: Sign) => boolean;

/** Scans the bytes when first asked. @param content must not change as long as it is asked */
export function signsOf(content: Buffer): MayHold {
  let seen: number | undefined;
  return (sign) => {
    seen ??= look(content);
    return (seen & bits[sign]) !== 0;
  };
}

/**
 * For each word the three consecutive bytes that are rarest in code, each with every byte that may be in its place. One
 * pass has room for eight rows of them.
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

/** `signs.wat`, compiled; a test compares the two. */
const program =
  'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAgcRAgZtZW1vcnkCAARsb29rAAAK3gIB2wICAX8Le0EP/Q8hDEGggAT9AAQAIQZBsIAE/QAEACEHQcCABP0ABAAhCEHQgAT9AAQAIQlB4IAE/QAEACEKQfCABP0ABAAhCwJAA0AgASAATw0BIAH9AAQAIQIgBSACQf8A/Q/9IyACQSD9D/0mIAJBB/0P/XFBB/0P/SYgAkEb/Q/9I/1Q/U/9UP1QIQUgBiACIAz9Tv0OIAcgAkEE/Y0BIAz9Tv0O/U4hAyAB/QAEASECIAMgCCACIAz9Tv0OIAkgAkEE/Y0BIAz9Tv0O/U79TiEDIAH9AAQCIQIgAyAKIAIgDP1O/Q4gCyACQQT9jQEgDP1O/Q79Tv1OIQMgBCAD/VAhBCABQRBqIQEMAAsLIAQgBCAE/Q0ICQoLDA0ODwABAgMEBQYH/VAhBCAE/RsAIAT9GwFyIQEgASABQRB2ciEBIAEgAUEIdnIhASABQf8BcSAF/VNBCHRyCw==';

/** How many bytes one call scans. */
const pieceBytes = 65_536;

/** Where the program expects the tables in its memory; see `signs.wat`. */
const tablesAt = 65_568;

/** Each byte is examined together with the two that follow it, sixteen at a time. */
const [following, atOnce] = [2, 16];

/** Without WebAssembly, or a processor with these instructions, every sign counts as present. */
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
      // A byte that is in no table and is not a control character.
      memory.fill(0xff, piece.length, piece.length + atOnce + following);
      seen |= exports.look(Math.min(piece.length, pieceBytes));
    }
    return seen;
  };
}

/** Two tables for each of the three bytes, by its lower and by its upper half; each row has the bit of its position. */
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
