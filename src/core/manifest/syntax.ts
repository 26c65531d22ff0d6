/** Why a manifest is not strict JSON (the first place, and what to do there), and what `JSON.parse` drops silently. */

import {
  createScanner,
  type JSONScanner,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { ManifestProblem } from './parsed.js';
import { findPlaceholder } from './placeholder.js';
import { proposeField } from './proposed-value.js';
import { type Place, placeAt } from './text.js';

const mayFail = 'Qlik may refuse the upload';

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

/** For text that `JSON.parse` refused and that is not nested absurdly deep. */
export function findSyntaxProblem(text: string): ManifestProblem {
  if (text.trim() === '') {
    const explanation = {
      message: 'the file is empty',
      hint: 'it needs at least { "name": …, "type": "visualization" }',
    };
    return syntaxProblem(explanation, { line: 1, column: 1 });
  }
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  const first = errors.reduce<ParseError | undefined>(
    (least, error) => (least === undefined || error.offset < least.offset ? error : least),
    undefined,
  );
  if (first === undefined) {
    return syntaxProblem(
      { message: `not strict JSON; ${mayFail}`, hint: 'check it with a JSON validator' },
      { line: 1, column: 1 },
    );
  }
  return notBuiltAt(text, first.offset) ?? bareValueAt(text, first.offset) ?? explainAt(text, first);
}

function syntaxProblem(explanation: Explanation, place: Place): ManifestProblem {
  return { code: 'syntax', severity: 'error', ...explanation, ...place };
}

/** `"supernova": <%= supernova %>` breaks the JSON, but the cause is a missing build. */
function notBuiltAt(text: string, offset: number): ManifestProblem | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const placeholder = findPlaceholder(text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd));
  if (placeholder === undefined) return undefined;
  return {
    code: 'not-built',
    severity: 'error',
    message: `not built yet: ${placeholder} is a placeholder`,
    hint: 'build the extension, and list its output folder in the config',
    ...placeAt(text, offset),
  };
}

/** A key and what follows it up to the end of the entry, without quotes or brackets in it. */
const bareField = /"([^"\\\n]+)"(\s*:\s*)('[^'\n]*'|`[^`\n]*`|[^\s"{}[\],:'][^\n,}\]]*)/g;

/** A parser sees `"version": 1.0.0` as two numbers without a comma, and everyone else as a version. */
function bareValueAt(text: string, offset: number): ManifestProblem | undefined {
  for (const { index, 0: all, 1: key = '', 2: between = '', 3: value = '' } of text.matchAll(bareField)) {
    const start = index + key.length + 2 + between.length;
    const raw = value.replace(/\s*(?:\/[/*].*)?$/, '');
    if (index + all.length < offset) continue;
    if (start > offset || isJson(raw) || /\s/.test(raw.replace(/^(['`]).*\1$/, ''))) return undefined;
    const message = `${JSON.stringify(raw)} is not JSON`;
    return syntaxProblem({ message, hint: `write ${proposeField(key, raw)}` }, placeAt(text, start));
  }
  return undefined;
}

function isJson(raw: string): boolean {
  try {
    JSON.parse(raw);
    return true;
  } catch {
    return false;
  }
}

function explainAt(text: string, error: ParseError): ManifestProblem {
  const comma = trailingCommaBefore(text, error.offset);
  if (comma !== undefined) {
    const explanation = {
      message: `a comma after the last entry is not JSON; ${mayFail}`,
      hint: 'remove this comma',
    };
    return syntaxProblem(explanation, placeAt(text, comma));
  }
  if (printParseErrorCode(error.error) === 'CommaExpected') {
    const end = text.slice(0, error.offset).trimEnd().length;
    return syntaxProblem({ message: 'a comma is missing here', hint: 'add a comma' }, placeAt(text, end));
  }
  return syntaxProblem(explain(text, error), placeAt(text, placeOfError(text, error)));
}

/** The offset of a comma that only white space separates from the bracket where the parser failed. */
function trailingCommaBefore(text: string, offset: number): number | undefined {
  const next = text[offset];
  if (next !== '}' && next !== ']') return undefined;
  const before = text.slice(0, offset).trimEnd();
  return before.endsWith(',') ? before.length - 1 : undefined;
}

/** The parser reports a string with a stray control character at its start; people need the character. */
function placeOfError(text: string, error: ParseError): number {
  if (printParseErrorCode(error.error) !== 'InvalidCharacter') return error.offset;
  const within = text.slice(error.offset, error.offset + error.length).search(/[\0-\x1f]/);
  return within === -1 ? error.offset : error.offset + within;
}

function explain(text: string, error: ParseError): Explanation {
  const found = text.slice(error.offset, error.offset + Math.min(error.length, 20));
  const code = printParseErrorCode(error.error);
  switch (code) {
    case 'InvalidCharacter':
      return {
        message: 'a tab or another control character inside a string',
        hint: 'write \\t, or remove it',
      };
    case 'UnexpectedEndOfString':
      return {
        message: 'this string does not end on its line',
        hint: 'close it with ", and write \\n for a line break',
      };
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return { message: `a comment is not JSON; ${mayFail}`, hint: 'remove it' };
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return {
        message: 'this string has an escape that JSON does not allow',
        hint: 'write \\\\ for a backslash',
      };
    case 'PropertyNameExpected':
      return { message: 'a key is expected here', hint: 'put keys in double quotes' };
    case 'ColonExpected':
      return { message: 'a colon is missing after the key', hint: 'write "key": value' };
    case 'CloseBraceExpected':
      return { message: 'the file ends before its last }', hint: 'add }, or restore the rest of the file' };
    case 'CloseBracketExpected':
      return { message: 'a ] is missing', hint: 'close the list with ]' };
    case 'EndOfFileExpected':
      return { message: 'text after the end of the object', hint: 'remove it' };
    default:
      return {
        message: `${found === '' ? 'this' : `"${found}"`} is not JSON`,
        hint: 'put text in double quotes',
      };
  }
}

/** Where a top-level field is and how its value is spelled. */
export interface FieldSource extends Place {
  /** The value's source text; for an object or an array its opening bracket only. */
  readonly raw: string;
}

export interface TokenSurvey {
  /** Top-level fields; for a duplicate key the last one, as in `JSON.parse`. */
  readonly fields: ReadonlyMap<string, FieldSource>;
  readonly duplicates: readonly ManifestProblem[];
  /** Set if the nesting is absurd, so that nothing walks this value recursively. */
  readonly tooDeep?: ManifestProblem;
}

interface Key extends Place {
  readonly name: string;
}

/** `SyntaxKind` of jsonc-parser, whose ambient const enum cannot be imported here. */
const kinds = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, colon: 6, string: 10, end: 17 };

const deepest = 100;

/** One walk over the tokens. Accepts any text, and collects what it can from text that is not JSON. */
export function surveyTokens(text: string): TokenSurvey {
  const scanner = createScanner(text, true);
  const fields = new Map<string, FieldSource>();
  const duplicates: ManifestProblem[] = [];
  const levels: Set<string>[] = [];
  let latest: Key | undefined;
  let keyOfNext: Key | undefined;

  for (let kind = scanner.scan(); kind !== kinds.end; kind = scanner.scan()) {
    const place = placeOf(scanner);
    if (keyOfNext !== undefined && levels.length === 1) {
      fields.set(keyOfNext.name, { ...place, raw: tokenText(text, scanner) });
    }
    keyOfNext = kind === kinds.colon ? latest : undefined;
    if (keyOfNext !== undefined && repeats(levels.at(-1), keyOfNext)) duplicates.push(duplicateOf(keyOfNext));
    trackNesting(levels, kind);
    if (levels.length > deepest) return { fields, duplicates, tooDeep: tooDeepAt(place) };
    latest = kind === kinds.string ? { name: scanner.getTokenValue(), ...place } : undefined;
  }
  return { fields, duplicates };
}

function repeats(seen: Set<string> | undefined, key: Key): boolean {
  if (seen === undefined) return false;
  if (seen.has(key.name)) return true;
  seen.add(key.name);
  return false;
}

/** A set of keys for each open bracket. */
function trackNesting(levels: Set<string>[], kind: number): void {
  if (kind === kinds.openBrace || kind === kinds.openBracket) levels.push(new Set());
  else if (kind === kinds.closeBrace || kind === kinds.closeBracket) levels.pop();
}

function placeOf(scanner: JSONScanner): Place {
  return { line: scanner.getTokenStartLine() + 1, column: scanner.getTokenStartCharacter() + 1 };
}

function tokenText(text: string, scanner: JSONScanner): string {
  return text.slice(scanner.getTokenOffset(), scanner.getPosition());
}

function duplicateOf(key: Key): ManifestProblem {
  return {
    code: 'duplicate-key',
    severity: 'warning',
    message: `"${key.name}" is given twice; the last one counts`,
    hint: 'remove one of them',
    line: key.line,
    column: key.column,
  };
}

function tooDeepAt(place: Place): ManifestProblem {
  const message = `nested more than ${deepest} levels deep`;
  return { code: 'syntax', severity: 'error', message, hint: 'this is not a manifest', ...place };
}
