/** The `.qext` file. */

import { isObject } from './json.js';
import { checkFields } from './manifest/fields.js';
import { readOrdinary } from './manifest/ordinary.js';
import type { ParsedManifest } from './manifest/parsed.js';
import { findSyntaxProblem } from './manifest/syntax.js';
import { decodeText } from './manifest/text.js';
import { surveyTokens } from './manifest/tokens.js';

/** Reads the bytes of a `.qext` file. Never throws: whatever is wrong is a problem with its place. */
export function parseManifest(bytes: Uint8Array): ParsedManifest {
  const decoded = decodeText(bytes);
  if (decoded.problem !== undefined) return { problems: [decoded.problem] };
  const { text } = decoded;
  const fields = parseStrictly(text);
  const ordinary = isObject(fields) ? readOrdinary(fields, text) : undefined;
  return ordinary === undefined ? parseThoroughly(fields, text) : { manifest: ordinary, problems: [] };
}

function parseThoroughly(fields: unknown, text: string): ParsedManifest {
  const survey = surveyTokens(text);
  if (survey.tooDeep !== undefined) return { problems: [survey.tooDeep] };
  if (fields === unreadable) return { problems: [findSyntaxProblem(text)] };
  if (!isObject(fields)) {
    const message = 'a .qext file holds one JSON object, { "name": …, "type": … }';
    return { problems: [{ code: 'not-an-object', severity: 'error', message, line: 1, column: 1 }] };
  }
  const checked = checkFields(fields, survey);
  return {
    ...(checked.core === undefined ? {} : { manifest: { ...checked.core, fields, text } }),
    problems: [...checked.problems, ...survey.duplicates],
  };
}

const unreadable = Symbol('not strict JSON');

function parseStrictly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unreadable;
  }
}
