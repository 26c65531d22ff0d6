/** The `.qext` file. */

import { isObject } from './json.js';
import { checkFields } from './manifest/fields.js';
import { readOrdinary } from './manifest/ordinary.js';
import { findSyntaxProblem } from './manifest/syntax.js';
import { decodeText } from './manifest/text.js';
import { surveyTokens } from './manifest/tokens.js';
import type { Severity } from './model.js';

export interface Manifest {
  /** `name`: what people see; not the identity. */
  readonly displayName: string;
  readonly type: string;
  /** The version exactly as the source spells it (`1.10` stays `1.10`, also where it is a JSON number). */
  readonly version?: string;
  readonly supernova: boolean;
  /** Every field as parsed. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The source text, decoded, without a byte order mark. */
  readonly text: string;
}

export type ManifestProblemCode =
  | 'not-utf8'
  | 'syntax'
  | 'not-an-object'
  | 'missing-name'
  | 'missing-type'
  | 'wrong-type'
  | 'duplicate-key'
  | 'not-built';

/** One thing wrong with a manifest, at a place a person can open. */
export interface ManifestProblem {
  readonly code: ManifestProblemCode;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
}

export interface ParsedManifest {
  /** Present when at least `name` and `type` can be read, whatever else is wrong. */
  readonly manifest?: Manifest;
  readonly problems: readonly ManifestProblem[];
}

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
