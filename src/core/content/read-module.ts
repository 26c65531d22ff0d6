/**
 * What a script asks its loader for, as its tokens show: without running it, and mostly without going past its head.
 * Only the module's own list counts. A file that defines several modules is a bundle, which brings along what it needs.
 */

import { type Token, tokenizer, tokTypes } from 'acorn';
import { isTelling, type ModuleFacts, mostAsks, placesOf } from './module-facts.js';
import { findInnerRequires, findListOf, findResult } from './module-syntax.js';

/** A call of the loader, or an import statement. */
interface LoaderCall {
  readonly loader: 'define' | 'require' | 'import';
  /** Offset of its first character. */
  readonly start: number;
  /** Functions around it. */
  readonly depth: number;
  /** `define("name", …)`. */
  name?: string;
  /** The names it lists; absent where it lists none. */
  list?: { readonly id: string; readonly start: number }[];
}

/** Bytes up to which all of a file may be gone through. */
const longestText = 2 ** 16;

/** Of a larger file only so many bytes are looked at: its list is in its head, or it is a library. */
const headOfLonger = 2 ** 13;

/** `undefined` for what is no module, or none that says anything about its own files. Never throws. */
export function readModule(path: string, content: Buffer): ModuleFacts | undefined {
  const isWhole = content.length <= longestText;
  const { text, calls } = scanContent(content, isWhole);
  const own = ownCalls(calls, isWhole).map((call) => withVariableList(text, call));
  const [first] = own;
  if (first === undefined) return undefined;
  const listed = own.flatMap((call) => call.list ?? []);
  const inner = first.loader === 'define' && first.list === undefined ? findInnerRequires(text, first) : [];
  const asks = placesOf(text, [...listed, ...inner].filter(({ id }) => isTelling(id)).slice(0, mostAsks));
  const { keys, handsOn } = isWhole && mayDraw(path) ? findResult(content.toString('utf8'), first) : noResult;
  if (asks.length === 0 && keys === undefined) return undefined;
  const kind = first.loader === 'import' ? 'import' : 'amd';
  const isHandedOn = handsOn !== undefined && isTelling(handsOn);
  return { kind, asks, ...(keys !== undefined && { returns: keys }), ...(isHandedOn && { handsOn }) };
}

const noResult: ReturnType<typeof findResult> = {};

/** Folders above a module that the entry may hand on; further down are libraries. */
const mostFolders = 2;

function mayDraw(path: string): boolean {
  return path.split('/').length - 1 <= mostFolders;
}

/** `var deps = ["./a"]; define(deps, …)`. */
function withVariableList(text: string, call: LoaderCall): LoaderCall {
  const list = call.loader === 'import' || call.list !== undefined ? undefined : findListOf(text, call);
  return list === undefined ? call : { ...call, list: [...list] };
}

/** The head alone where it tells enough, which spares most of the time; else as much as may be gone through. */
function scanContent(content: Buffer, isWhole: boolean): { text: string; calls: readonly LoaderCall[] } {
  const head = content.toString('utf8', 0, headOfLonger);
  const isRestFree = !isWhole || content.indexOf('define', headOfLonger - 'define'.length) === -1;
  const scan = findCalls(head, isWhole, isRestFree);
  if (!isWhole || scan.isDone || content.length <= headOfLonger) return { text: head, calls: scan.calls };
  const text = content.toString('utf8');
  return { text, calls: findCalls(text, isWhole, true).calls };
}

/**
 * Several modules in one file are a bundle. Of one that is defined within a function only the head of a wrapper counts
 * (`typeof define === "function" && define.amd ? define(["jquery"], factory) : …`): deeper ones are other people's.
 */
function ownCalls(calls: readonly LoaderCall[], isWhole: boolean): readonly LoaderCall[] {
  const defines = calls.filter(({ loader }) => loader === 'define');
  const outer = defines.filter(({ depth }) => depth === 0);
  const wrapped = defines.filter(({ depth }) => depth === 1);
  const [own, ...others] = outer.length > 0 ? outer : wrapped;
  if (own !== undefined) return others.length === 0 && (isWhole || own.name === undefined) ? [own] : [];
  return calls.filter(({ loader, depth }) => loader !== 'define' && depth === 0);
}

// ── From tokens to calls ────────────────────────────────────────────────────────────────────────────────

/** A bracket that is open. */
interface Frame {
  readonly isFunction: boolean;
  /** The call whose arguments it holds. */
  readonly call?: LoaderCall;
  /** The call whose list it holds. */
  readonly listOf?: LoaderCall;
  /** The token before a parenthesis. */
  readonly owner?: Token | undefined;
}

interface Scan {
  readonly text: string;
  readonly isWhole: boolean;
  /** Whether nothing is defined behind the text. */
  readonly isRestFree: boolean;
  readonly calls: LoaderCall[];
  readonly frames: Frame[];
  depth: number;
  last: Token | undefined;
  /** The token before the parenthesis that was closed last. */
  owner: Token | undefined;
  /** The first call within one function, as wrappers make it. */
  wrapped: LoaderCall | undefined;
  /** The backquote that opened an item of a list. */
  quote: Token | undefined;
  /** An import or export statement that has yet to name its module. */
  statement: Token | undefined;
  isDone: boolean;
}

/** What cannot be read any further (newer syntax, JSX, a file that was cut) says nothing more. */
function findCalls(text: string, isWhole: boolean, isRestFree: boolean): Scan {
  const scan: Scan = {
    ...{ text, isWhole, isRestFree, calls: [], frames: [], depth: 0, isDone: false },
    ...{ last: undefined, owner: undefined, statement: undefined, wrapped: undefined, quote: undefined },
  };
  try {
    for (const token of tokenizer(text, { ecmaVersion: 'latest', allowHashBang: true })) {
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

/** The last token, where it is the loader itself and not a member or the name of a function. */
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

/** A brace after parentheses is a function's body, unless a word of the language owns them. */
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

/** What follows a list, or a wrapper that has defined its module, is the module's code: not worth going through. */
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

/** `` [`./a`] ``; one with a value in it names no file that is known. */
function takeTemplate(scan: Scan, token: Token): void {
  const { quote, frames, last, text } = scan;
  const isItem = frames.at(-1)?.listOf !== undefined && isSeparator(last);
  scan.quote = isItem ? token : undefined;
  if (quote === undefined || last?.type !== tokTypes.template) return;
  const id = text.slice(quote.end, token.start);
  if (!id.includes('\\')) frames.at(-1)?.listOf?.list?.push({ id, start: quote.start });
}

/** `"./locale/" + language` names no file that is known. */
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

/** `import "./a.js"`, `import a from "./a.js"`, `export * from "./a.js"`; not `import("./a.js")`. */
function takeImported(scan: Scan, id: string, start: number): void {
  const { statement, last, text } = scan;
  if (statement === undefined || last === undefined || scan.frames.length > 0) return;
  const word = text.slice(last.start, last.end);
  if (word !== 'from' && word !== 'import') return;
  scan.calls.push({ loader: 'import', start: statement.start, depth: 0, list: [{ id, start }] });
  scan.statement = undefined;
}
