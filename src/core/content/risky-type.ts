/**
 * Content types that Qlik's older help pages list as making the whole upload fail, under libmagic's names. A file's
 * bytes decide what it is; its suffix decides only for scripts without a mark of their own.
 */

const scriptSuffixes: Readonly<Record<string, string>> = {
  bat: 'text/x-msdos-batch',
  cmd: 'text/x-msdos-batch',
  sh: 'text/x-shellscript',
  php: 'text/x-php',
  awk: 'text/x-awk',
};

const interpreters: readonly (readonly [RegExp, string])[] = [
  [/^(?:ba|da|a|k|z|c|tc|mk)?sh$/, 'text/x-shellscript'],
  [/^gawk$/, 'text/x-gawk'],
  [/^nawk$/, 'text/x-nawk'],
  [/^m?awk$/, 'text/x-awk'],
  [/^php[\d.]*$/, 'text/x-php'],
];

/** Binary formats without any known problem, by their first bytes as Latin-1. */
// biome-ignore format: a table of names
const harmlessStarts: readonly string[] = [
  '\x89PNG', '\xff\xd8\xff', 'GIF8', 'RIFF', 'BM', '\0\0\x01\0', '\0\0\x02\0', 'II*\0', 'MM\0*', '8BPS',
  'wOFF', 'wOF2', 'OTTO', 'true', 'ttcf', '\0\x01\0\0',
  '%PDF', '\0asm', 'glTF', 'SQLite format 3', '\xd0\xcf\x11\xe0',
  'ID3', 'OggS', 'fLaC', '\x1aE\xdf\xa3', 'FWS', 'CWS', '\x1f\x8b', 'BZh', '\xfd7zXZ',
];

const archiveStarts: readonly (readonly [string, string])[] = [
  ['7z\xbc\xaf\x27\x1c', 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 'application/x-rar'],
  ['PK\x05\x06', 'application/zip'],
];

/** A zip by its bytes, but a document by its first entry (OOXML, ODF, EPUB): detectors distinguish those. */
const documentEntry = /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|mimetype)/;

const elfTypes: Readonly<Record<number, string>> = {
  1: 'application/x-object',
  2: 'application/x-executable',
  3: 'application/x-sharedlib',
  4: 'application/x-coredump',
};

/** libmagic's name if it is on the list, else `undefined`. `suffix` is lower case, without the dot. */
export function sniffRiskyType(suffix: string, content: Buffer): string | undefined {
  if (!content.includes(0)) return scriptType(suffix, content);
  if (isWideText(content)) return undefined;
  return binaryType(content);
}

function scriptType(suffix: string, content: Buffer): string | undefined {
  const first = content[0];
  // '#', '<', '@': no script on the list starts with anything else.
  if (first !== 0x23 && first !== 0x3c && first !== 0x40) return scriptSuffixes[suffix];
  const head = content.toString('latin1', 0, 120);
  return shebangType(head) ?? markedType(head) ?? scriptSuffixes[suffix];
}

function shebangType(head: string): string | undefined {
  const interpreter = /^#! *(?:\S*\/env +(?:-S +)?)?(\S+)/.exec(head)?.[1]?.replace(/^.*\//, '');
  if (interpreter === undefined) return undefined;
  return interpreters.find(([pattern]) => pattern.test(interpreter))?.[1];
}

function markedType(head: string): string | undefined {
  if (/^<\?php\b/i.test(head)) return 'text/x-php';
  if (/^@ ?echo +off\b/i.test(head)) return 'text/x-msdos-batch';
  return undefined;
}

/** UTF-16 or UTF-32: by byte order mark, or by every second byte of the beginning being zero. */
function isWideText(content: Buffer): boolean {
  const mark = content.toString('latin1', 0, 4);
  if (mark.startsWith('\xff\xfe') || mark.startsWith('\xfe\xff') || mark === '\0\0\xfe\xff') return true;
  const head = content.toString('latin1', 0, 64 & ~1);
  return /^(?:\0[\t\n\r -~]){8,}$/.test(head) || /^(?:[\t\n\r -~]\0){8,}$/.test(head);
}

function binaryType(content: Buffer): string | undefined {
  const head = content.toString('latin1', 0, 64);
  if (head.startsWith('PK\x03\x04'))
    return documentEntry.test(head.slice(30)) ? undefined : 'application/zip';
  const archive = archiveStarts.find(([start]) => head.startsWith(start));
  if (archive !== undefined) return archive[1];
  if (content.toString('latin1', 257, 262) === 'ustar') return 'application/x-tar';
  return executableType(head, content) ?? (isHarmless(head) ? undefined : 'application/octet-stream');
}

function executableType(head: string, content: Buffer): string | undefined {
  if (head.startsWith('MZ')) return 'application/x-dosexec';
  if (head.startsWith('\x7fELF')) return elfType(content);
  // Java classes and Mach-O's fat binaries share the magic number; the latter have a small count of architectures here.
  if (head.startsWith('\xca\xfe\xba\xbe') && content.readUInt32BE(4) > 30) return 'application/x-java-applet';
  return undefined;
}

function elfType(content: Buffer): string {
  const littleEndian = content[5] === 1;
  const type = content[littleEndian ? 16 : 17];
  return (type === undefined ? undefined : elfTypes[type]) ?? 'application/x-executable';
}

function isHarmless(head: string): boolean {
  if (harmlessStarts.some((start) => head.startsWith(start))) return true;
  const mp4 = head.startsWith('ftyp', 4);
  const embeddedOpenType = head.startsWith('LP', 34);
  const mp3Frame = /^\xff[\xe2-\xff]/.test(head);
  return mp4 || embeddedOpenType || mp3Frame;
}
