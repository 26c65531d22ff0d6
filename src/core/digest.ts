/** Identity of content: a digest of the files, and the MD5 of an archive (`src/README.md`, the words). */

import { createHash, hash } from 'node:crypto';

/**
 * The version of the digest rule and the list of files ignored by default, taken together. A later change of either raises
 * it, so that an upgrade of this tool never looks like a change of content. Version 2 leaves out what `isIgnoredSince2` of
 * `source/left-out.ts` names and this program's own files; the digest rule is that of version 1.
 */
export const ruleVersion = 2;

/** The oldest version whose digests can be compared with today's. */
export const oldestComparable = 1;

export interface DigestedFile {
  /** Relative to the folder that holds the `.qext`, with `/`. */
  readonly path: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/**
 * SHA-256, as 64 lower-case hex digits, over the lines `<path in NFC>\0<sha256>\n`, sorted by the UTF-8
 * bytes of the path. Order and Unicode form of the input do not matter.
 */
export function digestOf(files: readonly DigestedFile[]): string {
  const named = files.map((file) => ({ path: normalizePath(file.path), sha256: file.sha256 }));
  named.sort((a, b) => comparePaths(a.path, b.path));
  let lines = '';
  for (const file of named) lines += `${file.path}\0${file.sha256}\n`;
  return hash('sha256', lines, 'hex');
}

const beyondAscii = /[^\0-\x7f]/;

/** Unicode NFC, so that a name typed on macOS and one typed on Windows are the same path. */
export function normalizePath(path: string): string {
  return beyondAscii.test(path) ? path.normalize('NFC') : path;
}

/**
 * Qlik silently drops files without a name (`.gitignore`) and files without a suffix (`LICENSE`), so they
 * are not part of an extension's content.
 */
export function isDroppedByQlik(path: string): boolean {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot <= start || dot === path.length - 1;
}

/** The last segment of a path with `/`. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Lower case, without the dot. */
export function suffixOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/**
 * Order by UTF-8 bytes. UTF-16 code units order the same way, except that surrogates (code points above
 * U+FFFF) come before U+E000–U+FFFF there and after them here.
 */
export function comparePaths(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

const firstSurrogate = 0xd800;

const afterSurrogates = 0xe000;

function rank(codeUnit: number): number {
  const isSurrogate = codeUnit >= firstSurrogate && codeUnit < afterSurrogates;
  return isSurrogate ? codeUnit + 0x10000 : codeUnit;
}

/** 32 lower-case hex digits: what Qlik identifies archives by, and what this tool stores them under. */
export function md5Of(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** A text from a tenant or a file, if it is an MD5; `undefined` for anything else, which must never get into a path. */
export function asMd5(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{32}$/.test(text) ? text : undefined;
}
