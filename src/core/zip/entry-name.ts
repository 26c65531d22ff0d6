/** The name of an entry of a zip archive, whichever program on whichever system wrote it. */

import { UnreadableArchiveError } from './unreadable.js';

/** As the archive's directory holds it. */
interface RawName {
  readonly bytes: Buffer;
  /** General purpose bit 11: the program says that it wrote UTF-8. */
  readonly claims: 'utf-8' | 'nothing';
  /** The Info-ZIP Unicode Path extra field (0x7075), without its four bytes of id and length. */
  readonly unicodePath?: Buffer;
}

export interface EntryName {
  readonly text: string;
  /** `cp437` is the guess of last resort: a Windows packer may have written another code page. */
  readonly encoding: 'utf-8' | 'cp437';
}

/**
 * In the order that most readers follow: the flag; the Unicode Path field if its checksum fits the name; UTF-8 without
 * the flag (Info-ZIP and macOS write it so); CP437.
 *
 * @throws UnreadableArchiveError where the flag says UTF-8 and the name is not
 */
export function decodeName({ bytes, claims, unicodePath }: RawName): EntryName {
  const text = decodeUtf8(bytes);
  if (claims === 'utf-8') {
    if (text !== undefined) return { text, encoding: 'utf-8' };
    throw new UnreadableArchiveError('which is announced as UTF-8 and is not', decodeCp437(bytes));
  }
  const unicode = unicodePath === undefined ? undefined : decodeUnicodePath(unicodePath, bytes);
  if (unicode !== undefined) return { text: unicode, encoding: 'utf-8' };
  return text === undefined ? { text: decodeCp437(bytes), encoding: 'cp437' } : { text, encoding: 'utf-8' };
}

/** A version byte, the CRC-32 of the name it belongs to, UTF-8. A tool that renames an entry leaves the field unchanged. */
function decodeUnicodePath(field: Buffer, name: Buffer): string | undefined {
  if (field.length <= 5 || field[0] !== 1 || field.readUInt32LE(1) !== crc32Of(name)) return undefined;
  return decodeUtf8(field.subarray(5));
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The upper half of IBM code page 437, 0x80 to 0xff. */
const cp437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

function decodeCp437(bytes: Buffer): string {
  return Array.from(bytes, (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : (cp437[byte - 0x80] ?? ''),
  ).join('');
}

/** For names of a few bytes; contents are checked with zlib's. */
function crc32Of(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

interface EntryPath {
  /** With `/`, without `.` parts; `''` only for the entry of the root folder. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

/**
 * A backslash separates folders, as Windows PowerShell 5.1 writes it, and is replaced before anything is checked.
 *
 * @throws UnreadableArchiveError where the path is absolute or leads out of its folder on any platform, including after
 * the folder that wraps everything is removed: `w//etc` and `w/C:/` are absolute then
 */
export function parsePath(name: string): EntryPath {
  const spelled = name.replaceAll('\\', '/');
  const kind = spelled.endsWith('/') ? 'folder' : 'file';
  const all = spelled.replace(/\/$/, '').split('/');
  const parts = all.filter((part) => part !== '.');
  const isRoot = kind === 'folder' && (parts.length === 0 || spelled === '/');
  if (isRoot) return { path: '', kind };
  const problem = name.includes('\0') ? 'whose name holds a NUL' : findProblem(parts, all.at(-1) ?? '');
  if (problem !== undefined) throw new UnreadableArchiveError(problem, name);
  return { path: parts.join('/'), kind };
}

function leadsOut(parts: readonly string[]): boolean {
  let depth = 0;
  return parts.some((part) => {
    depth += part === '..' ? -1 : 1;
    return depth < 0;
  });
}

function findProblem(parts: readonly string[], last: string): string | undefined {
  if (parts.includes('..'))
    return leadsOut(parts) ? 'which leads out of its folder' : 'whose path goes up again with ".."';
  if (parts.some((part) => /^[A-Za-z]:/.test(part))) return 'which names a drive';
  if (parts[0] === '' && parts.length > 1) return 'which is an absolute path';
  if (last === '.' || parts.includes('')) return 'which has an empty part';
  return undefined;
}
