/** What one script says about itself as a module: kept beside the file's digest, so that nothing is parsed twice. */

import { type MayHold, signsOf } from './signs.js';

/** A name that a module asks its loader for. */
export interface Ask {
  /** As the code spells it: `./lib/scale`, `text!./view.html`, `https://cdn.example.com/d3.js`. */
  readonly id: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

export interface ModuleFacts {
  /** Which loader's rules turn a name into a file. */
  readonly kind: 'amd' | 'import';
  /** In the order of the code; without plain names such as `qlik`, which say nothing about the extension's files. */
  readonly asks: readonly Ask[];
  /** The keys of the object that the module returns, if they can be read and none of them makes it a visualization. */
  readonly returns?: readonly string[];
  /** The module whose result it returns unchanged, as the entry of many extensions does. */
  readonly handsOn?: string;
  /** Its first `import` or `export` declaration, which no script may contain: only a build makes a script of it. */
  readonly declaration?: Ask;
}

const scriptSuffix = /\.m?js$/i;

const importHead = /^[\t ]*(?:import|export)\b/m;

const requireHead = /^[\t ]*(?:(?:window|self|globalThis)\s*\.\s*)?require(?:js)?\s*\(/m;

/** How many bytes at the beginning are searched for imports. */
const headBytes = 4_096;

/** A cheap test that is true for nearly every module: only such files are parsed. */
export function mayBeModule(path: string, content: Buffer, mayHold: MayHold = signsOf(content)): boolean {
  if (!scriptSuffix.test(path) || content.length === 0) return false;
  if (mayHold('define') && mayTell(content)) return true;
  const head = content.subarray(0, headBytes);
  return (
    (head.includes(partOfImport) && importHead.test(head.toString('latin1'))) ||
    (head.includes(partOfRequire) && requireHead.test(head.toString('latin1')))
  );
}

/** Searching for a part with a rare first letter costs a third of searching for the word, and a tenth of a line. */
const [partOfImport, partOfRequire] = [Buffer.from('port'), Buffer.from('quire')];

/** `define(t)`, `define(["jquery", "@nebula.js/stardust"], t)`: nearly every bundle has this call, and it tells nothing. */
const tellsNothing =
  /^\s*(?:\[\s*(?:["'](?:[\w-]+|@[\w-]+(?:\.\w+)?\/[\w-]+)["']\s*,?\s*)*\]\s*,\s*)?[\w$]{1,60}\s*\)/;

/** How many bytes after a call are examined. */
const reach = 400;

function mayTell(content: Buffer): boolean {
  if (!content.includes('define(') || content.includes('define (')) return content.includes('define');
  for (let at = content.indexOf('define('); at !== -1; at = content.indexOf('define(', at + 1)) {
    const start = at + 'define('.length;
    if (!tellsNothing.test(content.toString('latin1', start, start + reach))) return true;
  }
  return false;
}

// ── Without the parser ──────────────────────────────────────────────────────────────────────────────────

/** How many names of one module are examined. */
export const mostAsks = 500;

/** A plain name is Qlik's, or is mapped to a file in a way that the code alone does not show. */
export function isTelling(id: string): boolean {
  return /^\.{0,2}\/|[!:]|^extensions\/|^js\/qlik$|^(?:client|core|objects|general)\.[\w-]/.test(id);
}

/** `names` in the order of the text. */
export function placesOf(text: string, names: readonly { id: string; start: number }[]): readonly Ask[] {
  let line = 1;
  let lineStart = 0;
  return names.map(({ id, start }) => {
    for (
      let at = text.indexOf('\n', lineStart);
      at !== -1 && at < start;
      at = text.indexOf('\n', lineStart)
    ) {
      line += 1;
      lineStart = at + 1;
    }
    return { id, line, column: start - lineStart + 1 };
  });
}

/** A larger script is not a stub. In bytes. */
const longestStub = 4_096;

const comments = String.raw`(?:\s|//[^\n]*\n|/\*[^*]*\*/)*`;

const list = String.raw`\[\s*((?:(["'])[\w./@-]+\2\s*(?:,\s*|(?=\])))+)\]`;

const handsOn = String.raw`(?:\(\s*([\w$]+)\s*\)\s*=>\s*\3|function\s*[\w$]*\s*\(\s*([\w$]+)\s*\)\s*\{\s*(?:["']use strict["'];?\s*)?return\s+\4\s*;?\s*\})`;

const stub = new RegExp(
  String.raw`^${comments}define\(\s*${list}\s*,\s*${handsOn}\s*\)\s*;?\s*(?://[^\n]*\s*)?$`,
  'd',
);

/**
 * For a script such as `define(['./dist/name'], (supernova) => supernova)`, which nearly every nebula extension has: the
 * same as `readModule` returns. `undefined` for anything else.
 */
export function readStub(content: Buffer): ModuleFacts | undefined {
  if (content.length > longestStub) return undefined;
  const text = content.toString('utf8');
  const match = stub.exec(text);
  const names = match?.[1];
  const from = match?.indices?.[1]?.[0];
  if (names === undefined || from === undefined) return undefined;
  const listed = [...names.matchAll(/["']([^"']+)["']/g)].map(({ 1: id = '', index }) => ({
    id,
    start: from + index,
  }));
  const asks = placesOf(text, listed.filter(({ id }) => isTelling(id)).slice(0, mostAsks));
  if (asks.length === 0) return undefined;
  const [first] = listed;
  return { kind: 'amd', asks, ...(first !== undefined && isTelling(first.id) && { handsOn: first.id }) };
}
