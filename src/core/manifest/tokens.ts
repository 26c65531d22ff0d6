/** One walk over a manifest's tokens: what `JSON.parse` throws away and people need to be told. */

import { createScanner, type JSONScanner } from 'jsonc-parser';
import type { ManifestProblem } from './parsed.js';
import type { Place } from './text.js';

/** Where a top-level field stands and how its value is spelled. */
export interface FieldSource extends Place {
  /** The value's source text; for an object or an array its opening bracket only. */
  readonly raw: string;
}

export interface TokenSurvey {
  /** Top-level fields; of two equal keys the last, as `JSON.parse` takes it. */
  readonly fields: ReadonlyMap<string, FieldSource>;
  readonly duplicates: readonly ManifestProblem[];
  /** Set where the nesting is absurd, so that nothing recursive ever walks this value. */
  readonly tooDeep?: ManifestProblem;
}

interface Key extends Place {
  readonly name: string;
}

/** `SyntaxKind` of jsonc-parser, whose ambient const enum cannot be imported here. */
const kinds = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, colon: 6, string: 10, end: 17 };

const deepest = 100;

/** Survives any text; of what is not JSON it tells what it can. */
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

/** One set of keys for each bracket that is open. */
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
