/**
 * Content types that make the whole upload fail according to Qlik's older help pages, under libmagic's names. A file's
 * bytes decide its type; its suffix decides only for scripts without a mark of their own, and for truncated documents.
 * The sandbox refuses uploads by this table.
 */

import { nestsTooDeep, tryParseJson } from '../json.js';
import { archiveType, isArchiveStart } from './archive-type.js';
import { type MayHold, signsOf } from './signs.js';

interface RiskyType {
  /** libmagic's name of the content type. */
  readonly type: string;
  /** The control characters that make the file count as binary; sorted, at most five. */
  readonly controls?: readonly number[];
}

/** Only types on the list. @param suffix lower case, without the dot */
export function sniffRiskyType(
  suffix: string,
  content: Buffer,
  mayHold: MayHold = signsOf(content),
): RiskyType | undefined {
  const head = content.toString('latin1', 0, 64);
  const named = archiveType(suffix, head, content) ?? executableType(head, content);
  if (named !== undefined) return { type: named };
  if (isArchiveStart(head) || isHarmless(suffix, head)) return undefined;
  const script = markedScript(content);
  if (script !== undefined) return { type: script };
  if (content.length === 1) return { type: octetStream };
  const controls = findControls(content, mayHold);
  if (controls.length > 0) return isJsonData(content) ? undefined : { type: octetStream, controls };
  const type = scriptSuffixes[suffix];
  return type === undefined ? undefined : { type };
}

const octetStream = 'application/octet-stream';

/** How many bytes of a file libmagic examines. */
const inspected = 65_536;

const mostNamed = 5;

/**
 * libmagic takes a file for text unless it holds one of these: all control characters but BEL, BS, TAB, LF, VT, FF, CR
 * and ESC. Over 48,304 files of public extensions the rule agrees with file 5.44 on every code and text suffix.
 */
const control = /[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]/;

const everyControl = new RegExp(control.source, 'g');

function findControls(content: Buffer, mayHold: MayHold): readonly number[] {
  if (!isWide(content) && !mayHold('control-character')) return [];
  const head = textOf(content);
  const found = new Set([...head.matchAll(everyControl)].map(([character]) => character.charCodeAt(0)));
  return [...found].sort((a, b) => a - b).slice(0, mostNamed);
}

/** Bytes up to which libmagic reads a file as JSON. */
const longestJson = 7 * 2 ** 20;

/**
 * libmagic tries JSON before it looks whether the bytes are text, and takes every character but NUL within a string: the
 * maps of ECharts, whose coordinates are packed into characters up to DEL, are application/json for it.
 */
function isJsonData(content: Buffer): boolean {
  if (content.length > longestJson) return false;
  const text = content.toString('latin1');
  if (!/^\s*[[{]/.test(text) || text.includes('\0') || nestsTooDeep(text)) return false;
  // A letter is as wrong outside of a string as a control character is.
  const plain = text.replace(/[\t\n\v\f\r]/g, ' ').replace(/[\0-\x1f\x7f]/g, 'x');
  return tryParseJson(plain) !== undefined;
}

function isWide(content: Buffer): boolean {
  const [first, second] = content;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** With a byte order mark the bytes are wide characters; without one they are bytes, most of them zero. */
function textOf(content: Buffer): string {
  const head = content.subarray(0, inspected);
  if (head[0] === 0xff && head[1] === 0xfe) return head.toString('utf16le');
  if (head[0] === 0xfe && head[1] === 0xff) {
    return Buffer.from(head.subarray(0, head.length & ~1))
      .swap16()
      .toString('utf16le');
  }
  return head.toString('latin1');
}

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

function markedScript(content: Buffer): string | undefined {
  const first = content[0];
  // '#', '<', '@': every script on the list starts with one of these.
  if (first !== 0x23 && first !== 0x3c && first !== 0x40) return undefined;
  const head = content.toString('latin1', 0, 120);
  if (/^<\?php\b/i.test(head)) return 'text/x-php';
  if (/^@ ?echo +off\b/i.test(head)) return 'text/x-msdos-batch';
  const interpreter = /^#! *(?:\S*\/env +(?:-S +)?)?(\S+)/.exec(head)?.[1]?.replace(/^.*\//, '');
  return interpreters.find(([pattern]) => interpreter !== undefined && pattern.test(interpreter))?.[1];
}

const elfTypes: Readonly<Record<number, string>> = {
  1: 'application/x-object',
  2: 'application/x-executable',
  3: 'application/x-sharedlib',
  4: 'application/x-coredump',
};

function executableType(head: string, content: Buffer): string | undefined {
  if (head.startsWith('MZ'))
    return isBinary(head) || content.length < 64 ? 'application/x-dosexec' : undefined;
  if (head.startsWith('\x7fELF')) return elfType(content);
  // Java classes and Mach-O's fat binaries share the magic number; in the latter a small number of architectures follows.
  const isClass = head.startsWith('\xca\xfe\xba\xbe') && content.length >= 8 && content.readUInt32BE(4) > 30;
  return isClass ? 'application/x-java-applet' : undefined;
}

function elfType(content: Buffer): string {
  const littleEndian = content[5] === 1;
  const type = content[littleEndian ? 16 : 17];
  return (type === undefined ? undefined : elfTypes[type]) ?? 'application/x-executable';
}

/** Binary formats that are not known to fail, by their first bytes as Latin-1. */
// biome-ignore format: a table of names
const harmlessStarts: readonly string[] = [
  '\x89PNG', '\xff\xd8\xff', '\0\0\x01\0', '\0\0\x02\0', 'II*\0', 'MM\0*', 'true\0', '\0\x01\0\0', '%PDF', '\0asm',
  'SQLite format 3\0', '\xd0\xcf\x11\xe0', '\x1aE\xdf\xa3', 'BZh9', '\xfd7zXZ', '!<arch>\n', '\xfe\xed\xfe\xed',
  'Microsoft C/C++',
];

/** The same for marks that may also begin a text: a binary file has a control character soon after. */
const harmlessWords: readonly string[] = [
  ...[
    'GIF8',
    'RIFF',
    'BM',
    '8BPS',
    'wOFF',
    'wOF2',
    'OTTO',
    'ttcf',
    'glTF',
    'ID3',
    'OggS',
    'fLaC',
    'FWS',
    'CWS',
  ],
  ...['PDN3', 'P4', 'P5', 'P6'],
];

function isHarmless(suffix: string, head: string): boolean {
  if (harmlessStarts.some((start) => head.startsWith(start))) return true;
  if (harmlessWords.some((start) => head.startsWith(start)) && isBinary(head)) return true;
  const mp4 = head.startsWith('ftyp', 4);
  const embeddedOpenType = head.startsWith('LP', 34) && isBinary(head);
  const mp3Frame = /^\xff[\xe2-\xfd]/.test(head);
  const objectFile = suffix === 'obj' && /^(?:L\x01|d\x86)/.test(head);
  return mp4 || embeddedOpenType || mp3Frame || objectFile;
}

function isBinary(head: string): boolean {
  return control.test(head);
}
