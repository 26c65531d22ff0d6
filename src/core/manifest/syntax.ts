/** Why a manifest is not strict JSON: the first place, and what to do there. */

import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { ManifestProblem } from './parsed.js';
import { findPlaceholder } from './placeholder.js';
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
  return notBuiltAt(text, first.offset) ?? explainAt(text, first);
}

function syntaxProblem(explanation: Explanation, place: Place): ManifestProblem {
  return { code: 'syntax', severity: 'error', ...explanation, ...place };
}

/** `"supernova": <%= supernova %>` breaks the JSON, but what is wrong is that nobody built it. */
function notBuiltAt(text: string, offset: number): ManifestProblem | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const placeholder = findPlaceholder(text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd));
  if (placeholder === undefined) return undefined;
  return {
    code: 'not-built',
    severity: 'error',
    message: `not built yet: ${placeholder} is a placeholder`,
    hint: 'build the extension, and list the folder that the build writes',
    ...placeAt(text, offset),
  };
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

/** The offset of a comma that only white space separates from the bracket the parser stumbled over. */
function trailingCommaBefore(text: string, offset: number): number | undefined {
  const next = text[offset];
  if (next !== '}' && next !== ']') return undefined;
  const before = text.slice(0, offset).trimEnd();
  return before.endsWith(',') ? before.length - 1 : undefined;
}

/** A string with a stray control character is reported at its start; people need the character. */
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
        message: 'this string holds an escape that JSON does not know',
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
