/** Addresses on other hosts that code loads something from, found without decoding the file as text. */

import type { Directive, Directives } from './directives.js';
import { type Address, needOf } from './load-context.js';
import { type MayHold, signsOf } from './signs.js';

/** An address on another host that the code would load something from. */
export interface OriginUse {
  /** Scheme and host, e.g. `https://cdn.example.com`; a subdomain that is filled in at run time is `*`, as in a CSP. */
  readonly origin: string;
  /** 1-based, of the first use in the file. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** What a Content Security Policy has to allow, sorted. */
  readonly needs: readonly Directive[];
}

/** Further ones in the same file tell a developer nothing new. */
export const maxOrigins = 20;

/** How many uses of one origin are examined for what they need. */
const maxUses = 50;

/** Bounds the time for data files with an address on every line. */
const maxCandidates = 5_000;

const codeSuffixes: ReadonlySet<string> = new Set(['js', 'mjs', 'cjs', 'css', 'html', 'htm']);

const colon = 0x3a;

const newline = 0x0a;

const letterH = 0x68;

const letterT = 0x74;

const lowerCase = 0x20;

/** `"`, `'`, backtick, `(`, `=`, `!`: an address after anything else is prose. */
const openers: ReadonlySet<number> = new Set([0x22, 0x27, 0x60, 0x28, 0x3d, 0x21]);

/** `{s}.` and `${region}.` are subdomains that are filled in at run time. */
const hostPattern =
  /^(?:[\w.~%-]{1,60}(?::[\w.~%-]{0,60})?@)?(\{\w+\}\.|\$\{[\w.]+\}\.)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9])(:\d{1,5})?(?![\w.@-])/i;

const ownMachine = /^(?:127\.\d|0\.0\.0\.0$)|\.localhost$/;

/** One per origin, in the order of their first uses, at most 20; empty for files that are not code. */
export function findOrigins(
  suffix: string,
  content: Buffer,
  mayHold: MayHold = signsOf(content),
): readonly OriginUse[] {
  if (!codeSuffixes.has(suffix)) return [];
  const found = new Map<string, Found>();
  let candidates = 0;
  for (const at of slashesIn(content, mayHold)) {
    const address = addressAt(content, at);
    if (address === undefined || (found.get(address.origin)?.uses ?? 0) >= maxUses) continue;
    if (found.size < maxOrigins || found.has(address.origin)) note(found, suffix, content, address);
    candidates += 1;
    if (candidates >= maxCandidates) break;
  }
  return [...found].map(([origin, { start, needs }]) => ({
    origin,
    ...positionOf(content, start),
    needs: [...needs].sort(),
  }));
}

interface Found {
  readonly start: number;
  readonly needs: Set<Directive>;
  uses: number;
}

function note(found: Map<string, Found>, suffix: string, content: Buffer, address: Address): void {
  const needs = needOf(content, address);
  if (needs === undefined || isCommentedOut(suffix, content, address.start)) return;
  const known = found.get(address.origin);
  if (known === undefined) found.set(address.origin, startOf(address, needs));
  else {
    known.uses += 1;
    for (const need of needs) known.needs.add(need);
  }
}

function startOf({ start }: Address, needs: Directives): Found {
  return { start, needs: new Set(needs), uses: 1 };
}

/** Offsets of the two slashes of possible addresses. Slashes of comments are many, and none has a colon before it. */
function* slashesIn(content: Buffer, mayHold: MayHold): Generator<number> {
  if (mayHold('address-without-scheme')) {
    for (let at = content.indexOf('//', 1); at !== -1; at = content.indexOf('//', at + 2)) yield at;
  } else if (mayHold('address-with-scheme')) {
    for (let at = content.indexOf('://'); at !== -1; at = content.indexOf('://', at + 3)) yield at + 1;
  }
}

/** `at` is the offset of the two slashes. */
function addressAt(content: Buffer, at: number): Address | undefined {
  const schemeBytes = content[at - 1] === colon ? schemeLengthBefore(content, at) : 0;
  const start = at - schemeBytes;
  if (!openers.has(content[start - 1] ?? 0)) return undefined;
  const match = hostPattern.exec(content.toString('latin1', at + 2, at + 130));
  const host = match?.[2]?.toLowerCase();
  if (match === null || host === undefined || !isForeignHost(host)) return undefined;
  // Qlik Cloud's pages are https, and an address without a scheme takes the page's.
  const scheme = schemeBytes === 0 ? 'https:' : content.toString('latin1', start, at).toLowerCase();
  const subdomain = match[1] === undefined ? '' : '*.';
  const end = at + 2 + match[0].length;
  return { origin: `${scheme}//${subdomain}${host}${match[3] ?? ''}`, start, end };
}

/** The length of `https:` and the like; 0 where the colon belongs to something else. */
function schemeLengthBefore(content: Buffer, at: number): number {
  const first = (content[at - 5] ?? 0) | lowerCase;
  if (first === letterH || first === letterT) {
    return /(https?:)$/i.exec(content.toString('latin1', Math.max(0, at - 6), at))?.[1]?.length ?? 0;
  }
  return /(wss?:)$/i.exec(content.toString('latin1', Math.max(0, at - 4), at))?.[1]?.length ?? 0;
}

/** Hosts in the names of XML namespaces, which serve no software. */
const namespaces =
  /^(?:www\.w3\.org|schemas\..*|purl\.\w+|ns\.adobe\.com|www\.opengis\.net|earth\.google\.com)$/;

/** Qlik Cloud allows its own hosts (qlik.dev, "Content Security Policy"). */
function isForeignHost(host: string): boolean {
  return !ownMachine.test(host) && !namespaces.test(host) && !/(?:^|\.)qlikcloud\.com$/.test(host);
}

function positionOf(content: Buffer, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = content.indexOf(newline); at !== -1 && at < offset; at = content.indexOf(newline, at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: content.toString('utf8', lineStart, offset).length + 1 };
}

/** A longer line is generated code: a line comment there would comment out the program. */
const longestWrittenLine = 2_000;

const longestComment = 20_000;

/** Whether an offset of a code file lies in a comment, judged from its surroundings. */
function isCommentedOut(suffix: string, content: Buffer, offset: number): boolean {
  const before = content.toString('latin1', Math.max(0, offset - longestComment), offset);
  if (isInside(before, '/*', '*/') && content.indexOf('*/', offset) !== -1) return true;
  if (isInside(before, '<!--', '-->')) return true;
  if (suffix === 'css') return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  return line.length <= longestWrittenLine && endsInLineComment(line);
}

/** What opens a comment does not do so right after a word, a quote or a star (a media range, a glob). */
function isInside(before: string, open: string, close: string): boolean {
  const at = before.lastIndexOf(open);
  if (at === -1 || before.lastIndexOf(close) >= at) return false;
  return at === 0 || /[\s;,{}()>]/.test(before.charAt(at - 1));
}

function endsInLineComment(line: string): boolean {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '\\') at += 1;
    else if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'" || char === '`') quote = char;
    else if (char === '/' && line.charAt(at + 1) === '/' && line.charAt(at - 1) !== ':') return true;
  }
  return false;
}
