/** From the bytes of a `.qext` file to its text. */

import type { ManifestProblem } from './parsed.js';

type DecodedText =
  | { readonly text: string; readonly problem?: never }
  | { readonly text?: never; readonly problem: ManifestProblem };

/** Created once: that takes longer than decoding a manifest. */
let decoder: InstanceType<typeof TextDecoder> | undefined;

/** UTF-8, with or without a byte order mark; anything else is a problem that names the likely encoding. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (looksLikeUtf16(bytes)) {
    return { problem: notUtf8('the file is UTF-16', 1, 1) };
  }
  try {
    decoder ??= new TextDecoder('utf-8', { fatal: true });
    return { text: decoder.decode(bytes) };
  } catch {
    const before = new TextDecoder('utf-8').decode(bytes).split('\ufffd', 1)[0] ?? '';
    const place = placeAt(before, before.length);
    return { problem: notUtf8('the file is not UTF-8 (perhaps Latin-1)', place.line, place.column) };
  }
}

function notUtf8(message: string, line: number, column: number): ManifestProblem {
  const hint = 'save it as UTF-8';
  return { code: 'not-utf8', severity: 'error', message, hint, line, column };
}

/** JSON begins with at least two ASCII characters, so a NUL among them shows UTF-16 even without a mark. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return marked || (first === 0) !== (second === 0);
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** 1-based line and column of a UTF-16 offset. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
