/** The `.qext` file. */

import { isObject } from './json.js';
import { checkFields } from './manifest/fields.js';
import type { Manifest, ParsedManifest } from './manifest/parsed.js';
import { findPlaceholder } from './manifest/placeholder.js';
import { findSyntaxProblem, surveyTokens } from './manifest/syntax.js';
import { decodeText } from './manifest/text.js';

/** Parses the bytes of a `.qext` file. Never throws: whatever is wrong becomes a problem with its place. */
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

/**
 * The common case, recognised without a walk over the tokens: a manifest with nothing wrong. `undefined` if there may be
 * anything to report, which the thorough way then finds.
 */
function readOrdinary(fields: Readonly<Record<string, unknown>>, text: string): Manifest | undefined {
  const { name, type, version, supernova } = fields;
  if (!isBuiltText(name) || !isBuiltText(type)) return undefined;
  if (version !== undefined && (typeof version !== 'string' || version === '')) return undefined;
  if (supernova !== undefined && typeof supernova !== 'boolean') return undefined;
  if (countKeys(fields, 0) !== text.match(/"\s*:/g)?.length) return undefined;
  const manifest = { displayName: name, type, supernova: supernova === true, fields, text };
  return version === undefined ? manifest : { ...manifest, version };
}

function isBuiltText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && findPlaceholder(value) === undefined;
}

const shallow = 3;

/** Each key is a quote and a colon in the text, so more of those than keys may mean a duplicate key. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > shallow) return Number.NaN;
  const own = Array.isArray(value) ? 0 : Object.keys(value).length;
  return Object.values(value).reduce((sum: number, child) => sum + countKeys(child, depth + 1), own);
}
