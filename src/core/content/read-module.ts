/**
 * What a script asks its loader for, read from its tokens: without running it, and mostly without going past its head.
 * Only the module's own list counts. A file that defines several modules is a bundle, which contains what it needs.
 */

import { type Token, tokenizer, tokTypes } from 'acorn';
import { isTelling, type ModuleFacts, mostAsks, placesOf } from './module-facts.js';
import { findInnerRequires, findListOf, findResult } from './module-syntax.js';

/** A call of the loader, or an import statement. */
interface LoaderCall {
  readonly loader: 'define' | 'require' | 'import';
  /** Offset of its first character. */
  readonly start: number;
  /** How many functions it is nested in. */
  readonly depth: number;
  /** `define("name", …)`. */
  name?: string;
  /** The names it lists; absent where it lists none. */
  list?: { readonly id: string; readonly start: number }[];
}

/** The largest file that is read to its end, in bytes. */
const longestText = 2 ** 16;

/** How many bytes of a larger file are read: its list is at its head, or it is a library. */
const headOfLonger = 2 ** 13;

/** `undefined` for what is not a module, or says nothing about its own files. Never throws. */
export function readModule(path: string, content: Buffer): ModuleFacts | undefined {
  const scan = scanContent(content);
  const { text, isWhole } = scan;
  const own = ownCalls(scan).map((call) => withVariableList(text, call));
  const [first] = own;
  const [declaration] = scan.declared === undefined ? [] : placesOf(text, [scan.declared]);
  const source = declaration && { declaration };
  if (first === undefined) return source && { kind: 'import', asks: [], ...source };
  const listed = own.flatMap((call) => call.list ?? []);
  const inner = first.loader === 'define' && first.list === undefined ? findInnerRequires(text, first) : [];
  const asks = placesOf(text, [...listed, ...inner].filter(({ id }) => isTelling(id)).slice(0, mostAsks));
  const { keys, handsOn } = isWhole && mayDraw(path) ? findResult(content.toString('utf8'), first) : noResult;
  if (asks.length === 0 && keys === undefined && source === undefined) return undefined;
  const kind = first.loader === 'import' ? 'import' : 'amd';
  const isHandedOn = handsOn !== undefined && isTelling(handsOn);
  const result = { ...(keys !== undefined && { returns: keys }), ...(isHandedOn && { handsOn }) };
  return { kind, asks, ...result, ...source };
}

const noResult: ReturnType<typeof findResult> = {};

/** How deep a module may be that the entry returns; further down are libraries. */
const mostFolders = 2;

function mayDraw(path: string): boolean {
  return path.split('/').length - 1 <= mostFolders;
}

/** `var deps = ["./a"]; define(deps, …)`. */
function withVariableList(text: string, call: LoaderCall): LoaderCall {
  const list = call.loader === 'import' || call.list !== undefined ? undefined : findListOf(text, call);
  return list === undefined ? call : { ...call, list: [...list] };
}

/** Reads the head alone if that is enough, which saves most of the time; otherwise as much as is allowed. */
function scanContent(content: Buffer): Scan {
  const isWhole = content.length <= longestText;
  const head = content.toString('utf8', 0, headOfLonger);
  const isRestFree = !isWhole || content.indexOf('define', headOfLonger - 'define'.length) === -1;
  const scan = findCalls({ text: head, isWhole, isRestFree });
  if (!isWhole || scan.isDone || content.length <= headOfLonger) return scan;
  return findCalls({ text: content.toString('utf8'), isWhole, isRestFree: true });
}

/**
 * Several modules in one file are a bundle. A module defined inside a function only counts in the head of a wrapper
 * (`typeof define === "function" && define.amd ? define(["jquery"], factory) : …`): deeper ones are other people's.
 */
function ownCalls({ calls, isWhole }: Scan): readonly LoaderCall[] {
  const defines = calls.filter(({ loader }) => loader === 'define');
  const outer = defines.filter(({ depth }) => depth === 0);
  const wrapped = defines.filter(({ depth }) => depth === 1);
  const [own, ...others] = outer.length > 0 ? outer : wrapped;
  if (own !== undefined) return others.length === 0 && (isWhole || own.name === undefined) ? [own] : [];
  return calls.filter(({ loader, depth }) => loader !== 'define' && depth === 0);
}

// ── From tokens to calls ────────────────────────────────────────────────────────────────────────────────

/** An open bracket. */
interface Frame {
  readonly isFunction: boolean;
  /** The call whose arguments it encloses. */
  readonly call?: LoaderCall;
  /** The call whose list it encloses. */
  readonly listOf?: LoaderCall;
  /** The token before a parenthesis. */
  readonly owner?: Token | undefined;
}

interface Excerpt {
  readonly text: string;
  /** Whether the file is small enough to be read to its end. */
  readonly isWhole: boolean;
  /** Whether no module is defined after the text. */
  readonly isRestFree: boolean;
}

interface Scan extends Excerpt {
  readonly calls: LoaderCall[];
  readonly frames: Frame[];
  depth: number;
  last: Token | undefined;
  /** The token before the parenthesis that was closed last. */
  owner: Token | undefined;
  /** The first call inside exactly one function, as in a wrapper. */
  wrapped: LoaderCall | undefined;
  /** The backquote that opened an item of a list. */
  quote: Token | undefined;
  /** An import or export statement whose module has not come yet. */
  statement: Token | undefined;
  /** The first word of the first import or export declaration. */
  declared: { readonly id: string; readonly start: number } | undefined;
  isDone: boolean;
}

/** Stops where it cannot read on (newer syntax, JSX, a file that was cut off), with what it has found so far. */
function findCalls(excerpt: Excerpt): Scan {
  const scan: Scan = {
    ...excerpt,
    ...{ calls: [], frames: [], depth: 0, isDone: false },
    ...{ last: undefined, owner: undefined, statement: undefined, wrapped: undefined, quote: undefined },
    declared: undefined,
  };
  try {
    for (const token of tokenizer(scan.text, { ecmaVersion: 'latest', allowHashBang: true })) {
      take(scan, token);
      scan.last = token;
      if (scan.isDone) break;
    }
  } catch {
    return scan;
  }
  return scan;
}

function take(scan: Scan, token: Token): void {
  scan.declared ??= findDeclared(scan, token);
  switch (token.type) {
    case tokTypes.parenL:
      openParenthesis(scan);
      break;
    case tokTypes.bracketL:
      openList(scan);
      break;
    case tokTypes.braceL:
    case tokTypes.dollarBraceL:
      scan.quote = undefined;
      openBrace(scan);
      break;
    case tokTypes.parenR:
    case tokTypes.bracketR:
    case tokTypes.braceR:
      close(scan);
      break;
    case tokTypes.string:
      takeString(scan, token);
      break;
    case tokTypes.backQuote:
      takeTemplate(scan, token);
      break;
    case tokTypes.plusMin:
      dropJoined(scan);
      break;
    default:
      takeStatement(scan, token);
  }
}

function openParenthesis(scan: Scan): void {
  const { last, depth } = scan;
  const loader = last === undefined ? undefined : loaderOf(scan, last);
  if (loader === undefined || last === undefined) {
    scan.frames.push({ isFunction: false, owner: last });
    return;
  }
  const call: LoaderCall = { loader, start: last.start, depth };
  scan.calls.push(call);
  if (loader === 'define' && depth === 1) scan.wrapped ??= call;
  scan.frames.push({ isFunction: false, call, owner: last });
}

/** The loader that the token names, unless it is a member of something else or the name of a function. */
function loaderOf({ text }: Scan, { type, start, end }: Token): 'define' | 'require' | undefined {
  if (type !== tokTypes.name) return undefined;
  const name = text.slice(start, end);
  if (name !== 'define' && name !== 'require' && name !== 'requirejs') return undefined;
  const before = text.slice(Math.max(0, start - 40), start);
  const isGlobal = /(?:^|[^\w$.\s])\s*(?:window|self|globalThis)\s*\.\s*$/.test(before);
  if (!isGlobal && /(?:\.|\bfunction|\bnew)\s*$/.test(before)) return undefined;
  return name === 'define' ? 'define' : 'require';
}

function openList(scan: Scan): void {
  const call = scan.frames.at(-1)?.call;
  const isList = call !== undefined && call.list === undefined && isSeparator(scan.last);
  if (isList) call.list = [];
  scan.frames.push({ isFunction: false, ...(isList && { listOf: call }) });
}

function isSeparator(token: Token | undefined): boolean {
  return [tokTypes.parenL, tokTypes.comma, tokTypes.bracketL].some((type) => type === token?.type);
}

const controlWords: ReadonlySet<string> = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);

/** A brace after parentheses opens a function's body, unless a keyword stands before them. */
function openBrace(scan: Scan): void {
  const { last, owner, text } = scan;
  const ownerText = owner === undefined ? '' : text.slice(owner.start, owner.end);
  const isFunction =
    last?.type === tokTypes.arrow || (last?.type === tokTypes.parenR && !controlWords.has(ownerText));
  if (isFunction) scan.depth += 1;
  scan.frames.push({ isFunction });
}

function close(scan: Scan): void {
  const frame = scan.frames.pop();
  scan.owner = frame?.owner;
  if (frame?.isFunction === true) scan.depth -= 1;
  const call = frame?.isFunction === true ? scan.wrapped : frame?.listOf;
  scan.isDone = call?.loader === 'define' && scan.depth === 0 && isLast(scan, call);
}

/** After a list, or a wrapper that has defined its module, there is only the module's code: not worth reading. */
function isLast({ text, calls, isWhole, isRestFree }: Scan, { name }: LoaderCall): boolean {
  if (!isWhole && name === undefined) return true;
  const rest = (calls.at(-1)?.start ?? 0) + 'define'.length;
  return isRestFree && text.indexOf('define(', rest) === -1 && text.indexOf('define (', rest) === -1;
}

function takeString(scan: Scan, { start, end, value }: Token & { readonly value?: unknown }): void {
  const id = typeof value === 'string' ? value : scan.text.slice(start + 1, end - 1);
  const frame = scan.frames.at(-1);
  if (frame?.listOf !== undefined && isSeparator(scan.last)) frame.listOf.list?.push({ id, start });
  else if (frame?.call !== undefined && scan.last?.type === tokTypes.parenL) frame.call.name = id;
  else takeImported(scan, id, start);
}

/** `` [`./a`] ``; a template with a value in it names no known file. */
function takeTemplate(scan: Scan, token: Token): void {
  const { quote, frames, last, text } = scan;
  const isItem = frames.at(-1)?.listOf !== undefined && isSeparator(last);
  scan.quote = isItem ? token : undefined;
  if (quote === undefined || last?.type !== tokTypes.template) return;
  const id = text.slice(quote.end, token.start);
  if (!id.includes('\\')) frames.at(-1)?.listOf?.list?.push({ id, start: quote.start });
}

/** `"./locale/" + language` names no known file. */
function dropJoined({ frames, last, text }: Scan): void {
  const list = frames.at(-1)?.listOf?.list;
  const start = list?.at(-1)?.start;
  if (last === undefined || start === undefined) return;
  const isTemplate = last.type === tokTypes.backQuote && text.indexOf('`', start + 1) === last.start;
  if (start === last.start || isTemplate) list?.pop();
}

function takeStatement(scan: Scan, token: Token): void {
  if (scan.frames.length > 0) return;
  if (token.type === tokTypes._import || token.type === tokTypes._export) scan.statement = token;
  else if (token.type === tokTypes.semi) scan.statement = undefined;
}

/** What follows the first word of `import a …`, `import "a"`, `import * as a …`, `export { a }`, `export default …`. */
const declarationTypes: ReadonlySet<unknown> = new Set([
  ...[tokTypes.name, tokTypes.string, tokTypes.braceL, tokTypes.star, tokTypes._default],
  ...[tokTypes._const, tokTypes._var, tokTypes._function, tokTypes._class],
]);

/** The word before the token, if the token makes it a declaration: not in `import("a")`, `import.meta`, `a.import`. */
function findDeclared({ statement, last, text }: Scan, { type }: Token): Scan['declared'] {
  if (statement === undefined || last !== statement || !declarationTypes.has(type)) return undefined;
  const { start, end } = statement;
  const isMember = /\.\s*$/.test(text.slice(Math.max(0, start - 40), start));
  return isMember ? undefined : { id: text.slice(start, end), start };
}

/** `import "./a.js"`, `import a from "./a.js"`, `export * from "./a.js"`; not `import("./a.js")`. */
function takeImported(scan: Scan, id: string, start: number): void {
  const { statement, last, text } = scan;
  if (statement === undefined || last === undefined || scan.frames.length > 0) return;
  const word = text.slice(last.start, last.end);
  if (word !== 'from' && word !== 'import') return;
  scan.calls.push({ loader: 'import', start: statement.start, depth: 0, list: [{ id, start }] });
  scan.statement = undefined;
}
