/** A strict reader of `multipart/form-data` (RFC 7578) over a whole body. */

import { Refusal } from './answer.js';

export interface Part {
  readonly name: string;
  /** Absent for a plain field. */
  readonly filename?: string;
  readonly contentType?: string;
  readonly content: Buffer;
}

const lineBreak = Buffer.from('\r\n');

const blankLine = Buffer.from('\r\n\r\n');

/** @throws {Refusal} 415 for another media type or a malformed body */
export function parseMultipart(contentType: string | undefined, body: Buffer): readonly Part[] {
  const delimiter = Buffer.from(`--${readBoundary(contentType)}`);
  const parts: Part[] = [];
  let position = findDelimiter(body, delimiter, 0) + delimiter.length;
  while (!startsWith(body, '--', position)) {
    const start = skipPadding(body, position);
    const next = findDelimiter(body, delimiter, start);
    parts.push(parsePart(body.subarray(start, next - lineBreak.length)));
    position = next + delimiter.length;
  }
  return parts;
}

function readBoundary(contentType = ''): string {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw malformed('A multipart/form-data body with a boundary is required.');
  return boundary;
}

/** Index of the next delimiter at the start of a line. */
function findDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  let index = body.indexOf(delimiter, from);
  while (index > 0 && !startsWith(body, '\r\n', index - lineBreak.length)) {
    index = body.indexOf(delimiter, index + 1);
  }
  if (index < 0) throw malformed('The multipart body ends before its closing boundary.');
  return index;
}

function skipPadding(body: Buffer, from: number): number {
  let index = from;
  while (body[index] === 0x20 || body[index] === 0x09) index += 1;
  if (!startsWith(body, '\r\n', index)) throw malformed('A multipart boundary is followed by stray bytes.');
  return index + lineBreak.length;
}

function startsWith(body: Buffer, text: string, at: number): boolean {
  return body.toString('latin1', at, at + text.length) === text;
}

function parsePart(bytes: Buffer): Part {
  const end = bytes.indexOf(blankLine);
  if (end < 0) throw malformed('A part of the multipart body has no headers.');
  const headers = parseHeaders(bytes.toString('utf8', 0, end));
  const disposition = headers.get('content-disposition') ?? '';
  const name = parameter(disposition, 'name');
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) {
    throw malformed('A part of the multipart body has no name.');
  }
  const filename = parameter(disposition, 'filename');
  const contentType = headers.get('content-type');
  return {
    name,
    ...(filename === undefined ? {} : { filename }),
    ...(contentType === undefined ? {} : { contentType }),
    content: bytes.subarray(end + blankLine.length),
  };
}

function parseHeaders(text: string): Map<string, string> {
  const pairs = text.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed('A part of the multipart body has a malformed header.');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return new Map(pairs);
}

/** Browsers and `fetch` escape quotes and line breaks as `%22`, `%0D`, `%0A`; older curl writes `\"`. */
function parameter(disposition: string, wanted: string): string | undefined {
  for (const [, name, quoted, bare] of disposition.matchAll(
    /;\s*([\w*]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;\s"]*))/g,
  )) {
    if (name?.toLowerCase() === wanted) return unescapeValue(quoted ?? bare ?? '');
  }
  return undefined;
}

function unescapeValue(value: string): string {
  return value.replaceAll('\\"', '"').replace(/%22|%0d|%0a/gi, decodeURIComponent);
}

function malformed(message: string): Refusal {
  return new Refusal(415, message);
}
