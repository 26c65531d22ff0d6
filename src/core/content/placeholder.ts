/**
 * What git leaves in place of a file (a pointer to its content, both sides of a conflict, the target of a link), and what
 * a bundler leaves in place of a module that it could not read.
 */

import { type MayHold, signsOf } from './signs.js';

export type Placeholder =
  | { readonly kind: 'lfs-pointer' }
  /** `line`: where the first conflict begins, 1-based. */
  | { readonly kind: 'merge-conflict'; readonly line: number }
  /** `line`: where the module that was not built throws, 1-based. */
  | { readonly kind: 'failed-build'; readonly line: number }
  /** A path and nothing else, which may be intended: only git, or the file that it names, can tell. */
  | { readonly kind: 'link'; readonly target: string };

/** Reads every byte of a text file once, and a few bytes of any other. @param suffix lower case, without the dot */
export function findPlaceholder(
  suffix: string,
  content: Buffer,
  mayHold: MayHold = signsOf(content),
): Placeholder | undefined {
  if (isPointer(content)) return { kind: 'lfs-pointer' };
  const target = findTarget(content);
  if (target !== undefined) return { kind: 'link', target };
  const mayConflict = conflictSuffixes.has(suffix) && mayHold('conflict-marker');
  const line = mayConflict ? findConflict(content) : undefined;
  if (line !== undefined) return { kind: 'merge-conflict', line };
  const mayHaveFailed = /^[cm]?js$/.test(suffix) && mayHold('failed-module');
  const failedAt = mayHaveFailed ? findFailedModule(content) : undefined;
  return failedAt === undefined ? undefined : { kind: 'failed-build', line: lineOf(content, failedAt) };
}

/** Git LFS takes no longer file for a pointer (docs/spec.md of git-lfs). */
const longestPointer = 1_024;

const firstLines =
  /^version https?:\/\/(?:git-lfs\.github\.com\/spec|hawser\.github\.com\/spec|git-media\.io)\/v[\d.]+\r?\n/;

const pointerLines = /^(?:[a-z0-9.-]+ [^\r\n]*(?:\r?\n|$))+$/;

function isPointer(content: Buffer): boolean {
  if (content.length >= longestPointer || content.subarray(0, 8).toString('latin1') !== 'version ')
    return false;
  const text = content.toString('utf8').trimEnd();
  return firstLines.test(text) && pointerLines.test(text) && /^oid sha256:[0-9a-f]{64}\r?$/m.test(text);
}

/** Without prose, which may show a conflict and is not run. */
const conflictSuffixes: ReadonlySet<string> = new Set(
  'js mjs cjs jsx ts tsx css less sass scss styl html htm xhtml json jsonc json5 geojson topojson map webmanifest qext svg xml yml yaml csv tsv properties vue hbs mustache'.split(
    ' ',
  ),
);

const opening = '<<<<<<<';

/** All three lines, in this order: code may well have one of them, as a table rule or a heading. */
const conflict = /^<{7}(?: [^\n]*)?\r?\n(?:[^\n]*\n)*?={7}\r?\n(?:[^\n]*\n)*?>{7}(?: [^\n]*)?\r?(?:\n|$)/;

function findConflict(content: Buffer): number | undefined {
  for (let at = content.indexOf(opening); at !== -1; at = content.indexOf(opening, at + opening.length)) {
    if (!isOpeningLine(content, at)) continue;
    if (conflict.test(content.toString('latin1', at))) return lineOf(content, at);
    return undefined;
  }
  return undefined;
}

const newline = 0x0a;

const afterOpening: ReadonlySet<number | undefined> = new Set([0x20, 0x0d, newline]);

/** A line of more such characters is a banner. */
function isOpeningLine(content: Buffer, at: number): boolean {
  return (at === 0 || content[at - 1] === newline) && afterOpening.has(content[at + opening.length]);
}

function lineOf(content: Buffer, at: number): number {
  let line = 1;
  for (
    let index = content.indexOf(newline);
    index !== -1 && index < at;
    index = content.indexOf(newline, index + 1)
  ) {
    line += 1;
  }
  return line;
}

const failedModule = Buffer.from('Module ');

/** How many characters before that word belong to the statement. */
const longestThrow = 40;

/** Rspack puts a cross before the words, which a minifier may write as \xd7. */
const thrown = /throw (?:new )?[A-Za-z]*Error\(\\*"(?:\s|\xc3\x97|\\+xd7)*Module (?:parse|build) failed/;

/** Where the first such module throws: webpack 5 and Rspack 2, also minified or as a string for `eval`. */
function findFailedModule(content: Buffer): number | undefined {
  for (let at = content.indexOf(failedModule); at !== -1; at = content.indexOf(failedModule, at + 1)) {
    const text = content.toString(
      'latin1',
      Math.max(0, at - longestThrow),
      at + 'Module parse failed'.length,
    );
    if (thrown.test(text)) return at;
  }
  return undefined;
}

const longestTarget = 1_024;

/** git writes a link's target without a newline. Absolute targets lead out of the checkout, and are refused as links, too. */
function findTarget(content: Buffer): string | undefined {
  if (content.length === 0 || content.length > longestTarget || content.includes(newline)) return undefined;
  const text = content.toString('utf8');
  return /^(?![/~#])[^\0-\x1f\x7f<>"'`{}()[\]:;=|*?,\\\ufffd]+$/.test(text) && text.trim() === text
    ? text
    : undefined;
}
